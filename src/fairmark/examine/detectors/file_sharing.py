"""File sharing: FTP, SMB, NFS and rsync that give files to everybody, or take them from everybody."""

import re
from collections.abc import Sequence

from fairmark.examine.configs.blocks import Node, angles
from fairmark.examine.configs.inspection import Inspection, where
from fairmark.examine.configs.lines import Setting, by_section, directives, ini, is_on, last, numbered
from fairmark.examine.configs.running import Running
from fairmark.examine.configs.sections import uci
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.subject import FileFacts, Subject
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Reach, Severity

FTP_ANONYMOUS = Rule(
    id="ftp-anonymous",
    title="The FTP server lets anybody in",
    weakness="missing-authentication",
    severity=Severity.MEDIUM,
    what="A started FTP server accepts anonymous logins, or asks for no password at all. Severity is high where "
    "anonymous users may also write: then others can replace files of the device.",
    false_positives="A public download area that is meant so. Grade B: anonymous access is the server's default, or "
    "depends on how busybox was built.",
    fix="Switch anonymous access off (anonymous_enable=NO, no <Anonymous> block, pure-ftpd -E), or drop FTP for SFTP.",
    cwe="CWE-306",
    references=("ETSI EN 303 645 provision 5.5-5",),
)
SMB_GUEST = Rule(
    id="smb-guest-share",
    title="A Windows share is open to guests",
    weakness="missing-authentication",
    severity=Severity.HIGH,
    what="A started SMB server offers a share without a login: guest access is on for it. Severity is high where "
    "guests may write, low where they may only read.",
    false_positives="A share of a home server that the owner meant so and that ships empty.",
    fix="Remove 'guest ok' and 'public', name the accounts in 'valid users', and set 'map to guest = Never'.",
    cwe="CWE-306",
    references=("ETSI EN 303 645 provision 5.5-5",),
)
SMB_OLD = Rule(
    id="smb-old-protocol",
    title="The SMB server accepts SMB 1 or the old LAN Manager logins",
    weakness="weak-tls",
    severity=Severity.MEDIUM,
    what="The settings of a started server ask for SMB 1 (NT1, LANMAN, CORE) or for logins whose answers are broken "
    "with a table. SMB 1 is the protocol of the EternalBlue worm and signs nothing.",
    false_positives="None known: both are off by default since Samba 4.11.",
    fix="Set 'server min protocol = SMB2_10' or higher and remove 'lanman auth' and 'ntlm auth'.",
    cwe="CWE-757",
)
NFS_OPEN = Rule(
    id="nfs-open-export",
    title="An NFS export is open to every host",
    weakness="missing-authentication",
    severity=Severity.HIGH,
    what="/etc/exports gives a folder to all hosts while an NFS server is started. High where it may be written; "
    "with no_root_squash a stranger is root on it.",
    false_positives="Exports secured by Kerberos (sec=krb5) are not reported.",
    fix="Name the hosts or the network in each export, keep root_squash, and use sec=krb5 where it matters.",
    cwe="CWE-306",
)
RSYNC_OPEN = Rule(
    id="rsync-open-module",
    title="An rsync module asks for no login",
    weakness="missing-authentication",
    severity=Severity.MEDIUM,
    what="A started rsync daemon offers a module without 'auth users' and without 'hosts allow': whoever reaches the "
    "port copies its files, and where 'read only = no' stands, replaces them.",
    false_positives="A public mirror that is meant so.",
    fix="Set 'auth users' and 'secrets file', limit 'hosts allow', or carry rsync over ssh.",
    cwe="CWE-306",
)

