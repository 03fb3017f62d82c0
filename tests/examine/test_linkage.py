"""How near a file lies: exposed, started, linked or present."""

from fairmark.examine.linkage import reach_by_file, service_program
from fairmark.model.finding import Reach
from tests.doubles.elves import elf
from tests.doubles.subjects import service, subject

_FILES = {
    "/usr/sbin/httpd": elf(needed=("libweb.so.1",)),
    "/usr/sbin/clock": elf(needed=("libtime.so.1",)),
    "/usr/bin/tool": elf(needed=("libtool.so.1",)),
    "/usr/lib/libweb.so.1.0.2": elf(interpreter="", soname="libweb.so.1", needed=("libdeep.so",)),
    "/usr/lib/libdeep.so": elf(interpreter="", needed=("libweb.so.1",)),
    "/usr/lib/libtime.so.1": elf(interpreter="", soname="libtime.so.1", needed=()),
    "/usr/lib/libtool.so.1": elf(interpreter="", soname="libtool.so.1", needed=()),
    "/usr/lib/libidle.so.1": elf(interpreter="", soname="libidle.so.1", needed=()),
}


def test_the_closure_of_an_exposed_service_is_exposed_and_loops_end() -> None:
    device = subject(_FILES, services=(service("/usr/sbin/httpd"), service("/usr/sbin/clock", ports=())))

    reach = reach_by_file(device)

    assert reach["", "/usr/sbin/httpd"] is Reach.EXPOSED
    assert reach["", "/usr/lib/libweb.so.1.0.2"] is Reach.EXPOSED
    assert reach["", "/usr/lib/libdeep.so"] is Reach.EXPOSED
    assert reach["", "/usr/lib/libtime.so.1"] is Reach.STARTED
    assert reach["", "/usr/lib/libtool.so.1"] is Reach.LINKED
    assert ("", "/usr/lib/libidle.so.1") not in reach
    assert ("", "/usr/bin/tool") not in reach


def test_the_program_of_a_service_is_found_through_links() -> None:
    device = subject({"/bin/busybox": elf()}, links={"/usr/sbin/telnetd": "/bin/busybox"})

    program = service_program(device, service("/usr/sbin/telnetd"))

    assert program is not None
    assert program.path == "/bin/busybox"
    assert service_program(device, service("/usr/sbin/ghost")) is None
