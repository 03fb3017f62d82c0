"""FTP, SMB, NFS and rsync."""

import pytest

from fairmark.examine.detectors.file_sharing import DETECTOR
from tests.doubles.settings import device, findings, graded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("listen=YES\nanonymous_enable=YES\n", [("ftp-anonymous", "A")]),
        ("listen=YES\nlocal_enable=YES\n", [("ftp-anonymous", "B")]),
        ("listen=YES\nanonymous_enable=NO\nanon_upload_enable=YES\nwrite_enable=YES\n", []),
        ("listen=NO\nanonymous_enable=YES\n", []),
    ],
)
def test_vsftpd_lets_strangers_in_only_where_it_says_so(text: str, expected: list[tuple[str, str]]) -> None:
    made = device("vsftpd\n", {"/etc/vsftpd.conf": text}, programs=("/usr/sbin/vsftpd",))

    assert graded(DETECTOR, made) == expected


def test_vsftpd_reads_the_file_it_is_given() -> None:
    files = {"/etc/vsftpd.conf": "anonymous_enable=YES\n", "/etc/ftp/a.conf": "anonymous_enable=NO\nlisten=YES\n"}
    made = device("vsftpd /etc/ftp/a.conf\n", files, programs=("/usr/sbin/vsftpd",))

    assert graded(DETECTOR, made) == [("ftp-anonymous", "C")]


def test_a_closed_block_of_proftpd_is_no_finding() -> None:
    text = "<Anonymous ~ftp>\n<Limit LOGIN>\nDenyAll\n</Limit>\n</Anonymous>\n"
    made = device("proftpd\n", {"/etc/proftpd.conf": text}, programs=("/usr/sbin/proftpd",))

    assert graded(DETECTOR, made) == []


@pytest.mark.parametrize(
    ("arguments", "passwd", "expected"),
    [
        ("-E", "ftp:x:1:1::/srv/ftp:/bin/false\n", []),
        ("-B", "ftp:x:1:1::/srv/ftp:/bin/false\n", [("ftp-anonymous", "B")]),
        ("-e", "ftp:x:1:1::/srv/ftp:/bin/false\n", [("ftp-anonymous", "A")]),
        ("-B", "root:x:0:0::/root:/bin/sh\n", []),
    ],
)
def test_pure_ftpd_needs_an_account_for_strangers(arguments: str, passwd: str, expected: list[tuple[str, str]]) -> None:
    made = device(f"pure-ftpd {arguments}\n", {"/etc/passwd": passwd}, programs=("/usr/sbin/pure-ftpd",))

    assert graded(DETECTOR, made) == expected


@pytest.mark.parametrize(
    ("command", "version", "expected"),
    [
        ("ftpd -w /mnt", "1.20.2", [("ftp-anonymous", "A")]),
        ("ftpd -w /mnt", "1.36.1", []),
        ("ftpd -A /mnt", "1.36.1", [("ftp-anonymous", "A")]),
        ("ftpd /mnt", None, [("ftp-anonymous", "B")]),
    ],
)
def test_the_applet_asks_for_passwords_since_a_version(
    command: str, version: str | None, expected: list[tuple[str, str]]
) -> None:
    script = f"tcpsvd 0.0.0.0 21 {command} &\n"
    made = device(script, {}, applets=("ftpd", "tcpsvd"), components={"busybox": version} if version else {})

    assert graded(DETECTOR, made) == expected


@pytest.mark.parametrize(
    "share",
    [
        "[a]\npath=/a\nguest ok = no\nread only = no\n",
        "[a]\npath=/a\nguest ok = yes\nread only = no\nvalid users = owner\n",
        "[a]\npath=/a\nguest ok = yes\nread only = no\nhosts allow = 192.168.1.5\n",
        "[a]\npath=/a\nguest ok = yes\nwritable = yes\navailable = no\n",
        "[printers]\nguest ok = yes\nwritable = yes\n",
        "[a]\npath=/a\nwritable = yes\n",
    ],
)
def test_a_share_for_some_is_no_finding(share: str) -> None:
    files = {"/etc/samba/smb.conf": "[global]\nmap to guest = Bad User\n" + share}

    assert graded(DETECTOR, device("smbd -D\n", files, programs=("/usr/sbin/smbd",))) == []


def test_reading_as_a_guest_is_less() -> None:
    files = {"/etc/samba/smb.conf": "[a]\npublic = yes\n"}
    (found,) = findings(DETECTOR, device("smbd -D\n", files, programs=("/usr/sbin/smbd",)))

    assert (found.rule, found.confidence.value, found.severity.value) == ("smb-guest-share", "B", "low")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/a *(rw)", [("nfs-open-export", "A")]),
        ("/a (rw,no_root_squash)", [("nfs-open-export", "A")]),
        ("/a 0.0.0.0/0(ro)", [("nfs-open-export", "B")]),
        ("/a *(rw,sec=krb5p)", []),
        ("/a 10.0.0.0/8(rw) host(ro)", []),
        ("# /a *(rw)", []),
    ],
)
def test_an_export_names_its_hosts(line: str, expected: list[tuple[str, str]]) -> None:
    made = device("rpc.nfsd 8\n", {"/etc/exports": line + "\n"}, programs=("/usr/sbin/rpc.nfsd",))

    assert graded(DETECTOR, made) == expected


def test_rsync_as_a_client_opens_nothing() -> None:
    files = {"/etc/rsyncd.conf": "[m]\npath = /a\nread only = no\n"}
    made = device("rsync -a /a backup:/b &\n", files, programs=("/usr/bin/rsync",))

    assert graded(DETECTOR, made) == [("rsync-open-module", "C")]
