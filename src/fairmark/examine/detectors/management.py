"""Remote management: SNMP communities, UPnP port mapping, and the access provider's TR-069."""

import ipaddress
import re
from collections.abc import Iterator, Sequence

from fairmark.examine.configs.inspection import Inspection, where
from fairmark.examine.configs.lines import Setting, directives, last
from fairmark.examine.configs.nested import flat
from fairmark.examine.configs.owners import Owners, settings_files
from fairmark.examine.configs.running import Running
from fairmark.examine.configs.sections import Section, uci
from fairmark.examine.configs.stored import Guesses, entry_id, is_hashed
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.subject import FileFacts, Subject
from fairmark.model.finding import Confidence, Detection, Reach, Severity

COMMUNITY = Rule(
    id="snmp-community",
    title="SNMP answers to a fixed community",
    weakness="default-password",
    severity=Severity.MEDIUM,
    what="A started SNMP agent accepts a community, which is SNMP's password, from every address. It stands in the "
    "image and so is the same in all units; entries of the list of known defaults (public, private) are grade A. High "
    "where it may write.",
    false_positives="A community that the owner has to replace before the agent starts.",
    fix="Use SNMP version 3 with a user per unit, or switch the agent off; at least name the source network.",
    cwe="CWE-1392",
    references=("ETSI EN 303 645 provision 5.1-1",),
)
UPNP_OPEN = Rule(
    id="upnp-open-mapping",
    title="Any host of the home network may open ports for any other",
    weakness="missing-authentication",
    severity=Severity.MEDIUM,
    what="secure_mode is off in a started UPnP port-mapping service: a host, or a web page in its browser, opens ports "
    "towards other hosts. High where the service also listens at the outer interface.",
    false_positives="None known.",
    fix="Set secure_mode=yes and listen at the inner interface only.",
    cwe="CWE-306",
)
ACS_PLAIN = Rule(
    id="tr069-plain-http",
    title="The device asks its management server over http",
    weakness="weak-tls",
    severity=Severity.HIGH,
    what="The address of the auto-configuration server (TR-069) begins with http: in settings of a started client. "
    "Whoever stands on the way can send settings and firmware as if from the provider.",
    false_positives="An address that the provider's network replaces at once (DHCP option 43).",
    fix="Use https, check the server's certificate against the provider's own root, and refuse http.",
    cwe="CWE-319",
    references=("ETSI EN 303 645 provision 5.5-1",),
)
ACS_DEFAULT = Rule(
    id="tr069-default-credentials",
    title="TR-069 has a known default password",
    weakness="default-password",
    severity=Severity.HIGH,
    what="The user and password of connection requests, or of the management server, are entries of the list of known "
    "defaults, in settings of a started client.",
    false_positives="Values that the provider's network replaces before the first request.",
    fix="Give every unit connection-request credentials of its own, from production or from the server.",
    cwe="CWE-1392",
    references=("ETSI EN 303 645 provision 5.1-1",),
)

