"""Facts of the source trees, held against what is known of them."""

import pytest

from fairmark.vulnerabilities.kernel_files import facts_of, releases, usual_options


def test_the_facts_are_of_four_releases() -> None:
    assert releases() == ((5, 10), (6, 1), (6, 12), (7, 2))
    assert {"NET_VENDOR_INTEL", "WLAN_VENDOR_ATH"} <= usual_options()
    assert "BTRFS_FS" not in usual_options()


@pytest.mark.parametrize(
    ("file", "option", "module"),
    [
        ("fs/btrfs/inode.c", "BTRFS_FS", "btrfs"),
        ("net/sctp/socket.c", "IP_SCTP", "sctp"),
        ("net/netfilter/nf_tables_api.c", "NF_TABLES", "nf_tables"),
        ("drivers/media/usb/uvc/uvc_driver.c", "USB_VIDEO_CLASS", "uvcvideo"),
        ("drivers/net/wireless/ath/ath11k/pci.c", "ATH11K_PCI", "ath11k_pci"),
        ("drivers/gpu/drm/amd/display/amdgpu_dm/amdgpu_dm.c", "DRM_AMDGPU", "amdgpu"),
        ("net/bluetooth/hci_core.c", "BT", "bluetooth"),
        ("fs/xfs/libxfs/xfs_alloc.c", "XFS_FS", "xfs"),
        ("net/mac80211/rx.c", "MAC80211", "mac80211"),
        ("drivers/net/usb/asix_devices.c", "USB_NET_AX8817X", "asix"),
    ],
)
def test_a_file_has_its_option_and_its_module(file: str, option: str, module: str) -> None:
    facts = facts_of(file)

    assert facts is not None
    assert facts.is_listed
    assert all(option in way.options for way in facts.ways)
    assert {way.module for way in facts.ways} == {module}


def test_code_that_never_becomes_a_module_has_none() -> None:
    facts = facts_of("net/ipv6/inet6_hashtables.c")

    assert facts is not None
    assert all(not way.module for way in facts.ways)


def test_a_file_that_moved_between_options_keeps_both() -> None:
    facts = facts_of("block/bsg.c")

    assert facts is not None
    assert {frozenset(way.options) >= {"BLK_DEV_BSG"} for way in facts.ways} == {True, False}
    assert all(way.trees for way in facts.ways)


def test_the_core_needs_nothing() -> None:
    for file in ("mm/gup.c", "drivers/base/bus.c", "kernel/fork.c", "fs/exec.c"):
        facts = facts_of(file)

        assert facts is None or facts.ways == ()


def test_architectures_follow_from_what_an_option_depends_on() -> None:
    acpi = facts_of("drivers/acpi/scan.c")
    dasd = facts_of("drivers/s390/block/dasd.c")
    lantiq = facts_of("drivers/net/ethernet/lantiq_etop.c")

    assert acpi is not None
    assert acpi.architectures is not None
    assert "x86" in acpi.architectures
    assert "mips" not in acpi.architectures
    assert dasd is not None
    assert dasd.architectures == {"other"}
    assert lantiq is not None
    assert lantiq.architectures == {"mips"}


def test_a_file_that_no_tree_has_is_judged_by_its_folder() -> None:
    facts = facts_of("fs/btrfs/brand_new.c")

    assert facts is not None
    assert not facts.is_listed or facts.ways[0].options == ("BTRFS_FS",)
    assert facts.ways[0].options == ("BTRFS_FS",)


@pytest.mark.parametrize(
    "file", ["", "/", "x", "drivers", "no/such/folder/file.c", "../../etc/passwd", "include/net/sock.h"]
)
def test_a_strange_path_is_no_fact(file: str) -> None:
    facts = facts_of(file)

    assert facts is None or facts.ways == ()
