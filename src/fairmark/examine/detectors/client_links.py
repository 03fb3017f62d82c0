"""Connections that the device makes by itself: in clear, or over TLS without a look at who answers."""

import re
from collections.abc import Sequence

from fairmark.examine.configs.inspection import Inspection, printable, where
from fairmark.examine.configs.lines import Setting, by_section, directives, ini, last
from fairmark.examine.configs.nested import flat
from fairmark.examine.configs.owners import Owner, Owners, settings_files
from fairmark.examine.configs.running import Running
from fairmark.examine.detectors.connectivity import public_host
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.subject import FileFacts, Subject
from fairmark.model.finding import Confidence, Detection, Reach, Severity

PERSONAL_PLAIN = Rule(
    id="client-personal-data-plain",
    title="Pictures, sound or events of the owner are sent in clear",
    weakness="personal-data-plain",
    severity=Severity.HIGH,
    what="A settings file that a started program reads names an address without TLS on the Internet for uploads, "
    "pictures, video, sound, events or readings.",
    false_positives="Content that is encrypted before it is sent. Grade B: file and program are only named alike.",
    fix="Send it over https or another protocol with TLS and check the server's certificate.",
    cwe="CWE-319",
    references=("ETSI EN 303 645 provision 5.8-1",),
)
CLOUD_PLAIN = Rule(
    id="client-plain",
    title="The device speaks to its maker's service in clear",
    weakness="weak-tls",
    severity=Severity.MEDIUM,
    what="A settings file that a started program reads names an address without TLS on the Internet for a cloud, a "
    "registration or an interface. Addresses of updates are reported by the rules of updates.",
    false_positives="An address that only tells whether the Internet is there.",
    fix="Use https and check the server's certificate.",
    cwe="CWE-319",
    references=("ETSI EN 303 645 provision 5.5-1",),
)
UNCHECKED = Rule(
    id="client-tls-unchecked",
    title="A client does not check whom it talks to over TLS",
    weakness="weak-tls",
    severity=Severity.MEDIUM,
    what="The settings of a started program, of stunnel as a client, or of curl and wget for the whole device, switch "
    "the check of the server's certificate off: whoever stands on the way can pose as the server.",
    false_positives="A connection inside the device. For curl and wget the grade is B: who calls them is not known.",
    fix="Switch the check on and install the certificate of the authority that signed the server's.",
    cwe="CWE-295",
    references=("ETSI EN 303 645 provision 5.5-1",),
)

_PERSONAL = re.compile(
    r"upload|snapshot|picture|image_?(?:url|server)|video|audio|record|event|alarm|motion|telemetry|reading|track|position"
)
_SERVICE = re.compile(
    r"cloud|api|backend|register|registration|report|push|portal|endpoint|heartbeat|activation|provision|p2p|service_?url|server_?(?:url|uri|addr\w*)"
)
_UPDATE = re.compile(r"update|upgrade|firmware|fota|\bota|ota_|sysupgrade|repo|mirror|feed")
_CLEAR = re.compile(r"(?:http|ftp|ws|rtmp)://", re.IGNORECASE)
_OFF_SWITCH = re.compile(
    r"(?:\w+_)?(?:verify_?(?:ssl|tls|peer|host|cert\w*|server|hostname)?|(?:ssl|tls|https|cert\w*|peer|server_cert)_?(?:verify|verification|check|validate)\w*|"
    r"check_?cert\w*|validate_?cert\w*|reject_?unauthorized|strict_?ssl|secure_?check)"
)
_ON_SWITCH = re.compile(
    r"(?:\w+_)?(?:insecure(?:_?(?:skip_?verify|tls|ssl))?|tls_?insecure\w*|ssl_?insecure\w*|skip_?(?:tls_?|ssl_?)?verify\w*|no_?check_?cert\w*|accept_?(?:any|all|invalid)_?cert\w*|allow_?insecure\w*)"
)
_STUNNEL = ("/etc/stunnel/stunnel.conf", "/etc/stunnel.conf")
_TO_FILL_IN = re.compile(r"your[.-]", re.IGNORECASE)
_LOCAL = re.compile(r"(?:127\.[0-9.]+|localhost|::1)(?::\d+)?|\d{1,5}")
_OTHERS = re.compile(r"/(?:opkg|apt|apk|yum\.repos\.d|openssl\.cnf|tr-?069|cwmp\w*|easycwmp|ca-certificates\.conf)")


def _detect(subject: Subject) -> Detection:
    look = Inspection(subject)
    owners = Owners(look)
    for file in settings_files(
        subject, "http://", "ftp://", "ws://", "rtmp://", "verif", "insecure", "cert", "unauthorized"
    ):
        if not _OTHERS.search(file.path):
            _file(look, owners, file)
    _stunnel(look)
    _tools(look)
    return look.detection()


