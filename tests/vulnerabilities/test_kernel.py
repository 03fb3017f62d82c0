import pytest

from fairmark.model.image import Build
from fairmark.vulnerabilities.kernel import Built, areas, built

MIPS = Build(architecture="mips", kernel_version="3.4.113")
"""A kernel that is older than the facts."""
NEWER = Build(architecture="mips", kernel_version="5.15.100")
"""A kernel between two releases that the facts were read off."""


def listed(base: Build, *modules: str, built_in: tuple[str, ...] | None = ()) -> Build:
    return base.model_copy(update={"kernel_modules": modules, "kernel_built_in": built_in})


def configured(base: Build, **options: str) -> Build:
    return base.model_copy(update={"kernel_config": {f"CONFIG_{key}": value for key, value in options.items()}})


@pytest.mark.parametrize("file", ["arch/x86/mm/fault.c", "tools/perf/builtin-top.c"])
@pytest.mark.parametrize("build", [MIPS, NEWER])
def test_code_that_can_be_in_no_such_kernel_is_absent(file: str, build: Build) -> None:
    answer, reason = built((file,), build)

    assert answer is Built.ABSENT
    assert reason


@pytest.mark.parametrize(
    "file", ["net/ipv4/tcp.c", "fs/exec.c", "arch/mips/mm/fault.c", "drivers/base/bus.c", "mm/mmap.c"]
)
def test_the_core_is_always_possible(file: str) -> None:
    assert built((file,), MIPS)[0] is Built.POSSIBLE
    assert built((file,), listed(MIPS, "tun"))[0] is Built.POSSIBLE
    assert built((file,), listed(NEWER, "tun"))[0] is Built.POSSIBLE


@pytest.mark.parametrize(
    "file", ["fs/btrfs/inode.c", "io_uring/rw.c", "net/mptcp/protocol.c", "security/apparmor/lsm.c"]
)
def test_our_own_judgement_lowers_to_a_hint_and_never_drops(file: str) -> None:
    answer, reason = built((file,), MIPS)

    assert answer is Built.UNLIKELY
    assert reason


def test_what_depends_on_another_architecture_is_absent_in_a_release_that_the_facts_are_of() -> None:
    answer, reason = built(("drivers/acpi/scan.c",), NEWER)

    assert answer is Built.ABSENT
    assert "x86" in reason
    assert built(("drivers/acpi/scan.c",), MIPS)[0] is Built.UNLIKELY


def test_a_list_of_modules_proves_an_absence_in_a_release_that_the_facts_are_of() -> None:
    file = ("fs/btrfs/inode.c",)

    assert built(file, listed(NEWER, "tun"))[0] is Built.ABSENT
    assert built(file, listed(NEWER, "tun", built_in=None))[0] is Built.UNLIKELY
    assert built(file, listed(NEWER, "tun", "btrfs"))[0] is Built.POSSIBLE
    assert built(file, listed(NEWER, "tun", built_in=("btrfs",)))[0] is Built.POSSIBLE


def test_in_an_older_kernel_a_missing_module_is_a_hint_because_modules_get_other_names() -> None:
    answer, reason = built(("fs/btrfs/inode.c",), listed(MIPS, "tun"))

    assert answer is Built.UNLIKELY
    assert "not proven" in reason
    assert built(("fs/btrfs/inode.c",), listed(MIPS, "btrfs"))[0] is Built.POSSIBLE


def test_the_configuration_decides_in_a_release_that_the_facts_are_of() -> None:
    file = ("net/sctp/socket.c",)

    assert built(file, configured(NEWER, NET="y"))[0] is Built.ABSENT
    assert built(file, configured(NEWER, IP_SCTP="y"))[0] is Built.POSSIBLE
    assert "CONFIG_IP_SCTP" in built(file, configured(NEWER, NET="y"))[1]


def test_in_another_release_only_an_option_that_is_named_as_off_is_proof() -> None:
    file = ("net/sctp/socket.c",)

    assert built(file, configured(MIPS, NET="y"))[0] is Built.UNLIKELY
    assert built(file, configured(MIPS, NET="y", IP_SCTP="n"))[0] is Built.ABSENT
    assert built(file, configured(NEWER.model_copy(update={"kernel_version": "99.1"}), NET="y"))[0] is Built.UNLIKELY


