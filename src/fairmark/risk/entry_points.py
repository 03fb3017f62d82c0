"""Where one gets into a device, and what is worth it there: from its services, facts and findings.

No service may be missing: each one that is started, for certain or under a condition, stands
behind an entry point, and so does each port that the maker lists or that was seen open from
outside. What an image cannot show is listed as unknown, never left out.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from fairmark.model.assessment import Assessment
from fairmark.model.evidence import EvidenceKind
from fairmark.model.finding import Reach
from fairmark.model.service import Service, declared_ports
from fairmark.model.threat import EntryPoint, Flow, Holding, Presence, Surface
from fairmark.model.value import sha256_hex
from fairmark.risk.circumstances import counting
from fairmark.risk.threat_rules import NETWORK, AssetRule, KindRule, ThreatRules

MOST_PORTS = 20
"""Ports of one service that get an entry point each; the rest of them share one."""

UNTRACED = "untraced"
_ODD = re.compile(r"[^A-Za-z0-9._+-]")
_SEEN_PORT = re.compile(r"(tcp|udp)/.*:(\d{1,5})")
_TLS_PORTS = frozenset({"tcp/443", "tcp/8443", "tcp/8883", "tcp/322", "tcp/990", "tcp/993", "tcp/995"})
_CLEAR_PORTS = frozenset({"tcp/80", "tcp/554", "tcp/1883", "tcp/8000", "tcp/8080", "tcp/8554", "udp/5683"})
_CARRIED = frozenset({"credentials", "cloud-secrets", "personal-data", "software", "settings", "financial"})


@dataclass(frozen=True)
class Ground:
    """What everything here is derived from; ``facts`` are the declared ones with those that were proven."""

    assessment: Assessment
    facts: Mapping[str, bool]
    rules: ThreatRules

    @cached_property
    def seen(self) -> Mapping[str, tuple[str, ...]]:
        """Facts that were proven, with the ids of their evidence."""
        found: dict[str, tuple[str, ...]] = {}
        for one in self.assessment.facts:
            if isinstance(one.value, bool) and self.facts.get(one.fact) is one.value:
                found.setdefault(one.fact, one.evidence)
        return found

    @cached_property
    def found(self) -> Mapping[str, tuple[str, ...]]:
        """Evidence of proven and strong findings, by weakness."""
        rows: dict[str, list[str]] = defaultdict(list)
        for finding in counting(self.assessment.findings):
            rows[finding.weakness] += finding.evidence
        return {weakness: tuple(dict.fromkeys(ids)) for weakness, ids in rows.items()}

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """Every service, certain or not."""
        return (*self.assessment.services, *self.assessment.conditional_services)

    @cached_property
    def own_evidence(self) -> Mapping[str, frozenset[str]]:
        """Evidence that speaks of one program alone, by 'root:path name': its lines, its file, its settings."""
        links = Counter(link for one in self.services for link in set(one.chain))
        named = {(one.root, one.program, one.name) for one in self.services}
        programs = Counter((root, program) for root, program, _ in named)
        by_path: dict[tuple[str, str], list[str]] = defaultdict(list)
        for item in self.assessment.evidence:
            by_path[item.where.root, item.where.path].append(item.id)
        made: dict[str, frozenset[str]] = {}
        for one in self.services:
            ids = {link for link in one.chain if links[link] == 1}
            paths = set(_named_paths(one)) | ({one.program} if programs[one.root, one.program] == 1 else set())
            ids.update(item for path in paths for item in by_path[one.root, path])
            made[_key(one)] = made.get(_key(one), frozenset()) | ids
        return made

    @cached_property
    def by_port(self) -> Mapping[str, frozenset[str]]:
        """Evidence that was heard at one port of the running device."""
        rows: dict[str, set[str]] = defaultdict(set)
        for item in self.assessment.evidence:
            match = _SEEN_PORT.fullmatch(item.where.path) if item.kind is EvidenceKind.NETWORK else None
            if match:
                rows[f"{match[1]}/{int(match[2])}"].add(item.id)
        return {port: frozenset(ids) for port, ids in rows.items()}

    @cached_property
    def going_out(self) -> frozenset[str]:
        """Services (by key) of which it was seen that they connect to somewhere."""
        ids = {link for one in self.assessment.facts if one.fact == "network" for link in one.evidence}
        for weakness in ("weak-tls", "personal-data-plain", "undeclared-connectivity"):
            ids.update(self.found.get(weakness, ()))
        return frozenset(_key(one) for one in self.services if not one.ports and ids & self.own_evidence[_key(one)])


@dataclass(frozen=True, slots=True)
class Door:
    """An entry point with the evidence that is its own."""

    point: EntryPoint
    kind: KindRule
    own: frozenset[str] = frozenset()


def doors(ground: Ground) -> tuple[Door, ...]:
    """Return every entry point: services by root, name and port, then what is looked at in every device."""
    made: dict[str, Door] = {}
    for service, certain in _all_services(ground.assessment):
        for door in _of_service(ground, service, certain=certain):
            made[door.point.id] = _merged(made[door.point.id], door) if door.point.id in made else door
    known = {port for door in made.values() for port in door.point.ports}
    for door in (*_from_outside(ground, known), *_declared_only(ground, known)):
        made.setdefault(door.point.id, door)
    found = [made[key] for key in sorted(made)]
    fixed = [_fixed(ground, kind) for kind in ground.rules.kinds if kind.fixed and kind.id != UNTRACED]
    return (*found, *fixed, *(() if ground.assessment.services else (untraced(ground),)))


def untraced(ground: Ground) -> Door:
    """Return the entry point that stands for services nobody traced."""
    return _fixed(ground, ground.rules.kind(UNTRACED))


def holdings(ground: Ground) -> tuple[Holding, ...]:
    """Return every asset with how we know of it."""
    return tuple(_holding(ground, rule) for rule in ground.rules.assets)


def flows(ground: Ground, points: Iterable[EntryPoint]) -> tuple[Flow, ...]:
    """Return the way of data from outside to each entry point."""
    kinds = {kind.id: kind for kind in ground.rules.kinds}
    return tuple(
        Flow(
            id=f"flow:{one.id}",
            source=one.source,
            target=one.id,
            boundaries=one.boundaries,
            carries=tuple(name for name in one.assets if name in _CARRIED),
            protection=_protection(one, kinds.get(one.kind)),
        )
        for one in points
    )


def surfaces(ground: Ground) -> tuple[Surface, ...]:
    """Return what no image shows. A live device that was probed is still listed: a probe does not see everything."""
    return tuple(
        Surface(
            id=rule.id,
            title=rule.title,
            presence=_presence(ground, rule.facts)[0],
            why=rule.why,
            settled_by=rule.settled_by,
        )
        for rule in ground.rules.surfaces
    )


def slug(text: str) -> str:
    """Return a name as part of an id: plain characters, at most 60; what had to be changed gets a digest.

    >>> slug("telnet"), slug("my daemon")
    ('telnet', 'my_daemon-0639f4f7')
    """
    plain = _ODD.sub("_", text)[:60]
    if plain == text and plain:
        return plain
    return f"{plain or 'unnamed'}-{sha256_hex(text.encode('utf-8', 'replace'))[:8]}"


def crossed(ground: Ground, names: Iterable[str]) -> tuple[str, ...]:
    """Return the boundaries with those of the device's network put in, each once."""
    network = ground.rules.networks[str(ground.assessment.device.network or "unknown")]
    spread = (one for name in names for one in (network if name == NETWORK else (name,)))
    return tuple(dict.fromkeys(spread))


