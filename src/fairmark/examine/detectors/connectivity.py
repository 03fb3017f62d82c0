"""Connectivity: does the device talk to networks, and does that contradict what its maker declares?

A profile that says "no network" or "isolated" lowers the price of everything else. So the claim is
held against the image: wireless set-up, cellular set-up, open ports, and addresses of the Internet
that something which is started really uses.
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from fairmark.examine.redaction import redacted
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.services import Script, trace
from fairmark.examine.subject import FileFacts, Service, Subject
from fairmark.examine.text_secrets import is_comment
from fairmark.model.device import Network
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Finding, Reach, SeenFact, Severity

CONTRADICTION = Rule(
    id="network-contradicts-claim",
    title="The image contradicts the claim that the device has no network",
    weakness="undeclared-connectivity",
    severity=Severity.HIGH,
    what="The profile says that the device has no network or stands alone, but the image holds a client of the "
    "Internet that is started, or an address of the Internet that a started program or script uses.",
    false_positives="A program shared with another model whose network part this model lacks in hardware.",
    fix="State the true network in device.yaml, or take the client out of the image.",
    cwe="CWE-1059",
    references=("ETSI EN 303 645 provision 5.6-1",),
)

_URL = re.compile(
    r"\b(?P<scheme>https?|mqtts?|wss?|coaps?|rtsps?|rtmps?|amqps?|ftps?|ssl|tcp|tls)://(?:[^\s/@\"']*@)?(?P<host>\[[0-9a-fA-F:.]+\]|[\w.-]+)"
)
_SETTING = re.compile(
    r"(?:^|[\s\"'{,])(?:[\w.-]*(?:server|host|hostname|broker|endpoint|cloud|remote|url|address))[\"']?(?:\s*+[:=]\s*+|\s++)[\"']?"
    r"(?P<host>(?:[a-zA-Z0-9_](?:[a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?\.)+[a-zA-Z]{2,24}|(?:\d{1,3}\.){3}\d{1,3})(?::\d{1,5})?[\"']?\s*[,;]?\s*$",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?P<top>[a-z]{2,24})", re.IGNORECASE)
_LOCAL_TOPS = frozenset(
    {"local", "localhost", "lan", "home", "internal", "invalid", "test", "arpa", "localdomain", "onion"}
)
_FILE_TOPS = frozenset(
    (  # noqa: SIM905 - words read best in a row
        "conf cfg sh so log txt xml json html htm js css php cgi pid lock sock db bin img key pem crt pub py lua "
        "service target socket timer gz tar zip ko ini dat d"
    ).split()
)
_STANDARD_HOSTS = re.compile(
    r"(?:^|\.)(?:w3\.org|xmlsoap\.org|ietf\.org|iana\.org|gnu\.org|kernel\.org|freedesktop\.org|debian\.org|apache\.org|"
    r"mozilla\.org|opensource\.org|creativecommons\.org|wikipedia\.org|github\.com|gitlab\.com|sourceforge\.net|openssl\.org|"
    r"busybox\.net|lighttpd\.net|thekelleys\.org\.uk|upnp\.org|openwrt\.org|python\.org|lua\.org|php\.net|example\.(?:com|org|net)|"
    r"digicert\.com|letsencrypt\.org|verisign\.com|die\.net|man7\.org|stackoverflow\.com|mosquitto\.org|w1\.fi|ubuntu\.com)$",
    re.IGNORECASE,
)
_OUTSIDE = re.compile(
    r"/(?:doc|docs|man|info|examples?|samples?|tests?|licenses?|locale|zoneinfo|terminfo|www|webroot|html|htdocs)/|"
    r"/lib/(?:opkg|dpkg|apk|systemd)/|/lib/python|/share/(?!.*\.(?:conf|ini|cfg|sh)$)|/(?:os-release|lsb-release|services|hosts|"
    r"distfeeds\.conf|customfeeds\.conf|sources\.list|issue|motd|mime\.types|protocols|rpc|ntp\.conf|resolv\.conf)$|"
    r"\.(?:html?|css|js|svg|md|crt|pem|pub|key|po|map|list|control|xsd|dtd)$",
    re.IGNORECASE,
)
_CLIENT_COMMANDS = re.compile(
    r"\b(?:wget|curl|uclient-fetch|mosquitto_(?:pub|sub)|nc|ssh|ftpget|ftpput|tftp|telnet|socat|autossh)\b"
)
_WIFI_PROGRAMS = frozenset({"wpa_supplicant", "hostapd", "iwd"})
_CELLULAR_PROGRAMS = frozenset(
    {"pppd", "wvdial", "qmi-network", "ModemManager", "uqmi", "umbim", "quectel-CM", "qmi_proxy"}
)
_WIFI_SETTINGS = re.compile(r"/(?:wpa_supplicant[\w.-]*|hostapd[\w.-]*)\.conf")
_MAX_LINES = 5000
_MAX_LINE = 1000


@dataclass(frozen=True, slots=True)
class _Proof:
    """One thing that shows that the device talks to a network.

    ``strong``: something that is started talks to the Internet. ``radio``: a radio is switched on.
    """

    statement: str
    evidence: tuple[Evidence, ...]
    strong: bool = False
    radio: bool = False


class _Run:
    """One run of the detector over a subject."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    def detect(self) -> Detection:
        """Gather proofs, state the facts that follow, and hold the claim against them."""
        proofs = [*self._radio(), *self._open_ports(), *self._addresses()]
        strong = [proof for proof in proofs if proof.strong]
        findings = self._contradiction([*strong, *(proof for proof in proofs if proof.radio)])
        facts = _facts(proofs, strong)
        named = {i for finding in findings for i in finding.evidence} | {i for fact in facts for i in fact.evidence}
        evidence = {one.id: one for proof in proofs for one in proof.evidence if one.id in named}
        return Detection(findings=findings, facts=facts, evidence=tuple(evidence[key] for key in sorted(evidence)))

    def _contradiction(self, proofs: Sequence[_Proof]) -> tuple[Finding, ...]:
        """An isolated device may have a radio of its own network; one without any network may not."""
        declared = self.subject.device.network
        strong = [proof for proof in proofs if proof.strong or declared is Network.NONE]
        if declared not in {Network.NONE, Network.ISOLATED} or not strong:
            return ()
        claim = "has no network" if declared is Network.NONE else "stands alone"
        title = f"The profile says that the device {claim}, but {strong[0].statement}"
        ids = tuple(dict.fromkeys(one.id for proof in strong[:5] for one in proof.evidence))
        return (CONTRADICTION.finding(title, ids, confidence=Confidence.B, reach=Reach.STARTED),)

    # Wireless, cellular, ports -------------------------------------------------------------------

    def _radio(self) -> Iterator[_Proof]:
        for service in self.subject.services:
            name = service.program.rpartition("/")[2]
            if name in _WIFI_PROGRAMS or service.name in _WIFI_PROGRAMS:
                yield _Proof(f"{name} is started: it uses Wi-Fi", service.chain, radio=True)
            elif name in _CELLULAR_PROGRAMS:
                yield _Proof(f"{name} is started: it uses a cellular modem", service.chain, radio=True)
        present = {item.root for item in self.subject.files if item.elf and _base(item.path) in _WIFI_PROGRAMS}
        for item in self.subject.files:
            if item.root not in present or not item.text or _OUTSIDE.search(item.path):
                continue
            if _WIFI_SETTINGS.search(item.path) or item.path == "/etc/network/interfaces":
                yield from self._wifi_settings(item)

    def _wifi_settings(self, item: FileFacts) -> Iterator[_Proof]:
        pattern = (
            r"\s*(?:network\s*=\s*\{|ssid\s*=)" if "conf" in item.path else r"\s*(?:auto|allow-hotplug|iface)\s+wl\w+"
        )
        for number, line in _lines(item.text or ""):
            if re.match(pattern, line):
                seen = self.subject.evidence(item, "Wi-Fi is set up here", line=number, quote=redacted(line))
                yield _Proof(f"{item.path} sets up Wi-Fi", (seen,))
                return

    def _open_ports(self) -> Iterator[_Proof]:
        for service in self.subject.services:
            if service.ports:
                yield _Proof(f"{service.name} waits at {', '.join(service.ports)}", service.chain)

    # Addresses of the Internet -------------------------------------------------------------------

    def _addresses(self) -> Iterator[_Proof]:
        for item in self.subject.files:
            if item.text is None or _OUTSIDE.search(item.path):
                continue
            is_script = item.text.startswith("#!")
            for number, line in _lines(item.text):
                host = _script_host(line) if is_script else public_host(line)
                if host:
                    user = self._used_by(item, is_script=is_script)
                    said = f"the address {host} is set here"
                    seen = self.subject.evidence(item, said, line=number, quote=redacted(line))
                    who = f"{item.path} sends to {host}" if user is None else f"{user[0]} uses {host} ({item.path})"
                    yield _Proof(who, (seen, *(user[1] if user else ())), strong=user is not None)
                    break

    def _used_by(self, item: FileFacts, *, is_script: bool) -> tuple[str, tuple[Evidence, ...]] | None:
        """Return what is started and uses the file: the script itself, or a service whose arguments name it."""
        if is_script:
            script = next((one for one in self._scripts if (one.root, one.path) == (item.root, item.path)), None)
            return (f"the started script {_base(item.path)}", script.chain) if script else None
        service = next((one for one in self.subject.services if one.root == item.root and _names(one, item.path)), None)
        return (f"the started program {_base(service.program)}", service.chain) if service else None

    @cached_property
    def _scripts(self) -> tuple[Script, ...]:
        return tuple(script for script in trace(self.subject).scripts if script.certain)


