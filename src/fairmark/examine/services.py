"""The services that a device really starts, each with the whole chain that proves it.

A name in a start link is not a service: of three router images with an enabled telnet link, two
have no telnet program. So the chain is followed to its end: enabled by init -> the command that the
scripts run -> the program is in the tree and executable, or is an applet that its busybox contains
-> not switched off by settings -> its port -> not bound to the device itself alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from fairmark.examine.daemons import Daemon, Listening, daemons, listening, unknown_listening
from fairmark.examine.redaction import redacted
from fairmark.examine.shell import Command, Place
from fairmark.examine.startup import TreeWorld, startup
from fairmark.examine.subject import FileFacts, Service, Subject
from fairmark.examine.systemd import socket_ports
from fairmark.examine.tree import Tree, UnreadableEntryError
from fairmark.model.evidence import Evidence, EvidenceKind, Where, printable_path
from fairmark.model.gap import Gap, GapReason

SUPER_SERVERS = frozenset({"inetd", "in.inetd", "inetutils-inetd", "openbsd-inetd", "xinetd"})
_PORT_SERVERS = frozenset({"tcpsvd", "udpsvd"})
# Applets that stay running; every other applet is a tool of the moment.
_LOCAL_APPLETS = frozenset(
    {"syslogd", "klogd", "crond", "getty", "udhcpc", "udhcpc6", "ntpd", "watchdog", "acpid", "ifplugd", "zcip", "inetd"}
)
_TOOLS = re.compile(
    r"(?:ip6?tables.*|ebtables|nft|iw\w*|ifup|ifdown|ifconfig|brctl|vconfig|ethtool|nvram\w*|uci|fw_\w+|mtd\w*|flash\w*|"
    r"ubi\w+|mkfs.*|mke2fs|e2fsck|fsck.*|date|hwclock|i2c\w+|gpio\w*|devmem\w*|openssl|curl|wget|tar|grep|sed|awk|find|"
    r"ssh-keygen|dropbearkey|systemd-[\w-]+|systemctl|udevadm|jshn|ubus|logread|led\w*|setserial|amixer|aplay|env|busybox|init|"
    r"ldconfig|pidof|killall\w*|kill|ping6?|route|cat|login|sulogin|sh|bash|ash|reboot|poweroff|halt)"
)
_SUPERVISORS = frozenset({"openrc", "runsvdir", "svscan", "s6-svscan", "s6-rc", "supervisord", "monit", "chroot"})
_XINETD = re.compile(r"^[ \t]*service[ \t]+(\S+)\s*\{([^}]*)\}", re.MULTILINE)
_XINETD_LINE = re.compile(r"^[ \t]*(\w+)[ \t]*\+?=[ \t]*([^\n]*?)[ \t]*$", re.MULTILINE)
_XINETD_TEXT = 16_384
MOST_SERVICES = 4_096
"""Of one image that are kept; more than that is no device, and what is left out is a gap."""
_BUSYBOX_BYTES = 8 << 20
_APPLET = re.compile(rb"([a-z0-9_.\[-]{1,32})\0")
_APPLET_BEFORE = re.compile(rb"\0([a-z0-9_.\[-]{1,32})\Z")


@dataclass(frozen=True, slots=True)
class Trace:
    """What was traced: services that start for certain, those that may, and the roots whose init was recognised."""

    services: tuple[Service, ...]
    conditional: tuple[Service, ...]
    recognised: tuple[str, ...]
    scripts: tuple["Script", ...] = ()
    unfollowed: tuple[str, ...] = ()
    """What starts services in a way that was not followed to its end: programs of the main root file system, a start
    of an absurd length, and what stands behind the first ``MOST_SERVICES``."""
    gaps: tuple[Gap, ...] = ()
    """What was cut."""


@dataclass(frozen=True, slots=True)
class Script:
    """A script that the device runs at start, with the lines that lead to it."""

    path: str
    root: str
    certain: bool
    chain: tuple[Evidence, ...]


def started_services(subject: Subject) -> tuple[Service, ...]:
    """Return the services that the image starts whatever happens, sorted by root, name and program.

    ``Service.ports`` holds the outer ports; it is empty for a program that waits at none, or
    only at the loopback address.
    """
    return trace(subject).services


def trace(subject: Subject) -> Trace:
    """Follow the start of every root file system of the image; once for a subject, however many detectors ask."""
    return subject.once("trace", lambda: _traced(subject))


def _traced(subject: Subject) -> Trace:
    certain: list[Service] = []
    conditional: list[Service] = []
    recognised: list[str] = []
    scripts: list[Script] = []
    unfollowed: set[str] = set()
    gaps: list[Gap] = []
    for tree in subject.trees:
        started = startup(subject, tree)
        if started.recognised:
            recognised.append(tree.name)
        if started.cut:
            words = "what starts the services is of an absurd length: it was not followed to its end"
            gaps.append(_cut(tree.name or "main", words))
            unfollowed.add(f"the rest of the start of {tree.name or 'the device'}")
        tracer = _Tracer(TreeWorld(subject, tree))
        for command in started.commands:
            (certain if command.certain else conditional).extend(tracer.services(command))
            unfollowed |= {command.words[0]} if tree is subject.trees[0] and tracer.hides_more(command) else set()
        scripts += [tracer.script(command) for command in started.scripts]
    sure = _unique(certain)
    known = {(one.root, one.program, one.name) for one in sure}
    maybe = tuple(one for one in _unique(conditional) if (one.root, one.program, one.name) not in known)
    for what, found in (("started", sure), ("conditionally started", maybe)):
        if len(found) > MOST_SERVICES:
            words = f"{len(found):,} {what} services, of which {len(found) - MOST_SERVICES:,} are left out"
            gaps.append(_cut("services", words))
            unfollowed.add(f"every {what} service after the first {MOST_SERVICES:,}")
    return Trace(
        services=sure[:MOST_SERVICES],
        conditional=maybe[:MOST_SERVICES],
        recognised=tuple(recognised),
        scripts=tuple(scripts),
        unfollowed=tuple(_printable(one) for one in sorted(unfollowed)),
        gaps=tuple(gaps),
    )


def _cut(where: str, detail: str) -> Gap:
    return Gap(where=where, reason=GapReason.LIMIT, detail=detail)


def _unique(found: list[Service]) -> tuple[Service, ...]:
    first: dict[tuple[str, str, str, tuple[str, ...]], Service] = {}
    for one in found:
        first.setdefault((one.root, one.name, one.program, one.ports), one)
    return tuple(first[key] for key in sorted(first))


@dataclass(frozen=True, slots=True)
class _Program:
    """The file behind a command; ``applet`` is set when busybox is it."""

    name: str
    file: FileFacts
    applet: str = ""


class _Tracer:
    """Turns the commands of one root file system into services."""

    def __init__(self, world: TreeWorld) -> None:
        self.world = world
        self.tree: Tree = world.tree
        self.busyboxes = self._busyboxes()
        self._bytes: dict[str, bytes] = {}

    def services(self, command: Command) -> Iterator[Service]:
        """Yield the service that a command starts, and those that a super-server starts in turn."""
        words = command.words
        name = words[0].rpartition("/")[2]
        if name in _PORT_SERVERS:
            yield from self._port_server(command)
            return
        program = self._program(words[0])
        if program is None:
            return
        service = self._service(program, words[1:], command)
        if service is None:
            return
        yield service
        if program.name in SUPER_SERVERS:
            yield from self._super_server(program.name, service, command)

    def hides_more(self, command: Command) -> bool:
        """Whether a command starts programs that are not seen: another supervisor, a script that is not for a shell."""
        path = self.world.find(command.words[0])
        found = self.world.text(path) if path else None
        return _base(command.words[0]) in _SUPERVISORS or bool(found and found[1].startswith("#!"))

    def script(self, command: Command) -> Script:
        """Describe a script that is run."""
        return Script(_printable(command.words[0]), self.tree.name, command.certain, self._places(command.trail))

    def _service(self, program: _Program, arguments: tuple[str, ...], command: Command) -> Service | None:
        daemon = _daemon_of(program)
        if daemon is None and not self._stays(program):
            return None
        by_socket = [port for place in command.trail if (port := socket_ports(place.text)) is not None]
        if by_socket:
            where = Listening(tuple(port for port in by_socket if port))
        elif daemon:
            where = listening(self.world, daemon, arguments)
        elif program.file.elf and program.file.elf.listens:
            where = unknown_listening(arguments)
        else:
            where = Listening()
        if where.switched_off:
            return None
        return self._made(program, arguments, command, where, daemon.service if daemon else program.name)

    def _made(
        self, program: _Program, arguments: tuple[str, ...], command: Command, where: Listening, name: str
    ) -> Service:
        settings = tuple(Place(one.path, one.line, one.text) for one in where.settings[:4])
        chain = (*self._places(command.trail), self._proof(program), *self._places(settings))
        return Service(
            name=name,
            program=program.file.path,
            root=self.tree.name,
            arguments=redacted(" ".join(printable_path(word.encode("utf-8", "surrogateescape")) for word in arguments)),
            user=command.user or "root",
            ports=where.ports,
            started_by=_printable(command.trail[0].path),
            chain=chain,
        )

    def _places(self, places: tuple[Place, ...]) -> tuple[Evidence, ...]:
        return tuple(self._evidence(place) for place in places)

    def _evidence(self, place: Place) -> Evidence:
        facts = self.world.facts(place.path)
        where = Where(
            path=_printable(place.path),
            root=self.tree.name,
            line=place.line or None,
            sha256=facts.sha256 if facts else "",
            quote=redacted(_printable(place.text)) if place.line else "",
        )
        statement = "this line is run when the device starts" if place.line else place.text
        return Evidence(kind=EvidenceKind.FILE, where=where, tool=self.world.subject.tool, statement=statement)

    def _proof(self, program: _Program) -> Evidence:
        statement = f"busybox contains {program.applet}" if program.applet else f"{program.name} is in the image"
        return self.world.subject.evidence(program.file, statement)

    # Programs ------------------------------------------------------------------------------------

    def _program(self, word: str) -> _Program | None:
        """Find the executable behind a word of a command; a link to busybox counts only with the applet inside."""
        name = word.rpartition("/")[2]
        path = self.world.find(word)
        if path is None:
            known = name in daemons() or name in _LOCAL_APPLETS or name in SUPER_SERVERS or name in _PORT_SERVERS
            box = next((box for box in self.busyboxes if known and self._in_applet_table(box, name)), None)
            return _Program(name, box, name) if box else None
        facts = self.world.facts(path)
        if facts is None or not facts.mode & 0o111:
            return None
        if any(facts.sha256 == box.sha256 for box in self.busyboxes):
            return _Program(name, facts, name) if self._contains(facts, name) else None
        return _Program(name, facts)

    def _busyboxes(self) -> tuple[FileFacts, ...]:
        root = self.tree.name
        found = [one for one in self.world.subject.files if one.root == root and _base(one.path).startswith("busybox")]
        return tuple(one for one in found if one.text is None and one.mode & 0o111)

    def _content(self, facts: FileFacts) -> bytes:
        if facts.sha256 not in self._bytes:
            entry = self.tree.get(facts.path)
            try:
                self._bytes[facts.sha256] = self.tree.read(entry, _BUSYBOX_BYTES) if entry else b""
            except UnreadableEntryError:  # the scan has recorded the gap
                self._bytes[facts.sha256] = b""
        return self._bytes[facts.sha256]

    def _in_applet_table(self, box: FileFacts, name: str) -> bool:
        """Look for the name in busybox's table of applets: names in alphabetical order, each with a zero byte."""
        data, plain = self._content(box), name.encode()
        at = data.find(b"\0" + plain + b"\0")
        while at >= 0:
            before, after = _APPLET_BEFORE.search(data[max(0, at - 40) : at]), _APPLET.match(data, at + len(plain) + 2)
            if before and after and before[1] < plain < after[1]:
                return True
            at = data.find(b"\0" + plain + b"\0", at + 1)
        return False

    def _contains(self, box: FileFacts, name: str) -> bool:
        """Whether the name of an applet stands in busybox between two zero bytes."""
        if name not in daemons() and name not in _LOCAL_APPLETS and name not in SUPER_SERVERS | _PORT_SERVERS:
            return False
        return b"\0" + name.encode() + b"\0" in self._content(box)

    def _stays(self, program: _Program) -> bool:
        """Whether an unlisted program is more than a tool of the moment."""
        if program.applet:
            return program.applet in _LOCAL_APPLETS
        is_getty = program.name in {"getty", "agetty", "mingetty"}
        return program.file.elf is not None and (is_getty or not _TOOLS.fullmatch(program.name))

    # Super-servers -------------------------------------------------------------------------------

    def _port_server(self, command: Command) -> Iterator[Service]:
        """``tcpsvd [options] address port program arguments``, after busybox's usage text."""
        words = command.words
        server = self._program(words[0])
        index = 1
        while index < len(words) and words[index].startswith("-"):
            index += 2 if words[index] in {"-c", "-C", "-b", "-u", "-l"} else 1
        if server is None or len(words) < index + 3:
            return
        address, port, inner = words[index], words[index + 1], words[index + 2]
        program = self._program(inner)
        daemon = _daemon_of(program) if program else None
        if program is None or not port.isdecimal():
            return
        protocol = "tcp" if words[0].endswith("tcpsvd") else "udp"
        ports = () if address.startswith("127.") else (f"{protocol}/{int(port)}",)
        name = daemon.service if daemon else program.name
        yield self._made(program, words[index + 3 :], command, Listening(ports), name)

    def _super_server(self, name: str, service: Service, command: Command) -> Iterator[Service]:
        for place, port, program_word, arguments in self._inner(name, command):
            program = self._program(program_word)
            if program is None:
                continue
            daemon = _daemon_of(program)
            trail = (*command.trail, place)
            made = self._made(
                program,
                arguments,
                replace(command, trail=trail),
                Listening((port,)),
                daemon.service if daemon else program.name,
            )
            yield replace(made, started_by=service.started_by)

    def _inner(self, name: str, command: Command) -> Iterator[tuple[Place, str, str, tuple[str, ...]]]:
        if name == "xinetd":
            for path in (*self.world.glob("/etc/xinetd.d/*"), "/etc/xinetd.conf"):
                yield from self._xinetd(path)
            return
        named = [word for word in command.words[1:] if word.startswith("/") and self.world.text(word)]
        found = self.world.text(named[0] if named else "/etc/inetd.conf")
        for number, line in enumerate((found[1] if found else "").splitlines()[:2000], start=1):
            words = line.split()
            if found and len(words) > 5 and not words[0].startswith("#") and words[5] != "internal":
                inner = words[5:6] + words[7:]
                if _base(inner[0]) == "tcpd" and len(words) > 6:
                    inner = words[6:]
                if _base(inner[0]) == "busybox" and len(words) > 7:
                    inner = words[7:]
                port = self._numbered(words[0], words[2][:3])
                if port:
                    yield Place(found[0], number, line), port, inner[0], tuple(inner[1:])

    def _xinetd(self, path: str) -> Iterator[tuple[Place, str, str, tuple[str, ...]]]:
        found = self.world.text(path)
        for block in _XINETD.finditer(found[1][:_XINETD_TEXT] if found else ""):
            settings = dict(_XINETD_LINE.findall(block[2]))
            server = settings.get("server", "")
            local = str(settings.get("bind") or settings.get("interface") or "").startswith("127.")
            if not found or not server or settings.get("disable", "no") == "yes" or local:
                continue
            number = found[1].count("\n", 0, block.start(1)) + 1
            protocol = settings.get("protocol", "udp" if settings.get("socket_type") == "dgram" else "tcp")[:3]
            given = settings.get("port", "")
            port = f"{protocol}/{given}" if given.isdecimal() else self._numbered(block[1], protocol)
            if port:
                yield (
                    Place(found[0], number, f"service {block[1]}"),
                    port,
                    server,
                    tuple(settings.get("server_args", "").split()),
                )

    def _numbered(self, service: str, protocol: str) -> str:
        """Return ``tcp/23`` for a service name of inetd.conf; empty for one that only this device waits at."""
        address, _, service = service.rpartition(":")
        if address.startswith(("127.", "localhost")):
            return ""
        if service.isdecimal():
            return f"{protocol}/{service}"
        found = self.world.text("/etc/services")
        match = re.search(
            rf"^{re.escape(service)}\s+(\d+)/{re.escape(protocol)}\b", found[1] if found else "", re.MULTILINE
        )
        number = match[1] if match else _WELL_KNOWN.get(service, "")
        return f"{protocol}/{number}" if number else ""


_WELL_KNOWN = {
    "telnet": "23",
    "ftp": "21",
    "tftp": "69",
    "login": "513",
    "shell": "514",
    "exec": "512",
    "ssh": "22",
    "http": "80",
    "https": "443",
    "finger": "79",
}


def _daemon_of(program: _Program) -> Daemon | None:
    known = daemons()
    return known.get(program.name) or (None if program.applet else known.get(_base(program.file.path)))


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)