def _all_services(assessment: Assessment) -> Iterator[tuple[Service, bool]]:
    yield from ((one, True) for one in assessment.services)
    yield from ((one, False) for one in assessment.conditional_services)


def _key(service: Service) -> str:
    return f"{service.root}:{service.program} {service.name}"


def _named_paths(service: Service) -> Iterator[str]:
    """Yield the settings that the arguments name, and the usual ones of the program."""
    for word in service.arguments.split():
        path = word.rpartition("=")[2]
        if path.startswith("/") and path != "/":
            yield path
    name = service.program.rpartition("/")[2]
    yield from (f"/etc/{name}.conf", f"/etc/{name}/{name}.conf", f"/etc/config/{name}")


def _of_service(ground: Ground, service: Service, *, certain: bool) -> Iterator[Door]:
    ports = [str(port) for port in service.ports]
    if not ports:
        yield _door(ground, service, (), "", certain=certain)
    for port in ports[:MOST_PORTS]:
        yield _door(ground, service, (port,), port, certain=certain)
    if rest := tuple(ports[MOST_PORTS:]):
        yield _door(ground, service, rest, "more", certain=certain)


def _door(ground: Ground, service: Service, ports: tuple[str, ...], suffix: str, *, certain: bool) -> Door:
    kind = _kind(ground, service, ports)
    where = f"{slug(service.root)}//" if service.root else ""
    name = slug(service.name)
    program = service.program.rpartition("/")[2]
    said = f"{service.name} at {', '.join(ports[:6])}{' and more' if len(ports) > 6 else ''}" if ports else service.name
    how = "started with the device" if certain else "started under a condition that only the running device can answer"
    point = EntryPoint(
        id=f"{where}{name}:{suffix}" if suffix else f"{where}program:{name}",
        title=said + (f" ({program})" if program != service.name else "") + (f" in {service.root}" if where else ""),
        kind=kind.id,
        presence=Presence.SEEN if certain else Presence.POSSIBLE,
        why=f"{program or service.name} is {how}" + (f" by {service.started_by}." if service.started_by else "."),
        source=kind.source,
        programs=(f"{service.root}:{service.program}",),
        ports=ports,
        user=service.user,
        reach=service.reach,
        declared=_listed(ground, ports),
        boundaries=_with_users(crossed(ground, kind.boundaries), service.user),
        assets=kind.assets,
        evidence=service.chain,
    )
    heard = (link for port in ports for link in ground.by_port.get(port, ()))
    return Door(point, kind, ground.own_evidence[_key(service)].union(heard))