def test_a_folder_of_the_menu_that_an_older_kernel_did_not_know_closes_nothing() -> None:
    file = ("drivers/net/wireless/ath/ath9k/recv.c",)  # WLAN_VENDOR_ATH came later than ATH9K

    assert built(file, configured(MIPS, ATH9K="y", ATH9K_HW="y", WLAN="y"))[0] is Built.POSSIBLE
    assert built(file, configured(MIPS, WLAN="y"))[0] is Built.UNLIKELY
    assert built(("drivers/net/usb/asix_devices.c",), configured(MIPS, USB_NET_AX8817X="y"))[0] is Built.POSSIBLE


def test_what_is_configured_into_the_kernel_needs_no_module() -> None:
    for base in (MIPS, NEWER):
        build = configured(listed(base, "tun"), IP_SCTP="y")

        assert built(("net/sctp/socket.c",), build)[0] is Built.POSSIBLE


def test_what_is_configured_as_a_module_must_be_in_the_image() -> None:
    file = ("net/sctp/socket.c",)

    assert built(file, configured(NEWER, IP_SCTP="m"))[0] is Built.POSSIBLE
    assert built(file, configured(listed(NEWER, "tun"), IP_SCTP="m"))[0] is Built.ABSENT
    assert built(file, configured(listed(NEWER, "sctp"), IP_SCTP="m"))[0] is Built.POSSIBLE


def test_one_possible_file_keeps_the_record() -> None:
    assert built(("fs/btrfs/inode.c", "mm/mmap.c"), MIPS)[0] is Built.POSSIBLE


def test_headers_say_nothing_beside_the_code_that_was_mended() -> None:
    assert built(("include/net/sock.h", "net/mptcp/protocol.c"), MIPS)[0] is Built.UNLIKELY
    assert built(("drivers/net/wireless/marvell/mwifiex/fw.h", "fs/btrfs/inode.c"), MIPS)[0] is Built.UNLIKELY
    assert built(("include/net/sock.h",), MIPS)[0] is Built.POSSIBLE


def test_a_header_alone_needs_what_its_folder_needs() -> None:
    assert built(("fs/btrfs/ctree.h",), configured(NEWER, NET="y"))[0] is Built.ABSENT
    assert built(("fs/btrfs/ctree.h",), configured(NEWER, BTRFS_FS="m"))[0] is Built.POSSIBLE


def test_a_driver_that_no_tree_has_is_looked_for_by_its_name() -> None:
    file = ("drivers/strange/newcam.c",)

    assert built(file, listed(MIPS, "tun", "newcam"))[0] is Built.POSSIBLE
    assert built(file, listed(MIPS, "tun"))[0] is Built.UNLIKELY


def test_a_driver_that_came_later_is_only_unlikely_in_an_older_kernel() -> None:
    assert built(("drivers/net/wireless/ath/ath11k/dp_rx.c",), MIPS)[0] is Built.UNLIKELY
    assert built(("drivers/net/wireless/ath/ath11k/dp_rx.c",), listed(MIPS, "ath11k"))[0] is Built.POSSIBLE


def test_nothing_known_leaves_everything_possible() -> None:
    assert built((), MIPS)[0] is Built.POSSIBLE
    assert built(("arch/x86/mm/fault.c",), Build())[0] is Built.POSSIBLE
    assert built(("arch/", "", "drivers/"), MIPS)[0] is Built.POSSIBLE


def test_a_32_bit_program_may_run_on_a_64_bit_kernel() -> None:
    assert built(("arch/arm64/mm/fault.c",), Build(architecture="arm"))[0] is Built.POSSIBLE


def test_a_router_s_network_chip_is_no_network_card_of_computers() -> None:
    assert built(("drivers/net/ethernet/atheros/ag71xx.c",), MIPS)[0] is Built.POSSIBLE


@pytest.mark.parametrize("version", ["", "x", "5", "5.10", "v6.1-rc3", "99999999999.1", "\u0665.1"])
def test_any_text_as_a_version_gives_an_answer(version: str) -> None:
    build = configured(Build(architecture="mips", kernel_version=version), NET="y")

    assert built(("net/sctp/socket.c",), build)[0] in {Built.ABSENT, Built.UNLIKELY}


def test_every_row_of_the_table_can_decide_something_and_says_why() -> None:
    for area in areas():
        assert area.since or area.unusual or area.never
        assert not area.path.startswith("/")