_SNMPD = ("/etc/snmp/snmpd.conf", "/etc/snmpd.conf", "/usr/local/share/snmp/snmpd.conf", "/usr/share/snmp/snmpd.conf")
_COMMUNITIES = {"rocommunity": False, "rwcommunity": True, "rocommunity6": False, "rwcommunity6": True}
_EVERYWHERE = frozenset({"", "default", "0.0.0.0/0", "::/0", "0.0.0.0", "any"})  # noqa: S104 - addresses that are looked for
_LOOPBACK = re.compile(r"(?:(?:udp6?|tcp6?|unix)?:)?(?:127\.[0-9.]+|localhost|\[?::1\]?|/[^:]*)(?::\d+)?")
_MINIUPNPD = ("/etc/miniupnpd.conf", "/etc/miniupnpd/miniupnpd.conf")
_CWMP = (
    "cwmpd",
    "tr069",
    "tr069c",
    "tr069d",
    "tr69c",
    "icwmpd",
    "easycwmpd",
    "freecwmpd",
    "cwmpclient",
    "cwmp",
    "bcm_tr69",
)
_URL_NAMES = re.compile(
    r"(?:.*(?:acs|managementserver|cwmp|tr-?069|tr69).*url|acs|acs_?address|acs_?server|url|acsurl)"
)
_CONTEXT = re.compile(r"acs|cwmp|tr-?0?69|managementserver", re.IGNORECASE)
_PASSWORD_NAMES = re.compile(
    r"(?:.*(?:connectionrequest|conn_?req|acs|cpe|tr-?0?69|cwmp)\w*)?[_.-]?(?:password|passwd|pwd|pass)"
)
_MOST_PASSWORDS = 100
_USER_NAMES = re.compile(
    r"(?:.*(?:connectionrequest|conn_?req|acs|cpe|tr-?0?69|cwmp)\w*)?[_.-]?(?:username|userid|user|usr|login)"
)


def _detect(subject: Subject) -> Detection:
    look = Inspection(subject)
    _snmp(look)
    _upnp(look)
    _tr069(look)
    return look.detection()


# SNMP --------------------------------------------------------------------------------------------


def _snmp(look: Inspection) -> None:
    read: list[FileFacts | None] = []
    servers = look.running("snmpd")
    for run in servers:
        read.append(look.settings_file(run, _SNMPD, ("-c",)))
        if read[-1] and not _is_local(run):
            _snmpd(look, run, read[-1])
    for file in look.unread(_SNMPD, read):
        _snmpd(look, None, file)
    for file in look.unread(("/etc/config/snmpd", "/etc/config/mini_snmpd"), ()):
        agent = next((one for one in (*servers, *look.running("mini_snmpd")) if one.root == file.root), None)
        _snmp_uci(look, agent, uci(file))
    for run in look.running("mini_snmpd"):
        _mini_snmpd(look, run)


def _is_local(run: Running) -> bool:
    """Whether all addresses among the arguments are of the device itself."""
    places = [
        word for word in run.words if re.fullmatch(r"(?:udp6?:|tcp6?:)?[\d.\[\]:a-z]*\d", word) and word[0] not in "-/"
    ]
    return bool(places) and all(_LOOPBACK.fullmatch(word) for word in places)


def _snmpd(look: Inspection, run: Running | None, file: FileFacts) -> None:
    settings = list(directives(file, comments=("#",)))
    for one in [one for one in settings if one.name == "includefile"]:
        settings += [extra for found in look.included(file, one.value) for extra in directives(found)]
    addresses = [word for one in settings if one.name == "agentaddress" for word in one.value.split(",")]
    if addresses and all(_LOOPBACK.fullmatch(word.strip().lower()) for word in addresses):
        return
    for one in settings:
        words = one.words
        if one.name in _COMMUNITIES and words and (words[1] if len(words) > 1 else "") in _EVERYWHERE:
            limited = "-V" in words or (len(words) > 2 and words[2].startswith("."))
            _community(look, run, one, words[0], may_write=_COMMUNITIES[one.name], limited=limited)
    _mapped(look, run, settings)


def _community(
    look: Inspection, run: Running | None, setting: Setting, community: str, *, may_write: bool, limited: bool = False
) -> None:
    number = entry_id("", community)
    kind = "writing" if may_write else "reading"
    known = f"entry {number} of the list of known defaults" if number else "fixed in the image"
    title = f"SNMP of {where(setting.file)} accepts a community for {kind} from everywhere ({known})"
    severity = Severity.HIGH if may_write else Severity.LOW if limited else Severity.MEDIUM
    shown = [look.hidden(setting, f"a community for {kind}, {known}")]
    look.flaw(COMMUNITY, title, run, shown, severity=severity, confidence=Confidence.A if number else Confidence.B)


