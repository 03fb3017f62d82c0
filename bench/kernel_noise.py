"""How many kernel flaws that a version range names are shown for an old kernel, and where the rest went.

``--records DIR`` is a folder of CVE records (JSON 5), such as a copy of the CVE list; no data is kept here.
Shown are findings of grade A and B. Four views of one kernel of the 3.4 series on a MIPS device: nothing but
its version, with a list of loadable modules as such devices carry it, with what is built in too, and with that
and its configuration, which names what is off. The same device with a kernel of the 5.10 series (``newer_``)
shows what can be proven: its options and modules have the names that the facts of the source trees use.
"""

import argparse
import sys
from collections import Counter
from datetime import date
from pathlib import Path

from measure import conclude

from fairmark.errors import UnreadableInputError
from fairmark.model.finding import Confidence, Reach
from fairmark.model.image import Build, Component
from fairmark.model.vulnerability import FeedState, Status
from fairmark.vulnerabilities.feeds import cve
from fairmark.vulnerabilities.known import KnownRecords
from fairmark.vulnerabilities.match import Matched, match
from fairmark.vulnerabilities.record import Record

VERSION = "3.4.113"
NEWER = "5.10.100"
# Names that /lib/modules of a router or camera with such a kernel typically lists: our own composition.
LOADABLE = """
    act_police arc4 arp_tables bridge cdc_acm cdc_ether cfg80211 cifs cls_fw cls_u32 compat crc_ccitt crc_itu_t
    cryptomgr dm_mod ebtable_filter ebtables ecb em_meta exfat ext2 fat fuse gre ip6_tables ip6t_REJECT
    ip6table_filter ip_gre ip_set ip_tables ipt_MASQUERADE ipt_REJECT ipv6 iptable_filter iptable_mangle
    iptable_nat l2tp_core l2tp_ppp mac80211 nf_conntrack nf_conntrack_ftp nf_conntrack_ipv4 nf_conntrack_ipv6
    nf_nat nls_cp437 nls_utf8 ppp_async ppp_generic ppp_mppe pppoe pppox pptp sch_ingress sch_sfq sch_tbf sit
    slhc tun usb_storage usbcore usbserial option uvcvideo videodev vfat x_tables xt_CLASSIFY xt_TCPMSS
    xt_conntrack xt_limit xt_mac xt_mark xt_multiport xt_state xt_tcpudp
""".split()  # noqa: SIM905
BUILT_IN = """
    8021q act_api aes_generic cls_api crc32 cryptd deflate ehci_hcd jffs2 leds_gpio libphy lzo mtd mtdblock
    ohci_hcd sch_fq_codel scsi_mod sd_mod sha1_generic sha256_generic spi_ath79 squashfs tcp_cubic zlib_deflate
    zlib_inflate
""".split()  # noqa: SIM905
OPTIONS = """
    BLOCK BRIDGE CFG80211 CRC32 CRYPTO EXT2_FS FAT_FS FUSE_FS I2C INPUT IPV6 IP_MULTICAST IP_NF_IPTABLES
    JFFS2_FS L2TP LEDS_CLASS MAC80211 MTD NET NETFILTER NETFILTER_XTABLES NET_SCHED NF_CONNTRACK NF_NAT PACKET
    PCI PPP PHYLIB SCSI SERIAL_8250 SLHC SQUASHFS SWAP SYSVIPC TUN USB USB_STORAGE VIDEO_DEV VLAN_8021Q WLAN
    XFRM GPIOLIB SPI USB_SUPPORT MEDIA_SUPPORT USB_VIDEO_CLASS MEDIA_USB_SUPPORT MEDIA_CONTROLLER CIFS NET_CLS
    NET_CLS_ACT IP_SET NET_IPGRE NET_IPGRE_DEMUX IPV6_SIT KEYS
""".split()  # noqa: SIM905