_VSFTPD = ("/etc/vsftpd.conf", "/etc/vsftpd/vsftpd.conf")
_PROFTPD = ("/etc/proftpd.conf", "/etc/proftpd/proftpd.conf")
_SMB = ("/etc/samba/smb.conf", "/etc/smb.conf", "/etc/ksmbd/ksmbd.conf", "/usr/local/samba/lib/smb.conf")
_NFS_SERVERS = ("nfsd", "mountd", "unfsd", "ganesha.nfsd")
_RSYNC = ("/etc/rsyncd.conf",)
_EXPORT = re.compile(r"([^\s(]*)(?:\(([^)]*)\))?")
_EVERYBODY = frozenset({"", "*", "0.0.0.0/0", "0.0.0.0/0.0.0.0", "::/0"})
_OLD_PROTOCOL = re.compile(r"(?i)(?:nt1|lanman[12]?|core(?:plus)?|coreplus)")
_BUSYBOX_ASKS = (1, 23)  # from this version on, ftpd asks for a password unless it was built not to


def _detect(subject: Subject) -> Detection:
    look = Inspection(subject)
    _ftp(look)
    _smb(look)
    _nfs(look)
    _rsync(look)
    return look.detection()


# FTP ---------------------------------------------------------------------------------------------


def _ftp(look: Inspection) -> None:
    read: list[FileFacts | None] = []
    for run in look.running("vsftpd"):
        read.append(look.settings_file(run, _VSFTPD, (), plain=True))
        if read[-1] and not look.is_inside(run):
            _vsftpd(look, run, read[-1])
    for file in look.unread(_VSFTPD, read):
        _vsftpd(look, None, file)
    read = []
    for run in look.running("proftpd"):
        read.append(look.settings_file(run, _PROFTPD, ("-c", "--config")))
        if read[-1]:
            _proftpd(look, run, read[-1])
    for file in look.unread(_PROFTPD, read):
        _proftpd(look, None, file)
    for run in look.running("pure-ftpd"):
        _pure_ftpd(look, run)
    for run in look.running("ftpd"):
        if run.program.startswith("busybox"):
            _busybox_ftpd(look, run)


def _vsftpd(look: Inspection, run: Running | None, file: FileFacts) -> None:
    settings = directives(file)
    allowed = last(settings, "anonymous_enable")
    if allowed is not None and not allowed.is_on:
        return
    if is_on(settings, "anon_world_readable_only") and is_on(settings, "secure_email_list_enable"):
        return
    writes = is_on(settings, "write_enable") and (
        is_on(settings, "anon_upload_enable") or is_on(settings, "anon_mkdir_write_enable", "anon_other_write_enable")
    )
    shown: list[Setting | Evidence] = [
        allowed or look.read(file, "anonymous_enable is not set, and its default is YES")
    ]
    shown += [one for name in ("anon_upload_enable", "anon_other_write_enable") if (one := last(settings, name))]
    title = f"{where(file)} lets anonymous users in" + (" and write" if writes else "")
    grade = Confidence.A if allowed else Confidence.B
    look.flaw(FTP_ANONYMOUS, title, run, shown, confidence=grade, severity=_worse(writes=writes))


def _worse(*, writes: bool) -> Severity:
    return Severity.HIGH if writes else Severity.MEDIUM


def _proftpd(look: Inspection, run: Running | None, file: FileFacts) -> None:
    nodes = [angles(file)]
    for include in nodes[0].all("include"):
        nodes += [angles(one) for one in look.included(file, include.setting.value)]
    for block in [node for root in nodes for node in root.walk() if node.is_block and node.name == "anonymous"]:
        login = next((node for node in block.walk() if node.name == "limit" and "LOGIN" in node.words), None)
        if login and any(node.name in {"denyall", "deny"} for node in login.inside):
            continue
        writes = any(_opens_writing(node) for node in block.walk())
        title = f"{where(file)} lets anonymous users in" + (" and write" if writes else "")
        look.flaw(FTP_ANONYMOUS, title, run, (block.setting,), severity=_worse(writes=writes))


def _opens_writing(node: Node) -> bool:
    is_write = node.name == "limit" and bool({"WRITE", "STOR", "ALL"} & {word.upper() for word in node.words[1:]})
    return is_write and any(one.name == "allowall" for one in node.inside)


