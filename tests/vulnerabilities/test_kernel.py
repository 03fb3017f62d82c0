import pytest

from fairmark.model.image import Build
from fairmark.vulnerabilities.kernel import Built, areas, built

MIPS = Build(architecture="mips", kernel_version="3.4.113")


def listed(*modules: str, built_in: tuple[str, ...] | None = ()) -> Build:
    return MIPS.model_copy(update={"kernel_modules": modules, "kernel_built_in": built_in})


def configured(**options: str) -> Build:
    return MIPS.model_copy(update={"kernel_config": {f"CONFIG_{key}": value for key, value in options.items()}})


@pytest.mark.parametrize(
    "file",
    ["arch/x86/mm/fault.c", "tools/perf/builtin-top.c", "io_uring/rw.c", "net/mptcp/protocol.c", "drivers/acpi/scan.c"],
)
def test_code_that_cannot_be_in_this_kernel_is_absent(file: str) -> None:
    answer, reason = built((file,), MIPS)

    assert answer is Built.ABSENT
    assert reason


@pytest.mark.parametrize(
    "file", ["net/ipv4/tcp.c", "fs/exec.c", "arch/mips/mm/fault.c", "drivers/base/bus.c", "mm/mmap.c"]
)
def test_the_core_is_always_possible(file: str) -> None:
    assert built((file,), MIPS)[0] is Built.POSSIBLE
    assert built((file,), listed("tun"))[0] is Built.POSSIBLE


def test_an_unusual_subsystem_is_unlikely_but_never_dropped_without_proof() -> None:
    assert built(("fs/btrfs/inode.c",), MIPS)[0] is Built.UNLIKELY


def test_a_list_of_modules_proves_the_absence_only_together_with_what_is_built_in() -> None:
    file = ("fs/btrfs/inode.c",)

    assert built(file, listed("tun"))[0] is Built.ABSENT
    assert built(file, listed("tun", built_in=None))[0] is Built.UNLIKELY
    assert built(file, listed("tun", "btrfs"))[0] is Built.POSSIBLE
    assert built(file, listed("tun", built_in=("btrfs",)))[0] is Built.POSSIBLE


def test_the_configuration_decides_where_it_is_known() -> None:
    file = ("net/sctp/socket.c",)

    assert built(file, configured(NET="y"))[0] is Built.ABSENT
    assert built(file, configured(IP_SCTP="y"))[0] is Built.POSSIBLE
    assert "CONFIG_IP_SCTP" in built(file, configured(NET="y"))[1]


def test_what_is_configured_into_the_kernel_needs_no_module() -> None:
    build = listed("tun").model_copy(update={"kernel_config": {"CONFIG_IP_SCTP": "y"}})

    assert built(("net/sctp/socket.c",), build)[0] is Built.POSSIBLE


def test_one_possible_file_keeps_the_record() -> None:
    assert built(("fs/btrfs/inode.c", "mm/mmap.c"), MIPS)[0] is Built.POSSIBLE


def test_a_common_header_says_nothing_beside_the_code_that_was_mended() -> None:
    assert built(("include/net/sock.h", "net/mptcp/protocol.c"), MIPS)[0] is Built.ABSENT
    assert built(("include/net/sock.h",), MIPS)[0] is Built.POSSIBLE


def test_a_driver_outside_the_table_is_looked_for_by_its_name() -> None:
    file = ("drivers/media/usb/something/newcam.c",)

    assert built(file, listed("tun", "newcam"))[0] is Built.POSSIBLE
    assert built(file, listed("tun"))[0] is Built.UNLIKELY


def test_a_driver_that_is_often_ported_back_is_only_unlikely_in_an_older_kernel() -> None:
    assert built(("drivers/net/wireless/ath/ath11k/dp_rx.c",), MIPS)[0] is Built.UNLIKELY


def test_nothing_known_leaves_everything_possible() -> None:
    assert built((), MIPS)[0] is Built.POSSIBLE
    assert built(("arch/x86/mm/fault.c",), Build())[0] is Built.POSSIBLE
    assert built(("arch/", "", "drivers/"), MIPS)[0] is Built.POSSIBLE


def test_a_32_bit_program_may_run_on_a_64_bit_kernel() -> None:
    assert built(("arch/arm64/mm/fault.c",), Build(architecture="arm"))[0] is Built.POSSIBLE


def test_every_row_of_the_table_can_decide_something() -> None:
    for area in areas():
        assert (
            area.config
            or area.modules
            or area.arch
            or area.leaf
            or area.core
            or area.since
            or area.ported
            or area.unusual
            or area.never
        )
        assert not area.path.startswith("/")
