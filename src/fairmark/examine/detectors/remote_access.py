"""Remote access: how ssh lets people in, keys that ship with the device, screens and shells without a login."""

import base64
import binascii
import re
from collections.abc import Sequence

from fairmark.examine.configs.inspection import Inspection, joined, where
from fairmark.examine.configs.lines import Setting, directives, first, numbered
from fairmark.examine.configs.running import Running
from fairmark.examine.configs.sections import uci
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.subject import FileFacts, Subject
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Reach, Severity

AUTHORIZED_KEY = Rule(
    id="ssh-authorized-key",
    title="A key that opens the device over ssh ships with the image",
    weakness="shared-key",
    severity=Severity.HIGH,
    what="An authorized_keys file with a key in it lies where a started ssh server looks. The holder of the private "
    "part, at the maker or whoever took it from there, can log in to every unit.",
    false_positives="A key that is replaced at production. Grade C: no ssh server is started.",
    fix="Ship the file empty. Where service needs a way in, let the owner open it and use a key per unit.",
    cwe="CWE-798",
    references=("ETSI EN 303 645 provision 5.4-3",),
)
EMPTY_PASSWORDS = Rule(
    id="ssh-empty-passwords",
    title="The ssh server lets accounts without a password in",
    weakness="missing-authentication",
    severity=Severity.HIGH,
    what="PermitEmptyPasswords (dropbear: -B) is on in a started server. High where an account without a password "
    "is in the image, medium where there is none yet.",
    false_positives="A server whose accounts are all locked.",
    fix="Remove PermitEmptyPasswords or -B and give each account a password or a key of its own.",
    cwe="CWE-258",
    references=("ETSI EN 303 645 provision 5.5-5",),
)
ROOT_PASSWORD = Rule(
    id="ssh-root-password",
    title="root may log in over ssh with a password",
    weakness="no-mfa",
    severity=Severity.MEDIUM,
    what="PermitRootLogin yes and password logins are both on in a started server, and the root account of the image "
    "is not locked: one guessed or leaked password is the whole device.",
    false_positives="A server behind a packet filter that only the maker's network passes.",
    fix="Set PermitRootLogin prohibit-password (or no) and PasswordAuthentication no; log in with keys.",
    cwe="CWE-308",
)
WEAK_SSH = Rule(
    id="ssh-weak-protocol",
    title="The ssh server accepts broken ciphers or protocol 1",
    weakness="weak-tls",
    severity=Severity.MEDIUM,
    what="The settings of a started server name protocol 1, or ciphers, hashes or key exchanges that are broken: "
    "arcfour, DES and CBC ciphers, MD5, group 1.",
    false_positives="A server too new to know the name refuses to start or ignores it.",
    fix="Remove the lines; the defaults of a current server are sound.",
    cwe="CWE-327",
)
OPEN_SCREEN = Rule(
    id="screen-without-login",
    title="A remote screen or web shell asks for no login",
    weakness="missing-authentication",
    severity=Severity.HIGH,
    what="A started VNC server has no password, or a web terminal (ttyd, gotty) hands a shell to every visitor.",
    false_positives="A login program that the terminal starts (ttyd login) asks by itself and is not reported.",
    fix="Set a password and TLS, bind it to 127.0.0.1 behind ssh, or remove it.",
    cwe="CWE-306",
    references=("ETSI EN 303 645 provision 5.5-5",),
)

_SSHD = ("/etc/ssh/sshd_config", "/etc/sshd_config")
_KEYS = re.compile(
    r"(?!/etc/skel)(?:/[\w.-]+){0,3}/\.ssh/authorized_keys2?|/etc/dropbear/authorized_keys|"
    r"/etc/ssh/authorized_keys(?:[./][\w.-]+)*"
)
_KEY_LINE = re.compile(
    r"(?:^|\s)(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d+|sk-\S+)\s+(?P<body>[A-Za-z0-9+/]{40,}={0,2})"
)
_WEAK_WORDS = re.compile(
    r"arcfour\d*|(?:3des|blowfish|cast128|des|aes\d+|rijndael)-cbc(?:@\S+)?|none|hmac-md5(?:-96)?(?:-etm@openssh\.com)?|"
    r"diffie-hellman-group1-sha1|ssh-dss"
)
_LISTS = {"ciphers", "macs", "kexalgorithms", "hostkeyalgorithms"}
_LAST_WITH_1 = (7, 4)  # from this version on the server knows no protocol 1
_SHELL = re.compile(r"(?:/(?:usr/)?bin/)?(?:ba|da|a|z)?sh")
_LOCAL_ADDRESS = re.compile(r"(?:127\.[0-9.]+|localhost|lo|::1)(?::.*)?")
_VNC = (
    "x11vnc",
    "Xvnc",
    "vncserver",
    "framebuffer-vncserver",
    "fbvncserver",
    "droidvncserver",
    "Xtightvnc",
    "Xtigervnc",
)