def _listed(ground: Ground, ports: tuple[str, ...]) -> bool | None:
    listed = declared_ports(ground.assessment.device)
    return None if listed is None or not ports else listed.issuperset(ports)


def _with_users(boundaries: tuple[str, ...], user: str) -> tuple[str, ...]:
    """A program with rights of its own stands before one more boundary: the rest of the system."""
    apart = user not in {"", "root", "0"} and "process-user" not in boundaries
    return (*boundaries, "process-user") if apart else boundaries


def _kind(ground: Ground, service: Service, ports: tuple[str, ...]) -> KindRule:
    kinds = [kind for kind in ground.rules.kinds if not kind.fixed and kind.ports == bool(ports)]
    program = service.program.rpartition("/")[2]
    for kind in kinds:
        named = service.kind in kind.services or service.name in kind.names or program in kind.names
        if named or (kind.goes_out and _key(service) in ground.going_out):
            return kind
    by_port = next((kind for kind in kinds if set(ports) & set(kind.numbers)), None)
    return by_port or ground.rules.kind("service" if ports else "process")


def _merged(one: Door, other: Door) -> Door:
    """Join two services of one name at one port: both programs stand behind the same door."""
    point = one.point
    users = sorted({*point.user.split(", "), other.point.user})
    update = {
        "programs": tuple(sorted({*point.programs, *other.point.programs})),
        "ports": tuple(dict.fromkeys((*point.ports, *other.point.ports))),
        "user": ", ".join(name for name in users if name),
        "evidence": tuple(dict.fromkeys((*point.evidence, *other.point.evidence))),
        "reach": max((r for r in (point.reach, other.point.reach) if r), key=lambda r: r.rank, default=None),
        "declared": point.declared and other.point.declared,
        "presence": Presence.SEEN if Presence.SEEN in {point.presence, other.point.presence} else point.presence,
    }
    return Door(point.model_copy(update=update), one.kind, one.own | other.own)