def _mapped(look: Inspection, run: Running | None, settings: Sequence[Setting]) -> None:
    """Follow the long form: com2sec names a community, group takes it in, access grants it something."""
    groups = {one.words[2]: one.words[0] for one in settings if one.name == "group" and len(one.words) > 2}
    rights = {one.words[0]: one.words for one in settings if one.name == "access" and len(one.words) > 7}
    for one in settings:
        words = one.words
        if one.name not in {"com2sec", "com2sec6"} or len(words) < 3:
            continue
        words = words[2:] if words[0] == "-Cn" else words
        granted = rights.get(groups.get(words[0], ""))
        if len(words) > 2 and words[1] in _EVERYWHERE and granted:
            _community(look, run, one, words[2], may_write=granted[6].lower() != "none")


def _snmp_uci(look: Inspection, run: Running | None, sections: Sequence[Section]) -> None:
    addresses = [one.value("agentaddress") for one in sections if one.type == "agent"]
    if addresses and all(_LOOPBACK.fullmatch(word.lower()) for text in addresses for word in text.split(",")):
        return
    rights = {one.value("group"): one.value("write", "none") for one in sections if one.type == "access"}
    groups = {one.value("secname"): one.value("group") for one in sections if one.type == "group"}
    for section in sections:
        community = section.get("community")
        if community is None or not community.value or section.is_off("enabled"):
            continue
        if section.value("source", "default") in _EVERYWHERE:
            right = rights.get(groups.get(section.value("secname"), ""), "none").lower()
            may_write = section.type != "mini_snmpd" and right not in {"none", ""}
            _community(look, run, community, community.value, may_write=may_write)


def _mini_snmpd(look: Inspection, run: Running) -> None:
    """Without -c or a settings file its community is a known default; it never writes."""
    community = run.option("-c", "--community")
    if run.has("-a", "--auth") and not community:
        return
    if community is None and (run.has("-f", "--file") or look.text_file("/etc/config/mini_snmpd", run.root)):
        return
    number = entry_id("", community or "public")
    known = f"entry {number} of the list of known defaults" if number else "fixed in the image"
    title = f"mini_snmpd accepts a community for reading from everywhere ({known})"
    look.flaw(
        COMMUNITY,
        title,
        run,
        (),
        confidence=Confidence.A if number and community else Confidence.B,
        reach=Reach.EXPOSED,
    )


# UPnP --------------------------------------------------------------------------------------------


def _upnp(look: Inspection) -> None:
    read: list[FileFacts | None] = []
    servers = look.running("miniupnpd")
    for run in servers:
        read.append(look.settings_file(run, _MINIUPNPD, ("-f",)))
        if read[-1]:
            _mapping(look, run, read[-1], directives(read[-1]))
    for file in look.unread(_MINIUPNPD, read):
        _mapping(look, None, file, directives(file))
    for file in look.unread(("/etc/config/upnpd",), ()):
        service = next((one for one in servers if one.root == file.root), None)
        for section in uci(file):
            is_off = section.is_off("enabled") or section.is_off("enable_upnp")
            if section.type == "upnpd" and not is_off:
                _mapping(look, service, file, section.settings)


def _mapping(look: Inspection, run: Running | None, file: FileFacts, settings: Sequence[Setting]) -> None:
    secure = last(settings, "secure_mode")
    outer = last(settings, "ext_ifname", "external_iface")
    inner = [one for one in settings if one.name in {"listening_ip", "internal_iface"}]
    outside = [one for one in inner if (outer and one.value == outer.value) or one.value == "0.0.0.0"]  # noqa: S104
    if outside:
        title = f"UPnP of {where(file)} listens at the outer interface"
        look.flaw(UPNP_OPEN, title, run, outside, severity=Severity.HIGH, reach=Reach.EXPOSED)
    if secure and secure.is_off:
        title = f"UPnP of {where(file)} lets every host open ports for others"
        look.flaw(UPNP_OPEN, title, run, (secure,), reach=Reach.EXPOSED)