def _detect(subject: Subject) -> Detection:
    look = Inspection(subject)
    servers = look.running("sshd")
    dropbears = look.running("dropbear")
    read: list[FileFacts | None] = []
    for run in servers:
        read.append(look.settings_file(run, _SSHD, ("-f",)))
        if read[-1] and read[-1] not in read[:-1] and not look.is_inside(run):
            _sshd(look, run, read[-1])
    for file in look.unread(_SSHD, read):
        _sshd(look, None, file)
    for run in dropbears:
        if run.has("-B") or any(re.fullmatch(r"-[RFEmwsgjkiBa]*B[RFEmwsgjkiBa]*", word) for word in run.words):
            _empty_passwords(look, run, [], "dropbear -B")
    _authorized_keys(look, [*servers, *dropbears])
    for run in look.running(*_VNC):
        _vnc(look, run)
    for run in look.running("ttyd", "gotty"):
        _terminal(look, run)
    return look.detection()


# ssh ---------------------------------------------------------------------------------------------


def _sshd(look: Inspection, run: Running | None, file: FileFacts) -> None:
    """The first value of a setting holds; Match blocks are not read, for they speak of some users only."""
    settings: list[Setting] = []
    for one in directives(file, comments=("#",)):
        if one.name == "match":
            break
        extras = [extra for word in one.words for extra in look.included(file, word)] if one.name == "include" else []
        for extra in extras:
            found = directives(extra, comments=("#",))
            stop = next((index for index, each in enumerate(found) if each.name == "match"), len(found))
            settings += found[:stop]
        settings.append(one)
    empty = first(settings, "permitemptypasswords")
    if empty and empty.is_on and not _is_no(settings, "passwordauthentication"):
        _empty_passwords(look, run, [empty], where(file))
    _root_login(look, run, file, settings)
    _weak(look, run, file, settings)


def _is_no(settings: Sequence[Setting], name: str) -> bool:
    found = first(settings, name)
    return found is not None and found.is_off


def _empty_passwords(look: Inspection, run: Running | None, shown: list[Setting], place: str) -> None:
    root = run.root if run else shown[0].file.root
    empty = [user for user, state in _passwords(look, root).items() if state == ""]
    severity = Severity.HIGH if empty else Severity.MEDIUM
    title = f"{place} lets accounts without a password in"
    look.flaw(EMPTY_PASSWORDS, title, run, shown, severity=severity, confidence=Confidence.A if empty else Confidence.B)


def _root_login(look: Inspection, run: Running | None, file: FileFacts, settings: Sequence[Setting]) -> None:
    allowed = first(settings, "permitrootlogin")
    passwords = first(settings, "passwordauthentication")
    asks = first(settings, "kbdinteractiveauthentication", "challengeresponseauthentication")
    limits = first(settings, "allowusers", "allowgroups", "denyusers", "authenticationmethods")
    if allowed is None or allowed.value.lower() != "yes" or limits:
        return
    if passwords and passwords.is_off and (asks is None or asks.is_off):
        return
    stored = _passwords(look, file.root).get("root")
    if not stored or stored.startswith(("!", "*")) or stored in {"x", "NP", "LK"}:
        return
    shown = [one for one in (allowed, passwords) if one]
    title = f"{where(file)} lets root in with a password"
    look.flaw(ROOT_PASSWORD, title, run, shown)


def _passwords(look: Inspection, root: str) -> dict[str, str]:
    """Return the stored password of each account that can log in, from passwd and shadow."""
    found: dict[str, str] = {}
    for path in ("/etc/passwd", "/etc/shadow"):
        file = look.text_file(path, root)
        for _, line in numbered(file) if file else ():
            fields = line.split(":")
            shell = fields[6] if path.endswith("passwd") and len(fields) > 6 else ""
            is_listed = path.endswith("passwd") or found.get(fields[0]) == "x"
            if len(fields) > 2 and is_listed and not shell.endswith(("nologin", "/false", "/sync")):
                found[fields[0]] = fields[1]
    return found


