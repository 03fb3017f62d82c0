"""Components: the package database first, then what no package claims."""

from fairmark.examine.inventory import clearly_differ, contradictions, inventory
from fairmark.examine.subject import Subject
from tests.doubles.elves import elf
from tests.doubles.subjects import subject


def _opkg(name: str, version: str) -> bytes:
    return f"Package: {name}\nVersion: {version}\nStatus: install ok installed\nArchitecture: arm\n\n".encode()


def _device(*, listed: bool = True, database: str = "1.31.1-1", binary: str = "1.31.1") -> Subject:
    files = {
        "/bin/busybox": elf(payload=b"\0BusyBox v%s (2020)\0" % binary.encode()),
        "/usr/sbin/dropbear": elf(payload=b"\0SSH-2.0-dropbear_2019.78\0"),
        "/usr/lib/opkg/status": _opkg("busybox", database),
    }
    if listed:
        files["/usr/lib/opkg/info/busybox.list"] = b"/bin/busybox\n"
    return subject(files)


def test_a_package_is_not_counted_twice_and_the_rest_is_added() -> None:
    components, evidence = inventory(_device())

    busybox, dropbear = components
    assert (busybox.source, busybox.version, busybox.paths) == (
        "package database opkg",
        "1.31.1-1",
        ("/bin/busybox",),
    )
    assert busybox.cpe == "cpe:2.3:a:busybox:busybox:1.31.1:*:*:*:*:*:*:*"
    assert (dropbear.name, dropbear.version, dropbear.source) == ("dropbear", "2019.78", "version pattern")
    assert dropbear.purl == "pkg:generic/dropbear@2019.78"
    assert {one for component in components for one in component.evidence} == {one.id for one in evidence}


def test_a_database_without_file_lists_still_claims_its_components() -> None:
    components, _ = inventory(_device(listed=False))

    assert [one.source for one in components if one.name == "busybox"] == ["package database opkg"]


def test_the_same_version_in_many_files_is_one_component() -> None:
    text = b"\0util-linux 2.38.1\0"

    components, _ = inventory(subject({"/bin/mount": elf(payload=text), "/bin/umount": elf(payload=text)}))

    assert [(one.name, one.paths) for one in components] == [("util-linux", ("/bin/mount", "/bin/umount"))]


def test_a_copy_outside_the_package_joins_the_package_of_the_same_version() -> None:
    files = {
        "/usr/lib/opkg/status": _opkg("busybox", "1.31.1-1"),
        "/usr/lib/opkg/info/busybox.list": b"/bin/busybox\n",
    }
    busybox = elf(payload=b"\0BusyBox v1.31.1 (2020)\0")

    (component,), _ = inventory(subject({**files, "/bin/busybox": busybox, "/rescue/busybox": busybox}))

    assert component.paths == ("/bin/busybox", "/rescue/busybox")


def test_a_binary_that_names_another_version_contradicts_the_database() -> None:
    for listed in (True, False):
        (found,) = contradictions(_device(listed=listed, database="1.36.1-1"))

        assert found.package.name == "busybox"
        assert [sight.hit.version for sight in found.sights] == ["1.31.1"]


def test_versions_that_say_the_same_do_not_contradict() -> None:
    assert contradictions(_device(database="1.31.1-r3")) == ()
    assert contradictions(_device(database="1.31-1")) == ()
    assert contradictions(_device(database="2020-01-01-abcdef")) == ()


def test_versions_differ_when_a_common_number_does() -> None:
    assert clearly_differ("1.36.1", "1.31.1")
    assert not clearly_differ("1.36", "1.36.1")
    assert not clearly_differ("", "1.0")


def test_a_kernel_has_an_operating_system_name() -> None:
    module = elf(kind=1, payload=b"\0vermagic=4.14.90 SMP mod_unload ARMv7 \0")

    (component,), _ = inventory(subject({"/lib/modules/4.14.90/wifi.ko": module}))

    assert component.cpe == "cpe:2.3:o:linux:linux_kernel:4.14.90:*:*:*:*:*:*:*"


def test_a_kernel_that_is_named_after_its_interface_does_not_contradict_its_package() -> None:
    status = b"Package: linux-image-6.1.0-18-armmp\nSource: linux\nVersion: 6.1.76-1\nStatus: install ok installed\n"
    module = elf(kind=1, payload=b"\0vermagic=6.1.0-18-armmp SMP mod_unload ARMv7 \0")
    files = {
        "/var/lib/dpkg/status": status,
        "/var/lib/dpkg/info/linux-image-6.1.0-18-armmp.list": b"/lib/modules/a.ko\n",
        "/lib/modules/a.ko": module,
    }

    assert contradictions(subject(files)) == ()


def test_files_of_a_distribution_without_its_database_say_who_built_them() -> None:
    dropbear = elf(payload=b"\0SSH-2.0-dropbear_2019.78\0")
    name = b"ID=debian\nVERSION_ID=12\n"
    own = {"/usr/sbin/dropbear": dropbear, "/etc/os-release": b"ID=mycam\nVERSION_ID=12\n"}
    listed = {"/usr/sbin/dropbear": dropbear, "/etc/os-release": name, "/usr/lib/opkg/status": _opkg("x", "1")}
    trees = [{"/usr/sbin/dropbear": dropbear, "/etc/os-release": name}, own, listed]

    found = [next(one for one in inventory(subject(files))[0] if one.name == "dropbear") for files in trees]

    assert [one.distribution for one in found] == ["debian 12", "", ""]
