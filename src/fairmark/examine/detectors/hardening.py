"""Hardening: compiler protections of network programs, services that run as root, rights of files.

One finding per cause, never one per file. Grade A is for programs that a started service exposes
and that lack two protections or more: a single missing one may be the compiler's own choice (a
program without an array needs no stack protector). Kernel modules and libraries are no programs.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fairmark.examine.elf import Elf
from fairmark.examine.linkage import Key, reach_by_file, service_program
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.subject import FileFacts, Service, Subject
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Finding, Observation, Reach, Severity
from fairmark.model.vocabulary import vocabulary

NO_NX = Rule(
    id="binary-no-nx",
    title="Network programs allow code on the stack",
    weakness="unhardened-daemon",
    severity=Severity.MEDIUM,
    what="The program asks for an executable stack, or does not say and gets one. Injected bytes then run as code.",
    false_positives="Programs with nested functions need it. Old MIPS tool chains set it nowhere: one finding says so.",
    fix="Link with -Wl,-z,noexecstack, and mark assembler files with a .note.GNU-stack section.",
    cwe="CWE-1327",
)
NO_PIE = Rule(
    id="binary-no-pie",
    title="Network programs lie at a fixed address",
    weakness="unhardened-daemon",
    severity=Severity.MEDIUM,
    what="The program is not position-independent, so an attacker knows where its code lies.",
    false_positives="None known; shared libraries are not counted.",
    fix="Compile with -fPIE and link with -pie.",
    cwe="CWE-1327",
)
NO_RELRO = Rule(
    id="binary-no-relro",
    title="Network programs leave their linkage tables writable",
    weakness="unhardened-daemon",
    severity=Severity.MEDIUM,
    what="Without RELRO one stray write redirects a library call. Partial RELRO is not reported.",
    false_positives="Static programs are not counted.",
    fix="Link with -Wl,-z,relro,-z,now.",
    cwe="CWE-1327",
)
NO_CANARY = Rule(
    id="binary-no-canary",
    title="Network programs have no stack protector",
    weakness="unhardened-daemon",
    severity=Severity.MEDIUM,
    what="The program imports no stack protector, so an overflow on the stack goes unnoticed.",
    false_positives="A program without arrays on its stack needs none; static programs are not counted.",
    fix="Compile with -fstack-protector-strong.",
    cwe="CWE-121",
)
ROOT_DAEMON = Rule(
    id="root-daemon",
    title="Exposed services run as root",
    weakness="root-daemon",
    severity=Severity.LOW,
    what="A service that listens on the network is started as root, and its program has no call to give the rights up. "
    "A flaw in it hands over the whole device.",
    false_positives="Rights may be given up in a library. Log-in services, which need root, are left out.",
    fix="Start the service under an account of its own, with only the capabilities it needs.",
    cwe="CWE-250",
)
WORLD_WRITABLE = Rule(
    id="file-world-writable",
    title="Programs or settings are writable by every account",
    weakness="world-writable",
    severity=Severity.LOW,
    what="A program, library, start script or settings file may be changed by any account of the device.",
    false_positives="On a read-only file system the right cannot be used; the finding is then grade B.",
    fix="Take the right away (chmod o-w) in the build, not on the device.",
    cwe="CWE-732",
)
SETUID_ROOT = Rule(
    id="file-setuid-root",
    title="Unusual programs run as root whoever starts them",
    weakness="world-writable",
    severity=Severity.LOW,
    what="A program outside the list of usual ones belongs to root and has the set-user-id bit.",
    false_positives="A helper that was written for this right and checks its caller. Grade C: only its group "
    "may start it.",
    fix="Take the bit away (chmod u-s), or give the program a capability instead.",
    cwe="CWE-250",
)

# Machines whose Linux gives an executable stack to a program that does not say; the others give none.
_OPEN_BY_DEFAULT = frozenset({"arm", "x86", "x86-64", "ppc", "sh", "sparc", "s390", "xtensa", "arc"})
_LOG_IN = frozenset(
    {"dropbear", "sshd", "telnetd", "utelnetd", "in.telnetd", "ftpd", "login", "rlogind", "rshd", "inetd", "xinetd"}
    | {"ssh", "telnet", "ftp"}
)
_READ_ONLY = ("squashfs", "cramfs", "romfs", "erofs")
_LOOSE_PLACES = ("/tmp/", "/var/", "/run/", "/dev/", "/proc/", "/sys/", "/mnt/", "/media/", "/usr/share/")  # noqa: S108
_USUAL_SETUID = frozenset(
    {"su", "sudo", "sudoedit", "doas", "passwd", "chsh", "chfn", "newgrp", "gpasswd", "chage", "expiry", "login"}
    | {"mount", "umount", "mount.nfs", "mount.cifs", "ntfs-3g", "fusermount", "fusermount3", "pppd", "pppoe"}
    | {"ping", "ping6", "traceroute", "traceroute6", "mtr-packet", "crontab", "at", "unix_chkpwd", "pkexec"}
    | {"busybox", "busybox.suid", "busybox.nosuid", "polkit-agent-helper-1", "dbus-daemon-launch-helper"}
    | {"ssh-keysign", "newuidmap", "newgidmap", "bwrap", "ksu", "sendmail", "exim4", "wall", "rcp", "rlogin", "rsh"}
)
_MOST_SHOWN = 10

_RULES = {"nx": NO_NX, "pie": NO_PIE, "relro": NO_RELRO, "canary": NO_CANARY}
_WORDS = {
    "nx": "a stack without code",
    "pie": "position independence",
    "relro": "RELRO",
    "canary": "a stack protector",
}
_TITLES = {
    "nx": "Code allowed on the stack",
    "pie": "No position independence",
    "relro": "No RELRO",
    "canary": "No stack protector",
}


@dataclass(frozen=True, slots=True)
class _Program:
    """A network program, what it lacks, and how near it lies."""

    item: FileFacts
    lacks: tuple[str, ...]
    reach: Reach
    evidence: tuple[Evidence, ...]


def lacking(elf: Elf) -> tuple[str, ...]:
    """Return the protections that a program lacks for certain, out of nx, pie, relro and canary."""
    lacks = []
    if elf.machine != "mips" and (elf.nx is False or (elf.nx is None and elf.machine in _OPEN_BY_DEFAULT)):
        lacks.append("nx")
    if not elf.pie:
        lacks.append("pie")
    if not elf.static and elf.relro == "none":
        lacks.append("relro")
    if not elf.static and not elf.canary:
        lacks.append("canary")
    return tuple(lacks)


def detect(subject: Subject) -> Detection:
    """Return findings on network programs, root services and file rights, and what is well built."""
    reach = reach_by_file(subject)
    programs = _network_programs(subject, reach)
    parts = [
        *_protections(programs),
        *_mips_stack(subject, programs),
        *_root_services(subject),
        *_writable(subject, reach),
        *_setuid(subject),
    ]
    evidence = {one.id: one for _, shown in parts for one in shown}
    observations = []
    for observation, shown in _all_protected(subject, programs):
        observations.append(observation)
        evidence |= {one.id: one for one in shown}
    return Detection(
        findings=tuple(finding for finding, _ in parts),
        observations=tuple(observations),
        evidence=tuple(evidence.values()),
    )


_Part = tuple[Finding, Sequence[Evidence]]


def _network_programs(subject: Subject, reach: Mapping[Key, Reach]) -> tuple[_Program, ...]:
    """Return the programs that exposed services run, and those that import what a server needs."""
    chains: dict[Key, tuple[Evidence, ...]] = {}
    for service in subject.services:
        program = service_program(subject, service)
        if program and service.ports:
            chains.setdefault((program.root, program.path), service.chain)
    found = []
    for item in subject.files:
        key = (item.root, item.path)
        if item.elf and item.elf.is_program and not item.elf.damaged and (key in chains or item.elf.listens):
            lacks = lacking(item.elf)
            shown = (_described(subject, item, lacks), *chains.get(key, ()))
            found.append(_Program(item, lacks, reach.get(key, Reach.PRESENT), shown))
    return tuple(found)


def _described(subject: Subject, item: FileFacts, lacks: Sequence[str]) -> Evidence:
    missing = [_WORDS[name] for name in lacks]
    words = f"lacks {', '.join(missing)}" if missing else "has every protection that is looked for"
    return subject.evidence(item, f"The program {words}.")


def _protections(programs: Sequence[_Program]) -> Iterator[_Part]:
    """One finding for each protection and each of two groups: badly built and exposed, and the rest."""
    exposed = [one for one in programs if one.reach is Reach.EXPOSED]
    others = [one for one in programs if one.reach is not Reach.EXPOSED]
    for name, rule in _RULES.items():
        bad = [one for one in exposed if name in one.lacks and len(one.lacks) > 1]
        if bad:
            yield _protection(rule, f"{_TITLES[name]}: {_share(bad, exposed)} of exposed services", bad, Confidence.A)
        single = [one for one in exposed if one.lacks == (name,)]
        if single:
            title = f"{_TITLES[name]}, all else present: {_share(single, exposed)} of exposed services"
            yield _protection(rule, title, single, Confidence.B)
        rest = [one for one in others if name in one.lacks]
        if rest:
            title = f"{_TITLES[name]}: {_share(rest, others)} that can listen on the network"
            yield _protection(rule, title, rest, Confidence.B)


def _share(some: Sequence[_Program], group: Sequence[_Program]) -> str:
    return f"{len(some)} of {len(group)} program{'s' if len(group) > 1 else ''}"


def _protection(rule: Rule, title: str, programs: Sequence[_Program], confidence: Confidence) -> _Part:
    shown = [one for program in programs[:_MOST_SHOWN] for one in program.evidence]
    finding = rule.finding(
        title,
        _ids(shown),
        confidence=confidence,
        reach=max((one.reach for one in programs), key=lambda level: level.rank),
        severity=rule.severity if confidence is Confidence.A else Severity.LOW,
    )
    return finding, shown


def _ids(shown: Iterable[Evidence]) -> tuple[str, ...]:
    return tuple(sorted({one.id for one in shown}))


def _mips_stack(subject: Subject, programs: Sequence[_Program]) -> Iterator[_Part]:
    """On MIPS the tool chain decides for all programs alike: one finding for the machine."""
    mips = [one for one in programs if one.item.elf and one.item.elf.machine == "mips"]
    open_stack = [one for one in mips if one.item.elf and one.item.elf.nx is not True]
    if open_stack:
        shown = [
            subject.evidence(one.item, "The program asks for no stack without code.")
            for one in open_stack[:_MOST_SHOWN]
        ]
        title = f"The MIPS tool chain allows code on the stack: {_share(open_stack, mips)}"
        level = max((one.reach for one in open_stack), key=lambda one: one.rank)
        finding = NO_NX.finding(title, _ids(shown), confidence=Confidence.B, reach=level, severity=Severity.LOW)
        yield finding, shown


def _root_services(subject: Subject) -> Iterator[_Part]:
    """One finding that names every exposed service which starts as root and stays so."""
    kept = [one for one in subject.services if one.ports and one.user in {"root", "0"} and _stays_root(subject, one)]
    if kept:
        shown = [item for service in kept[:_MOST_SHOWN] for item in service.chain]
        names = ", ".join(sorted({one.name for one in kept})[:_MOST_SHOWN])
        if shown:
            title = f"Exposed services run as root: {names}"
            yield ROOT_DAEMON.finding(title, _ids(shown), confidence=Confidence.B, reach=Reach.EXPOSED), shown


def _stays_root(subject: Subject, service: Service) -> bool:
    """Whether nothing says that the service gives its rights up; a log-in service has to keep them."""
    program = service_program(subject, service)
    if program is None or program.elf is None or program.elf.static:
        return False
    names = {service.name, service.program.rpartition("/")[2]}
    if names & _LOG_IN:
        return False
    if program.path.rpartition("/")[2].startswith("busybox"):  # its applets share the imports of all of them
        return " -u" not in f" {service.arguments}"
    return not program.elf.switches_user


def _writable(subject: Subject, reach: Mapping[Key, Reach]) -> Iterator[_Part]:
    """One finding for each root file system that lets everybody write to programs or settings."""
    for tree in subject.trees:
        found = [one for one in subject.files if one.root == tree.name and one.mode & 0o002 and _matters(one)]
        if not found:
            continue
        started = [one for one in found if _level(reach, one).rank >= Reach.STARTED.rank]
        in_order = [*started, *(one for one in found if one not in started)]
        shown = [subject.evidence(one, f"Its mode is {one.mode:04o}.") for one in in_order[:_MOST_SHOWN]]
        kept = tree.note.startswith((*_READ_ONLY, "directory"))
        yield (
            WORLD_WRITABLE.finding(
                f"Programs or settings that every account may write: {len(found)}",
                _ids(shown),
                confidence=Confidence.B if kept else Confidence.A,
                reach=_level(reach, in_order[0]),
                severity=Severity.MEDIUM if started and not kept else Severity.LOW,
            ),
            shown,
        )


def _level(reach: Mapping[Key, Reach], item: FileFacts) -> Reach:
    return reach.get((item.root, item.path), Reach.PRESENT)


def _matters(item: FileFacts) -> bool:
    """Whether it is a program, a library, a script or a settings file, in a place that is not meant to change."""
    if item.path.startswith(_LOOSE_PLACES):
        return False
    is_script = item.text is not None and item.text.startswith("#!")
    return item.elf is not None or is_script or item.path.startswith("/etc/")


def _setuid(subject: Subject) -> Iterator[_Part]:
    found = [
        one
        for one in subject.files
        if one.elf and one.mode & 0o4000 and one.uid == 0 and one.path.rpartition("/")[2] not in _USUAL_SETUID
    ]
    for whose, grade in (("whoever starts them", Confidence.B), ("for those in their group", Confidence.C)):
        those = [one for one in found if bool(one.mode & 0o001) is (grade is Confidence.B)]
        if those:
            shown = [subject.evidence(one, f"It belongs to root, mode {one.mode:04o}.") for one in those[:_MOST_SHOWN]]
            names = ", ".join(one.path for one in those[:3]) + (f" and {len(those) - 3} more" if len(those) > 3 else "")
            title = f"Unusual programs that run as root {whose}: {names}"
            yield SETUID_ROOT.finding(title, _ids(shown), confidence=grade, reach=Reach.PRESENT), shown


def _all_protected(subject: Subject, programs: Sequence[_Program]) -> Iterator[tuple[Observation, Sequence[Evidence]]]:
    """Say so when every network program has every protection; complete only if exposed services were traced."""
    if not programs or any(one.lacks or (one.item.elf and one.item.elf.nx is not True) for one in programs):
        return
    shown = [one.evidence[0] for one in programs]
    damaged = any(one.elf and one.elf.damaged for one in subject.files)
    yield (
        Observation(
            rule=NO_CANARY.id,
            capability=vocabulary().weaknesses[NO_CANARY.weakness].capability,
            statement=f"All {len(programs)} network programs have a stack without code, position independence, RELRO "
            "and a stack protector.",
            complete=not damaged and any(one.reach is Reach.EXPOSED for one in programs),
            evidence=_ids(shown),
        ),
        shown,
    )


DETECTOR = Detector(
    id="hardening",
    title="Hardening: protections of programs, rights of services and files",
    rules=(NO_NX, NO_PIE, NO_RELRO, NO_CANARY, ROOT_DAEMON, WORLD_WRITABLE, SETUID_ROOT),
    detect=detect,
)