def _file(look: Inspection, owners: Owners, file: FileFacts) -> None:
    settings = _switched_on(flat(file))
    clear = [one for one in settings if _is_clear(one)]
    open_checks = [one for one in settings if _is_open(one)]
    if not clear and not open_checks:
        return
    owner = owners.of(file)
    for one in clear:
        name = f"{one.section}.{one.name}"
        personal = _PERSONAL.search(name) is not None
        host = printable(public_host(f"url = {one.value}"))
        what = "data of the owner" if personal else "its data"
        rule = PERSONAL_PLAIN if personal else CLOUD_PLAIN
        _note(look, rule, f"{where(file)} sends {what} in clear to {host}", owner, one)
    for one in open_checks:
        _note(look, UNCHECKED, f"{where(file)} switches the check of certificates off ({one.name})", owner, one)


def _switched_on(settings: Sequence[Setting]) -> list[Setting]:
    """Leave out the sections that say of themselves that they are off."""
    off = {one.section for one in settings if one.section and one.name.lower() in {"enabled", "enable"} and one.is_off}
    return [one for one in settings if one.section not in off]


def _note(look: Inspection, rule: Rule, title: str, owner: Owner | None, setting: Setting) -> None:
    run, grade = (owner.run, owner.confidence) if owner else (None, Confidence.C)
    look.flaw(rule, title, run, (setting,), confidence=grade, reach=Reach.STARTED)


def _is_clear(setting: Setting) -> bool:
    """Whether a setting is an address in clear on the Internet, for something of the owner's or of the maker's."""
    name = f"{setting.section}.{setting.name}"
    if not _CLEAR.match(setting.value) or _UPDATE.search(name) or _UPDATE.search(setting.value.lower()):
        return False
    host = public_host(f"url = {setting.value}")
    return bool(_PERSONAL.search(name) or _SERVICE.search(name)) and host != "" and not _TO_FILL_IN.match(host)


def _is_open(setting: Setting) -> bool:
    name = setting.name.rpartition(".")[2].replace("-", "_")
    value = setting.value.lower()
    if _ON_SWITCH.fullmatch(name):
        return setting.is_on
    if "client" in name or "depth" in name:  # what a server asks of its visitors is another matter
        return False
    return _OFF_SWITCH.fullmatch(name) is not None and (setting.is_off or value in {"none", "never", "verify_none"})


def _stunnel(look: Inspection) -> None:
    """As a client, stunnel takes any certificate unless verify, verifyChain or verifyPeer asks for more."""
    read: list[FileFacts | None] = []
    for run in look.running("stunnel", "stunnel4"):
        named = next((word for word in run.words if word.startswith("/")), None)
        file = look.text_file(named, run.root) if named else look.settings_file(run, _STUNNEL, ())
        read.append(file)
        if file:
            _stunnel_file(look, run, file)
    for file in look.unread(_STUNNEL, read):
        _stunnel_file(look, None, file)


def _stunnel_file(look: Inspection, run: Running | None, file: FileFacts) -> None:
    settings = ini(file)
    common = [one for one in settings if not one.section]
    for service, inside in by_section(one for one in settings if one.section).items():
        here: Sequence[Setting] = [*common, *inside]
        client, level = last(here, "client"), last(here, "verify")
        checks = any(one.name in {"verifychain", "verifypeer"} and one.is_on for one in here)
        checks = checks or (level is not None and level.value in {"2", "3", "4"})
        target = last(here, "connect")
        if client and client.is_on and not checks and target and not _LOCAL.fullmatch(target.value):
            title = f"stunnel of {where(file)} does not check whom it talks to for {printable(service)[:60]}"
            look.flaw(UNCHECKED, title, run, (client, target), reach=Reach.STARTED)


def _tools(look: Inspection) -> None:
    """Settings of curl and wget hold for everybody who calls them."""
    for path, program in (
        ("/etc/wgetrc", "wget"),
        ("/root/.wgetrc", "wget"),
        ("/root/.curlrc", "curl"),
        ("/etc/curlrc", "curl"),
    ):
        for file in look.unread((path,), ()):
            world = look.world(file.root)
            if world is None or world.find(program) is None:
                continue
            for one in directives(file):
                name = one.name.lstrip("-").replace("-", "_")
                switched = (
                    name in {"insecure", "k"} if program == "curl" else name == "check_certificate" and one.is_off
                )
                if switched:
                    title = f"{where(file)} switches the check of certificates off for {program}"
                    look.flaw(
                        UNCHECKED, title, None, (one,), in_force=True, confidence=Confidence.B, reach=Reach.PRESENT
                    )


DETECTOR = Detector(
    id="client_links",
    title="Connections that the device makes itself",
    rules=(PERSONAL_PLAIN, CLOUD_PLAIN, UNCHECKED),
    detect=_detect,
)
