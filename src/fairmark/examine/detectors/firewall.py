"""Packet filters that let the outside in: OpenWrt's zones and rules, and the iptables lines that run at start."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fairmark.examine.configs.inspection import Inspection, joined, where
from fairmark.examine.configs.lines import Setting, numbered
from fairmark.examine.configs.sections import Section, uci
from fairmark.examine.redaction import redacted
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.shell import Command
from fairmark.examine.startup import startup
from fairmark.examine.subject import FileFacts, Subject
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Reach, Severity

ZONE = Rule(
    id="firewall-wan-accepts",
    title="The packet filter accepts everything from the outside",
    weakness="undeclared-service",
    severity=Severity.HIGH,
    what="The zone of the outer network accepts incoming connections by default: every service of the device is open "
    "to the Internet.",
    false_positives="A device whose outer side is never more than a home network. So the grade is B.",
    fix="Set input REJECT (or DROP) and forward REJECT for the outer zone, and open single ports by rules.",
    cwe="CWE-1327",
    references=("ETSI EN 303 645 provision 5.6-1",),
)
OPENED = Rule(
    id="firewall-opens-port",
    title="The packet filter opens a remote login to the outside",
    weakness="undeclared-service",
    severity=Severity.HIGH,
    what="A rule that is loaded at start accepts connections from the outer network to a port of telnet, ftp, ssh, a "
    "web page, SNMP, adb, a database or TR-069, from every address.",
    false_positives="A port at which nothing waits. Grade B: the rule names no interface, so it may have been meant "
    "for the inner network.",
    fix="Remove the rule, or limit it to the addresses of the maker's or provider's network.",
    cwe="CWE-1327",
    references=("ETSI EN 303 645 provision 5.6-1",),
)
NO_FILTER = Rule(
    id="firewall-absent",
    title="No packet filter stands in front of services on a device with an outer interface",
    weakness="undeclared-service",
    severity=Severity.LOW,
    what="Scripts that run at start set the input policy to ACCEPT and add no rule that drops anything. A hint.",
    false_positives="Devices that only ever stand in a home network; filters that another program loads.",
    fix="Drop by default and open single ports.",
    cwe="CWE-1327",
)

_OUTER_ZONES = frozenset({"wan", "wan6", "wwan", "internet", "cellular", "ppp"})
_OUTER_INTERFACE = re.compile(
    r"!?\s*(?:wan\w*|ppp\w*|wwan\w*|usb\d+|eth0\.2|eth2\.2|pppoe-\w+|vlan2|nas\w*|rmnet\w*)\+?"
)
_LOGINS = {
    "21": "ftp",
    "22": "ssh",
    "23": "telnet",
    "69": "tftp",
    "161": "snmp",
    "512": "rexec",
    "513": "rlogin",
    "514": "rsh",
    "80": "http",
    "443": "https",
    "8080": "http",
    "8443": "https",
    "81": "http",
    "2323": "telnet",
    "2222": "ssh",
    "445": "smb",
    "139": "smb",
    "554": "rtsp",
    "1883": "mqtt",
    "2375": "docker",
    "3306": "mysql",
    "5432": "postgresql",
    "5555": "adb",
    "5900": "vnc",
    "6379": "redis",
    "7547": "tr-069",
    "873": "rsync",
    "2049": "nfs",
    "1234": "gdb",
}
_NEVER_INNER = frozenset({"23", "2323", "512", "513", "514", "5555", "2375", "1234"})
_TABLES = frozenset({"iptables", "ip6tables", "iptables-legacy", "iptables-nft"})
_SAVED = (
    "/etc/iptables/rules.v4",
    "/etc/iptables.rules",
    "/etc/iptables.up.rules",
    "/etc/sysconfig/iptables",
    "/etc/firewall.rules",
)


@dataclass(frozen=True, slots=True)
class _Line:
    """One call of iptables: its words, whether it runs for certain, and what shows it."""

    words: tuple[str, ...]
    certain: bool
    shown: tuple[Evidence | Setting, ...]
    text: str


def _detect(subject: Subject) -> Detection:
    look = Inspection(subject)
    for file in look.unread(("/etc/config/firewall",), ()):
        _uci(look, file)
    for tree in subject.trees:
        _tables(look, tree.name)
    return look.detection()


# OpenWrt -----------------------------------------------------------------------------------------


def _uci(look: Inspection, file: FileFacts) -> None:
    world = look.world(file.root)
    in_force = bool(world and world.test("-f", "/etc/rc.common") and world.glob("/etc/rc.d/S*firewall"))
    sections = uci(file)
    for section in sections:
        if section.type == "zone" and _is_outer(section):
            found = section.get("input")
            if found and found.value.upper() == "ACCEPT":
                title = f"Zone {section.value('name')} of {where(file)} accepts everything that comes in"
                look.flaw(ZONE, title, None, (found,), in_force=in_force, confidence=Confidence.B, reach=Reach.EXPOSED)
        elif section.type in {"rule", "redirect"} and not section.is_off("enabled"):
            _rule(look, file, section, in_force=in_force)


def _is_outer(section: Section) -> bool:
    networks = " ".join(one.value for one in section.settings if one.name == "network").split()
    return section.value("name").lower() in _OUTER_ZONES or bool(_OUTER_ZONES & set(networks))


def _rule(look: Inspection, file: FileFacts, section: Section, *, in_force: bool) -> None:
    """A rule without ``dest`` speaks of the device itself; ``src *`` is every zone."""
    target = section.value("target").upper()
    source = section.value("src").lower()
    if target != "ACCEPT" or source not in _OUTER_ZONES | {"*"} or section.value("dest") or section.type == "redirect":
        return
    limits = [
        one
        for one in section.settings
        if one.name in {"src_ip", "src_mac", "ipset"} and one.value not in {"0.0.0.0/0", ""}
    ]
    if limits:
        return
    ports = [one for one in section.settings if one.name == "dest_port"]
    names = _named(" ".join(one.value for one in ports))
    if names:
        title = f"{where(file)} opens {joined(names)} to the outside"
        start = section.get("name") or section.start
        look.flaw(OPENED, title, None, (start, *ports), in_force=in_force, reach=Reach.EXPOSED)


def _named(ports: str) -> list[str]:
    """Name the remote logins among ports; a wide range is none of them in particular."""
    found = []
    for word in re.split(r"[\s,]+", ports):
        low, _, high = word.replace(":", "-").partition("-")
        if high and low.isdecimal() and high.isdecimal() and int(high) - int(low) < 65536:
            found += [f"{name} ({port})" for port, name in _LOGINS.items() if int(low) <= int(port) <= int(high)]
        elif word in _LOGINS:
            found.append(f"{_LOGINS[word]} ({word})")
    return found


# iptables ----------------------------------------------------------------------------------------


def _tables(look: Inspection, root: str) -> None:
    lines = list(_lines(look, root))
    drops = any(
        _target(line.words) in {"DROP", "REJECT"} or _policy(line.words) in {"DROP", "REJECT"} for line in lines
    )
    for line in lines:
        _opened(look, line, drops=drops)
    policies = [line for line in lines if _policy(line.words) == "ACCEPT"]
    outer = any(_OUTER_INTERFACE.fullmatch(word) for line in lines for word in line.words)
    if policies and not drops and outer:
        look.flaw(NO_FILTER, "The input policy is ACCEPT and nothing is dropped", None, policies[0].shown)


def _lines(look: Inspection, root: str) -> Iterator[_Line]:
    """Yield the calls of iptables that run at start, then the lines of saved tables that something restores."""
    saved = [one for path in _SAVED if (one := look.text_file(path, root))]
    if not saved and not any(
        file.root == root and file.text and "iptables" in file.text for file in look.subject.files
    ):
        return
    tree = next(tree for tree in look.subject.trees if tree.name == root)
    restored = False
    for command in startup(look.subject, tree).commands:
        name = command.words[0].rpartition("/")[2]
        restored = restored or name in {"iptables-restore", "netfilter-persistent"}
        if name in _TABLES:
            yield _Line(
                command.words[1:], command.certain, tuple(_places(look, root, command)), " ".join(command.words)
            )
    for file in saved:
        for number, text in numbered(file):
            if text.startswith(("-A ", "-I ", ":INPUT ")):
                words = tuple(text.split()) if text.startswith("-") else ("-P", "INPUT", text.split()[1])
                yield _Line(words, restored, (Setting(file, number, "", text),), text)


def _places(look: Inspection, root: str, command: Command) -> Iterator[Evidence]:
    for place in command.trail:
        file = look.text_file(place.path, root)
        if file:
            yield look.subject.evidence(
                file, "this line is run when the device starts", line=place.line or None, quote=redacted(place.text)
            )


def _policy(words: Sequence[str]) -> str:
    chain = next((i for i, word in enumerate(words) if word in {"-P", "--policy"}), None)
    if chain is None or len(words) <= chain + 2 or words[chain + 1] != "INPUT":
        return ""
    return words[chain + 2].upper()


def _options(words: Sequence[str]) -> Mapping[str, str]:
    """Return options with the word after each."""
    return {word: words[i + 1] for i, word in enumerate(words[:-1]) if word.startswith("-")}


def _target(words: Sequence[str]) -> str:
    options = _options(words)
    chain = options.get("-A") or options.get("-I") or options.get("--append") or options.get("--insert") or ""
    target = options.get("-j") or options.get("--jump") or ""
    return target.upper() if "INPUT" in chain.upper() else ""


def _opened(look: Inspection, line: _Line, *, drops: bool) -> None:
    """From an outer interface every remote login counts; without one only what no inner network wants either."""
    options = _options(line.words)
    limited = [options[name] for name in ("-s", "--source", "--src") if name in options]
    limited = [one for one in limited if one not in {"0.0.0.0/0", "0/0"}]
    if _target(line.words) != "ACCEPT" or limited or "!" in line.words:
        return
    ports = next((options[name] for name in ("--dport", "--dports", "--destination-port") if name in options), "")
    names = _named(ports)
    interface = options.get("-i") or options.get("--in-interface") or ""
    outer = bool(_OUTER_INTERFACE.fullmatch(interface))
    bare = not interface and drops and any(f"({port})" in name for name in names for port in _NEVER_INNER)
    if names and (outer or bare):
        what = f"{joined(names)} to {'the outside' if outer else 'every network'}"
        grade = Confidence.A if outer and line.certain else Confidence.B
        look.flaw(
            OPENED,
            f"iptables opens {what}",
            None,
            line.shown,
            in_force=line.certain,
            confidence=grade,
            reach=Reach.EXPOSED,
        )


DETECTOR = Detector(
    id="firewall",
    title="Packet filters",
    rules=(ZONE, OPENED, NO_FILTER),
    detect=_detect,
)