def _weak(look: Inspection, run: Running | None, file: FileFacts, settings: Sequence[Setting]) -> None:
    version = look.version("openssh")
    protocol = first(settings, "protocol")
    if protocol and "1" in re.split(r"[,\s]+", protocol.value) and (version is None or version < _LAST_WITH_1):
        grade = Confidence.A if version else Confidence.B
        look.flaw(WEAK_SSH, f"{where(file)} accepts protocol 1", run, (protocol,), confidence=grade)
    lists = [one for name in sorted(_LISTS) if (one := first(settings, name)) and not one.value.startswith(("-", "^"))]
    weak = {
        word: one for one in lists for word in one.value.lstrip("+").split(",") if _WEAK_WORDS.fullmatch(word.strip())
    }
    if weak:
        lines = tuple(dict.fromkeys(weak.values()))
        look.flaw(WEAK_SSH, f"{where(file)} accepts {joined(weak)}", run, lines)


def _authorized_keys(look: Inspection, servers: Sequence[Running]) -> None:
    homes = {"/etc/dropbear"} if any(run.program.startswith("dropbear") for run in servers) else set()
    for file in look.subject.files:
        if file.text is None or not _KEYS.fullmatch(file.path):
            continue
        keys = [number for number, line in numbered(file) if _is_key(line)]
        run = next((run for run in servers if run.root == file.root and _looks_at(run, file, homes)), None)
        if keys:
            shown = [look.subject.evidence(file, "a key that is let in", line=number) for number in keys[:5]]
            many = f"{len(keys)} keys that open" if len(keys) > 1 else "a key that opens"
            look.flaw(AUTHORIZED_KEY, f"{where(file)} holds {many} the device over ssh", run, shown)


def _looks_at(run: Running, file: FileFacts, homes: set[str]) -> bool:
    """Dropbear reads the keys of root from its own folder on OpenWrt, and from homes everywhere."""
    folder = file.path.rpartition("/")[0]
    if folder in homes:
        return run.program.startswith("dropbear")
    return folder.endswith("/.ssh") or (folder.startswith("/etc/ssh") and run.program.startswith("sshd"))


def _is_key(line: str) -> bool:
    match = _KEY_LINE.search(line)
    if not match:
        return False
    try:
        return b"ssh-" in (raw := base64.b64decode(match["body"], validate=True))[:24] or b"ecdsa" in raw[:24]
    except (binascii.Error, ValueError):
        return False


# Screens and terminals ---------------------------------------------------------------------------


def _vnc(look: Inspection, run: Running) -> None:
    words = run.words
    if run.has("-localhost", "-inetd") or _LOCAL_ADDRESS.fullmatch(run.option("-listen", "-interface", "-l") or ""):
        return
    joined_words = " ".join(words).lower()
    open_types = re.search(r"-?securitytypes[= ]+\S*\bnone\b", joined_words)
    if run.program.startswith("x11vnc"):
        asks = run.has(
            "-rfbauth", "-passwd", "-passwdfile", "-usepw", "-unixpw", "-unixpw_nis", "-users", "-rc", "-auth_file"
        )
        if not asks or run.has("-nopw"):
            grade = Confidence.A if run.has("-nopw") else Confidence.B
            look.flaw(
                OPEN_SCREEN,
                "x11vnc shows and steers the screen without a password",
                run,
                (),
                confidence=grade,
                reach=Reach.EXPOSED,
            )
    elif open_types:
        look.flaw(OPEN_SCREEN, f"{run.program} asks for no password: security type None", run, (), reach=Reach.EXPOSED)
    elif "framebuffer" in run.program or run.program.startswith(("fbvnc", "droidvnc")):
        title = f"{run.program} shows the screen without a password"
        look.flaw(OPEN_SCREEN, title, run, (), confidence=Confidence.B, reach=Reach.EXPOSED)


def _terminal(look: Inspection, run: Running) -> None:
    """``ttyd [options] command``: a shell for all, unless -c asks for a login or the command does."""
    words = run.words
    asks = run.has("-c", "--credential", "-H", "--auth-header", "--ssl-ca", "-A")
    local = _LOCAL_ADDRESS.fullmatch(run.option("-i", "--interface", "-a", "--address") or "")
    file = look.settings_file(run, ("/etc/config/ttyd",), ())
    settings = [one for section in uci(file) for one in section.settings] if file else []
    asks = asks or any(one.name in {"credential", "ssl_ca"} and one.value for one in settings)
    shell = next((word for word in words if _SHELL.fullmatch(word)), "")
    pieces: list[Setting | Evidence] = [one for one in settings if one.name == "command"]
    if shell and not asks and not local:
        look.flaw(OPEN_SCREEN, f"{run.program} hands {shell} to every visitor", run, pieces, reach=Reach.EXPOSED)


DETECTOR = Detector(
    id="remote_access",
    title="Remote access: ssh, remote screens, web shells",
    rules=(AUTHORIZED_KEY, EMPTY_PASSWORDS, ROOT_PASSWORD, WEAK_SSH, OPEN_SCREEN),
    detect=_detect,
)