# What the configuration of such a device names as off: our own composition. Every name is in the Makefiles of 3.6.
OFF = """
    NET_DSA IPX ATALK X25 LAPB NETROM ROSE AX25 CAN IRDA BT SUNRPC AF_RXRPC ATM DECNET PHONET IP_DCCP IP_SCTP RDS
    TIPC NETLABEL NET_9P CAIF IEEE802154 MAC802154 WIMAX CEPH_LIB BATMAN_ADV NFC OPENVSWITCH
""".split()  # noqa: SIM905


def read_records(folder: Path) -> tuple[list[Record], int]:
    """Return the kernel's records below a folder, and how many files were no CVE record."""
    records, refused = [], 0
    for path in sorted(folder.rglob("CVE-*.json")):
        try:
            record = cve.read(path.read_bytes(), path.name)
        except UnreadableInputError:
            record = None
        if record is None:
            refused += 1
        elif any(one.product == "linux" and one.vendor == "linux" for one in record.affected):
            records.append(record)
    return records, refused


def shown(matched: Matched) -> int:
    """Count what a reader sees without asking for hints."""
    return sum(one.confidence is not Confidence.C for one in matched.findings)


def views(version: str) -> dict[str, Build]:
    """Return what is known of the device, from little to much."""
    bare = Build(architecture="mips", kernel_version=version)
    loadable = bare.model_copy(update={"kernel_modules": tuple(LOADABLE)})
    listed = loadable.model_copy(update={"kernel_built_in": tuple(BUILT_IN)})
    config = {f"CONFIG_{one}": "y" for one in OPTIONS} | {f"CONFIG_{one}": "n" for one in OFF}
    configured = listed.model_copy(update={"kernel_config": config})
    return {"version": bare, "loadable": loadable, "modules": listed, "config": configured}


def _matched(version: str, build: Build, store: KnownRecords) -> Matched:
    kernel = Component(
        name="linux",
        version=version,
        upstream="linux",
        upstream_version=version,
        source="version pattern",
        reach=Reach.STARTED,
        evidence=("bench",),
    )
    return match((kernel,), build, store, date(2026, 1, 2))


def _figures(prefix: str, results: dict[str, Matched]) -> dict[str, float | int]:
    hits = len(results["version"].vulnerabilities.statements)
    figures: dict[str, float | int] = {f"{prefix}version_only": hits}
    for name, result in results.items():
        explained = result.vulnerabilities.statements
        figures[f"{prefix}shown_share_{name}"] = shown(result) / max(hits, 1)
        figures[f"{prefix}dropped_{name}"] = sum(one.status is Status.NOT_AFFECTED for one in explained)
        figures[f"{prefix}hints_{name}"] = sum(one.status is Status.UNDER_INVESTIGATION for one in explained)
        figures[f"{prefix}explained_{name}"] = sum(bool(one.reason) for one in explained) / max(hits, 1)
    return figures


def main() -> int:
    """Match every view of both kernels and print the shares."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--records", type=Path, required=True, help="folder of CVE records, JSON 5")
    options.add_argument("--reasons", action="store_true", help="list the most frequent reasons")
    given = options.parse_args()
    records, refused = read_records(given.records)
    if not records:
        print(f"{given.records} holds no kernel record", file=sys.stderr)
        return 1
    state = FeedState(name="cve", updated=date(2026, 1, 1), records=len(records))
    store = KnownRecords(tuple(records), (state,), "bench")
    figures: dict[str, float | int | str | None] = {"records": len(records), "refused": refused}
    for version, prefix in ((VERSION, ""), (NEWER, "newer_")):
        results = {name: _matched(version, build, store) for name, build in views(version).items()}
        figures |= _figures(prefix, results)
        for name, result in results.items() if given.reasons else ():
            for reason, count in Counter(one.reason for one in result.vulnerabilities.statements).most_common(25):
                print(f"{version:<9} {name:<10} {count:>5}  {reason}")
    conclude("kernel_noise", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