def _bare(ground: Ground, port: str, presence: Presence, why: str, evidence: tuple[str, ...] = ()) -> Door:
    """Make an entry point of which only the port is known."""
    kinds = (kind for kind in ground.rules.kinds if not kind.fixed and port in kind.numbers)
    kind = next(kinds, ground.rules.kind("service"))
    point = EntryPoint(
        id=f"port:{port}",
        title=f"{kind.title} at {port}",
        kind=kind.id,
        presence=presence,
        why=why,
        source=kind.source,
        ports=(port,),
        reach=Reach.EXPOSED,
        declared=_listed(ground, (port,)),
        boundaries=crossed(ground, kind.boundaries),
        assets=kind.assets,
        evidence=evidence,
    )
    return Door(point, kind, frozenset(evidence))


def _from_outside(ground: Ground, known: set[str]) -> Iterator[Door]:
    """Yield the ports that were seen open at the running device and that no traced service explains."""
    findings = counting(ground.assessment.findings)
    facts = [one for one in ground.assessment.facts if one.fact == "interface.exposed_services"]
    named = {link for links in (*(f.evidence for f in facts), *(f.evidence for f in findings)) for link in links}
    for port in sorted(ground.by_port.keys() - known):
        if seen := ground.by_port[port] & named:
            why = "Seen open at the running device; no service that was traced in the image waits there."
            yield _bare(ground, port, Presence.SEEN, why, tuple(sorted(seen)))


def _declared_only(ground: Ground, known: set[str]) -> Iterator[Door]:
    for port in sorted((declared_ports(ground.assessment.device) or frozenset()) - known):
        yield _bare(
            ground, port, Presence.DECLARED, "The maker lists it; nothing that was traced in the image waits there."
        )


def _fixed(ground: Ground, kind: KindRule) -> Door:
    presence, evidence = _presence(ground, kind.facts, kind.weaknesses, always=kind.always)
    why = {
        Presence.SEEN: "Seen in the image.",
        Presence.DECLARED: "Stated in device.yaml.",
        Presence.ASSUMED: "Every device has it.",
        Presence.DENIED: "device.yaml states that there is none; an image alone cannot confirm that.",
    }.get(presence, kind.unknown)
    point = EntryPoint(
        id=kind.id,
        title=kind.title,
        kind=kind.id,
        presence=presence,
        why=why,
        source=kind.source,
        boundaries=crossed(ground, kind.boundaries),
        assets=kind.assets,
        evidence=evidence,
    )
    return Door(point, kind)


def _presence(
    ground: Ground, facts: Iterable[str], weaknesses: Iterable[str] = (), *, always: bool = False
) -> tuple[Presence, tuple[str, ...]]:
    """Say how we know of a thing that any of these facts, or a finding of these weaknesses, shows."""
    given = tuple(facts)
    true = [fact for fact in given if ground.facts.get(fact)]
    evidence = [*(ground.seen[fact] for fact in true if fact in ground.seen)]
    evidence += [ground.found[name] for name in weaknesses if name in ground.found]
    if evidence:
        return Presence.SEEN, tuple(dict.fromkeys(link for links in evidence for link in links))
    if true:
        return Presence.DECLARED, ()
    if always:
        return Presence.ASSUMED, ()
    denied = bool(given) and all(ground.facts.get(fact) is False for fact in given)
    return (Presence.DENIED if denied else Presence.UNKNOWN), ()


def _holding(ground: Ground, rule: AssetRule) -> Holding:
    presence, evidence = _presence(ground, rule.facts, rule.weaknesses, always=rule.always)
    why = {
        Presence.SEEN: "Seen in the image.",
        Presence.DECLARED: "Stated in device.yaml.",
        Presence.ASSUMED: "Every device has it.",
        Presence.DENIED: "device.yaml states that there is none.",
    }.get(presence, "Neither seen nor stated: it may be there.")
    return Holding(id=rule.id, title=rule.title, presence=presence, why=why, evidence=evidence)


def _protection(point: EntryPoint, kind: KindRule | None) -> str:
    if kind is None:
        return "not known"
    if point.ports and set(point.ports) <= _TLS_PORTS:
        return "TLS is usual at this port; whether it is used, and how well, was not examined"
    if kind.protection == "not known" and point.ports and set(point.ports) <= _CLEAR_PORTS:
        return "in clear, as is usual at this port; what really crosses it was not examined"
    return kind.protection