def public_host(line: str) -> str:
    """Return the public host of an address or server setting on a line of settings; empty if there is none.

    >>> public_host("server = mqtt://cloud.maker.net:1883"), public_host("bind = 192.168.1.1")
    ('cloud.maker.net', '')
    """
    hosts = [match["host"] for match in _URL.finditer(line)]
    setting = _SETTING.search(line)
    if setting:
        hosts.append(setting["host"])
    return next((host for host in hosts if _is_public(host)), "")


def _script_host(line: str) -> str:
    """In a script only what a client command, or a variable that holds an address, names."""
    is_used = _CLIENT_COMMANDS.search(line) or re.match(r"\s*(?:export\s+|local\s+)?\w+=[\"']?\w+://", line)
    return public_host(line) if is_used else ""


def _is_public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        match = _HOST.fullmatch(host)
    if not match:
        return False
    top = match["top"].lower()
    return top not in _LOCAL_TOPS and top not in _FILE_TOPS and not _STANDARD_HOSTS.search(host)


def _names(service: Service, path: str) -> bool:
    """Whether a service's arguments name the settings file, or it is the usual one of the program."""
    name = _base(service.program)
    usual = {
        f"/etc/{name}.conf",
        f"/etc/{name}/{name}.conf",
        f"/etc/config/{name}",
        f"/etc/{name}.json",
        f"/etc/{name}.ini",
    }
    return path in usual or any(word == path or word.endswith("=" + path) for word in service.arguments.split())


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines()[:_MAX_LINES], start=1):
        if len(line) <= _MAX_LINE and line.strip() and not is_comment(line):
            yield number, line


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _facts(proofs: Sequence[_Proof], strong: Sequence[_Proof]) -> tuple[SeenFact, ...]:
    facts: list[SeenFact] = []
    started = [proof for proof in proofs if proof.strong or any(one.where.line for one in proof.evidence)]
    if started:
        ids = tuple(one.id for one in started[0].evidence)
        facts.append(SeenFact(fact="interface.network", value=True, statement=started[0].statement, evidence=ids))
    if strong:
        ids = tuple(one.id for one in strong[0].evidence)
        facts.append(SeenFact(fact="network", value="connected", statement=strong[0].statement, evidence=ids))
    return tuple(facts)


def _detect(subject: Subject) -> Detection:
    return _Run(subject).detect()


DETECTOR = Detector(id="connectivity", title="Network use against the claim", rules=(CONTRADICTION,), detect=_detect)