# TR-069 ------------------------------------------------------------------------------------------


def _tr069(look: Inspection) -> None:
    clients = look.running(*_CWMP)
    owners = Owners(look)
    for file in settings_files(look.subject, "acs", "cwmp", "tr069", "tr-069", "tr69", "managementserver"):
        settings = flat(file)
        is_own = _CONTEXT.search(file.path) is not None
        addresses = [one for one in settings if _is_plain_acs(one, is_own=is_own)]
        passwords = list(_defaults(look.guesses, settings, is_own=is_own))
        if not addresses and not passwords:
            continue
        run, grade = _reader(clients, owners, file, is_own=is_own)
        for one in addresses:
            title = f"{where(file)} sends the device to a management server over http"
            look.flaw(ACS_PLAIN, title, run, (one,), confidence=grade, reach=Reach.STARTED)
        for one, number in passwords:
            title = f"{where(file)} holds a TR-069 password that is entry {number} of the list of known defaults"
            shown = [look.hidden(one, f"entry {number} of the list of known defaults")]
            look.flaw(ACS_DEFAULT, title, run, shown, confidence=grade)


def _reader(
    clients: Sequence[Running], owners: Owners, file: FileFacts, *, is_own: bool
) -> tuple[Running | None, Confidence]:
    """Return the client that reads a file: a proven owner, or the started one if the file is named after TR-069."""
    here = [run for run in clients if run.root == file.root]
    owner = owners.of(file)
    if owner and owner.confidence is Confidence.A:
        return owner.run, owner.confidence
    if here and is_own and file.path.startswith(("/etc/", "/usr/etc/", "/etc_ro/")):
        return here[0], Confidence.A
    if owner:
        return owner.run, owner.confidence
    return (here[0], Confidence.B) if here else (None, Confidence.C)


def _is_plain_acs(setting: Setting, *, is_own: bool) -> bool:
    names = f"{setting.section}.{setting.name}"
    if not setting.value.lower().startswith("http://") or not _URL_NAMES.fullmatch(setting.name.rpartition(".")[2]):
        return False
    if not is_own and not _CONTEXT.search(names):
        return False
    host = re.match(r"http://(?:[^@/]*@)?(\[[^\]]*\]|[^:/]*)", setting.value.lower())
    return host is not None and not _is_inside(host[1])


def _is_inside(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host in {"", "localhost"}


def _defaults(guesses: Guesses, settings: Sequence[Setting], *, is_own: bool) -> Iterator[tuple[Setting, int]]:
    """Yield the passwords of TR-069 that are known defaults, with the entry."""
    passwords = [one for one in settings if _PASSWORD_NAMES.fullmatch(one.name.rpartition(".")[2].replace("-", "_"))]
    for one in passwords[:_MOST_PASSWORDS]:
        name = one.name.rpartition(".")[2].replace("-", "_")
        if not _PASSWORD_NAMES.fullmatch(name) or not (is_own or _CONTEXT.search(f"{one.section}.{one.name}")):
            continue
        user = next(
            (
                other.value
                for other in settings
                if other.section == one.section
                and _USER_NAMES.fullmatch(other.name.rpartition(".")[2].replace("-", "_"))
                and _stem(other.name) == _stem(one.name)
            ),
            "",
        )
        number = guesses.known_default(one.value, user) if one.value and not is_hashed(one.value) else None
        if number is not None:
            yield one, number


def _stem(name: str) -> str:
    return re.sub(r"(?:username|userid|user|usr|login|password|passwd|pwd|pass)$", "", name.rpartition(".")[2])


DETECTOR = Detector(
    id="management",
    title="Remote management: SNMP, UPnP, TR-069",
    rules=(COMMUNITY, UPNP_OPEN, ACS_PLAIN, ACS_DEFAULT),
    detect=_detect,
)