def _pure_ftpd(look: Inspection, run: Running) -> None:
    """Anonymous users are let in when there is an account ``ftp`` and neither -E nor ``NoAnonymous yes`` is given."""
    named = next((word for word in run.words if word.startswith("/")), "")
    file = look.text_file(named, run.root) if named else None
    settings = directives(file) if file else ()
    accounts = look.text_file("/etc/passwd", run.root)
    account = next((number for number, line in numbered(accounts) if line.startswith("ftp:")), 0) if accounts else 0
    closed = run.has("-E", "--noanonymous") or is_on(settings, "noanonymous") or (named and file is None)
    if closed or not account or accounts is None:
        return
    writes = not (run.has("-i", "--anonymouscantupload") or is_on(settings, "anonymouscantupload"))
    off = last(settings, "noanonymous")
    shown: list[Setting | Evidence] = [off] if off else []
    shown.append(look.subject.evidence(accounts, "the account that anonymous users get", line=account, quote="ftp:"))
    grade = Confidence.A if run.has("-e", "--anonymousonly") or off else Confidence.B
    title = "pure-ftpd lets anonymous users in" + (" and write" if writes else "")
    look.flaw(FTP_ANONYMOUS, title, run, shown, confidence=grade, severity=_worse(writes=writes))


def _busybox_ftpd(look: Inspection, run: Running) -> None:
    """Up to 1.22 it never asks for a password; later it does unless ``-a`` or ``-A`` lets users in without one."""
    version = look.version("busybox")
    no_login = run.has("-a", "-A")
    if not no_login and version is not None and version >= _BUSYBOX_ASKS:
        return
    writes = run.has("-w") or any(re.fullmatch(r"-[vSAa]*w[vSA]*", word) for word in run.words)
    folder = next((word for word in run.words if word.startswith("/")), "/")
    title = f"ftpd of busybox gives {folder} to anybody" + (", for writing too" if writes else "")
    grade = Confidence.A if no_login or version else Confidence.B
    look.flaw(FTP_ANONYMOUS, title, run, (), confidence=grade, severity=_worse(writes=writes))


# SMB ---------------------------------------------------------------------------------------------


def _smb(look: Inspection) -> None:
    read: list[FileFacts | None] = []
    servers = look.running("smbd", "ksmbd.mountd", "samba")
    for run in servers:
        file = look.settings_file(run, _SMB, ("-s", "--configfile", "-c", "--config"))
        if file and file not in read:
            _smb_file(look, run, file)
        read.append(file)
    for file in look.unread(_SMB, read):
        _smb_file(look, None, file)
    for name in ("samba", "samba4", "ksmbd"):
        for file in look.unread((f"/etc/config/{name}",), ()):
            _smb_uci(look, next((run for run in servers if run.root == file.root), None), file)


def _smb_file(look: Inspection, run: Running | None, file: FileFacts) -> None:
    settings = list(ini(file))
    for include in [one for one in settings if one.name == "include" and "%" not in one.value]:
        settings += [one for extra in look.included(file, include.value) for one in ini(extra)]
    common = [one for one in settings if one.section == "global"]
    for share, here in by_section(settings).items():
        if share not in {"global", "", "printers", "print$"}:
            _share(look, run, file, share, here, common)
    old = last(common, "min protocol", "server min protocol")
    weak = [one for one in common if _is_weak_login(one)] + (
        [old] if old and _OLD_PROTOCOL.fullmatch(old.value) else []
    )
    if weak:
        look.flaw(SMB_OLD, f"{where(file)} accepts an outdated protocol: {weak[0].name} = {weak[0].value}", run, weak)


def _is_weak_login(setting: Setting) -> bool:
    return setting.name == "lanman auth" and setting.is_on


def _share(
    look: Inspection,
    run: Running | None,
    file: FileFacts,
    name: str,
    share: Sequence[Setting],
    common: Sequence[Setting],
) -> None:
    guest = last((*common, *share), "guest ok", "public", "guest only", "only guest")
    limited = last(share, "valid users", "hosts allow", "allow hosts") or last(common, "hosts allow", "allow hosts")
    available = last(share, "available", "printable", "print ok")
    if guest is None or not guest.is_on or limited:
        return
    if available and (available.is_off if available.name == "available" else available.is_on):
        return
    write = last((*common, *share), "writable", "writeable", "write ok", "read only")
    writes = write is not None and (write.is_off if write.name == "read only" else write.is_on)
    if last(share, "read list") or last(share, "write list"):
        writes = False
    title = f"Share {name} of {where(file)} is open to guests, for {'writing' if writes else 'reading'}"
    shown = [one for one in (guest, write) if one]
    grade = Confidence.A if writes else Confidence.B
    look.flaw(SMB_GUEST, title, run, shown, confidence=grade, severity=Severity.HIGH if writes else Severity.LOW)


def _smb_uci(look: Inspection, run: Running | None, file: FileFacts) -> None:
    for section in uci(file):
        if section.type not in {"sambashare", "share"} or not section.is_on("guest_ok"):
            continue
        users = section.value("users")
        writes = section.is_off("read_only")
        if users and users not in {"nobody", "*"}:
            continue
        share = section.value("name") or section.name
        title = f"Share {share} of {where(file)} is open to guests, for {'writing' if writes else 'reading'}"
        shown = [one for one in (section.get("guest_ok"), section.get("read_only")) if one]
        grade = Confidence.A if writes else Confidence.B
        look.flaw(SMB_GUEST, title, run, shown, confidence=grade, severity=Severity.HIGH if writes else Severity.LOW)


# NFS and rsync -----------------------------------------------------------------------------------


def _nfs(look: Inspection) -> None:
    servers = look.running(*_NFS_SERVERS)
    for file in look.unread(("/etc/exports",), ()):
        run = next((one for one in servers if one.root == file.root), None)
        for number, line in numbered(file):
            words = line.split()
            for client in words[1:] or ["*"]:
                _export(look, run, Setting(file, number, words[0], client))


def _export(look: Inspection, run: Running | None, export: Setting) -> None:
    match = _EXPORT.fullmatch(export.value)
    if match is None or match[1] not in _EVERYBODY or export.value.startswith("-"):
        return
    options = {word.strip() for word in (match[2] or "").split(",")}
    if any(word.startswith("sec=krb5") for word in options):
        return
    writes = "rw" in options
    root = " as root" if "no_root_squash" in options else ""
    title = f"/etc/exports gives {export.name} to every host, for {'writing' if writes else 'reading'}{root}"
    severity = Severity.HIGH if writes or root else Severity.MEDIUM
    grade = Confidence.A if writes else Confidence.B
    look.flaw(NFS_OPEN, title, run, (export,), confidence=grade, severity=severity, reach=Reach.EXPOSED)


def _rsync(look: Inspection) -> None:
    read: list[FileFacts | None] = []
    for run in look.running("rsync", "rsyncd"):
        if not run.has("--daemon") and run.program != "rsyncd":
            continue
        read.append(look.settings_file(run, _RSYNC, ("--config",)))
        if read[-1]:
            _modules(look, run, read[-1])
    for file in look.unread(_RSYNC, read):
        _modules(look, None, file)


def _modules(look: Inspection, run: Running | None, file: FileFacts) -> None:
    settings = ini(file)
    common = [one for one in settings if not one.section]
    address = last(common, "address")
    if address and address.value.startswith(("127.", "::1", "localhost")):
        return
    for module, inside in by_section(one for one in settings if one.section).items():
        here = [*common, *inside]
        if last(here, "auth users") or last(here, "hosts allow"):
            continue
        read_only = last(here, "read only")
        writes = read_only is not None and read_only.is_off
        shown = [one for one in (last(here, "path"), read_only) if one] or here[-1:]
        title = f"Module {module} of {where(file)} asks for no login, for {'writing' if writes else 'reading'}"
        grade = Confidence.A if writes else Confidence.B
        look.flaw(RSYNC_OPEN, title, run, shown, confidence=grade, severity=_worse(writes=writes), reach=Reach.EXPOSED)


DETECTOR = Detector(
    id="file_sharing",
    title="File sharing: FTP, SMB, NFS, rsync",
    rules=(FTP_ANONYMOUS, SMB_GUEST, SMB_OLD, NFS_OPEN, RSYNC_OPEN),
    detect=_detect,
)
