"""Propose the threats of a device, entry point by entry point, and say where each stands by evidence.

A threat is open when a finding makes it real, answered only when every weakness that it needs was
looked for everywhere and not found, claimed when the maker names a control, and else not examined.
No finding that counts may be without a threat: what fits no entry point gets one of its own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from fairmark.model.finding import Finding, Observation, Reach
from fairmark.model.threat import Answer, ControlState, EntryPoint, Presence, Standing, Threat
from fairmark.model.vocabulary import Vocabulary
from fairmark.risk.circumstances import counting
from fairmark.risk.entry_points import UNTRACED, Door, Ground, crossed, doors, untraced
from fairmark.risk.threat_rules import KindRule, ThreatRule
from fairmark.risk.weaknesses import EFFECTS

_SHOWN = 3
_ROOTS = frozenset({"", "root", "0"})


@dataclass(frozen=True, slots=True)
class Added:
    """What an engineer adds: entry points (id -> kind, title, why) and rules of his own, by entry point."""

    points: Mapping[str, tuple[KindRule, str, str]] = field(default_factory=dict)
    rules: Mapping[str, tuple[ThreatRule, ...]] = field(default_factory=dict)


NOTHING = Added()


@dataclass(frozen=True, slots=True)
class Proposed:
    """The entry points, and what may be done at each."""

    points: tuple[EntryPoint, ...]
    threats: tuple[Threat, ...]


def propose(ground: Ground, words: Vocabulary, added: Added = NOTHING) -> Proposed:
    """Return all entry points with their threats, in the order of the entry points and of the rules."""
    reader = _Reader(ground, words, added.rules)
    own = (_own_door(ground, name, *given) for name, given in sorted(added.points.items()))
    every = (*doors(ground), *own)
    found = tuple(door for door in every if door.point.kind != UNTRACED or door.point.added)
    threats = [threat for door in found for threat in reader.threats(door)]
    tied = {link for one in threats for link in (*one.here, *one.device_wide)}
    left = [one for one in reader.findings if one.id not in tied and one.weakness not in ground.rules.no_threat]
    if left or len(found) < len(every):
        last = untraced(ground)
        found = (*found, last)
        threats += reader.threats(last, only=left)
    return Proposed(tuple(door.point for door in found), tuple(threats))


def _own_door(ground: Ground, name: str, kind: KindRule, title: str, why: str) -> Door:
    """Make an entry point that the engineer added: threats of its kind, and no finding that is its own."""
    point = EntryPoint(
        id=name,
        title=title,
        kind=kind.id,
        presence=Presence.DECLARED,
        why=why,
        source=kind.source,
        boundaries=crossed(ground, kind.boundaries),
        assets=kind.assets,
        added=True,
    )
    return Door(point, kind.model_copy(update={"fixed": False}))


@dataclass(frozen=True)
class _Reader:
    ground: Ground
    words: Vocabulary
    added: Mapping[str, tuple[ThreatRule, ...]]

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        return counting(self.ground.assessment.findings)

    @cached_property
    def _by_weakness(self) -> Mapping[str, tuple[Finding, ...]]:
        names = {one.weakness for one in self.findings}
        return {name: tuple(one for one in self.findings if one.weakness == name) for name in names}

    @cached_property
    def _owned(self) -> frozenset[str]:
        """Findings that speak of certain programs or ports alone."""
        kept = (*self.ground.own_evidence.values(), *self.ground.by_port.values())
        own = frozenset(link for links in kept for link in links)
        return frozenset(one.id for one in self.findings if own & set(one.evidence))

    @cached_property
    def _complete(self) -> Mapping[str, tuple[Observation, ...]]:
        """Weaknesses that an observation of every place rules out; one that was not whole takes its word back."""
        seen: dict[str, tuple[Observation, ...]] = {}
        for row in self.ground.rules.ruled_out_by:
            about = [
                one
                for one in self.ground.assessment.observations
                if one.capability == row.capability and one.method is row.method
            ]
            if about and all(one.complete for one in about):
                seen |= dict.fromkeys(row.weaknesses, tuple(about))
        return seen

    def threats(self, door: Door, only: Sequence[Finding] | None = None) -> Iterator[Threat]:
        """Yield the threats at one entry point; ``only`` limits the findings to those that fit nowhere else."""
        for rule in self.ground.rules.rules:
            if door.kind.id in rule.at:
                yield self._threat(rule, door, only)
        yield from (self._threat(rule, door, only) for rule in self.added.get(door.point.id, ()))

    def _threat(self, rule: ThreatRule, door: Door, only: Sequence[Finding] | None) -> Threat:
        here, wide = self._related(rule, door, only)
        real = (*here, *wide)
        answers = self.answers(rule.weaknesses, real, door)
        standing, why = self._standing(rule, door, here, wide, answers)
        return Threat(
            id=f"{rule.id}@{door.point.id}",
            rule=rule.id,
            stride=rule.stride,
            title=rule.title,
            what=rule.what,
            entry=door.point.id,
            assets=door.point.assets,
            weaknesses=rule.weaknesses,
            scenarios=self._scenarios(rule),
            factors=tuple(sorted({name for one in rule.weaknesses for name in self.words.weaknesses[one].factors})),
            standing=standing,
            why=why,
            here=tuple(one.id for one in here),
            device_wide=tuple(one.id for one in wide),
            answers=answers,
            open_facts=tuple(fact for fact in rule.needs if fact not in self.ground.facts),
            source=rule.source or self.ground.rules.source,
            date=rule.date or self.ground.rules.date,
            assumed=self.ground.rules.assumed,
            added=not rule.at,
        )

    def _related(
        self, rule: ThreatRule, door: Door, only: Sequence[Finding] | None
    ) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """Return the findings at this entry point, and those of the device as a whole that count here too."""
        about = [one for name in rule.weaknesses for one in self._by_weakness.get(name, ())]
        if only is not None:
            return tuple(one for one in about if one in only), ()
        if door.kind.fixed:
            return tuple(one for one in about if not (rule.unowned and one.id in self._owned)), ()
        here = tuple(one for one in about if door.own & set(one.evidence))
        stated_only = door.point.presence is Presence.DECLARED and not door.point.added
        if not door.kind.device_wide or stated_only:
            return here, ()
        near = (one for one in about if one not in here and one.id not in self._owned)
        return here, tuple(one for one in near if one.reach.rank >= Reach.STARTED.rank)

    def _scenarios(self, rule: ThreatRule) -> tuple[str, ...]:
        by_weakness = {name for one in rule.weaknesses if one in EFFECTS for name in EFFECTS[one].scenarios}
        return tuple(sorted(by_weakness | set(rule.scenarios)))

    # Controls ------------------------------------------------------------------------------------

    def answers(self, weaknesses: Sequence[str], real: Sequence[Finding], door: Door | None) -> tuple[Answer, ...]:
        """Return the controls that mend these weaknesses, the usual one of each first."""
        names = dict.fromkeys(name for one in weaknesses for name in self.words.weaknesses[one].controls)
        return tuple(self._answer(name, weaknesses, real, door) for name in names)

    def _answer(self, name: str, weaknesses: Sequence[str], real: Sequence[Finding], door: Door | None) -> Answer:
        mended = [one for one in weaknesses if name in self.words.weaknesses[one].controls]
        usual = [one for one in mended if self.words.weaknesses[one].controls[0] == name]
        against = next((one for one in real if one.weakness in (usual or mended)), None)
        fact = self.ground.rules.facts_of_controls.get(name, "")
        stated = self.ground.facts.get(fact) if fact else None
        state, why = ControlState.UNKNOWN, "Nothing shows whether it is there."
        if against is not None and usual:  # another control of the same weakness may be there all the same
            state, why = ControlState.MISSING, f"{against.title}."
        elif stated is not None and usual and fact in self.ground.seen:
            state = ControlState.IN_PLACE if stated else ControlState.MISSING
            why = f"The image shows that {fact} is {str(stated).lower()}."
        elif stated is False and usual:
            state, why = ControlState.MISSING, f"device.yaml states that {fact} is false."
        elif usual and all(self._ruled_out(one, door) for one in mended):
            state, why = ControlState.IN_PLACE, "What it prevents was looked for everywhere, and not found."
        elif stated or name in self.ground.assessment.device.controls:
            state, why = ControlState.CLAIMED, "device.yaml says so; nobody has seen it work."
        return Answer(control=name, title=self.words.controls[name].title, state=state, why=why)

    def _ruled_out(self, weakness: str, door: Door | None) -> bool:
        if weakness == "root-daemon" and door is not None and door.point.programs:
            return not _ROOTS & set(door.point.user.split(", ")) and door.point.presence is Presence.SEEN
        if weakness == "undeclared-service" and door is not None and door.point.declared:
            return True
        return weakness in self._complete and not self._by_weakness.get(weakness)

    # Standing ------------------------------------------------------------------------------------

    def _standing(
        self, rule: ThreatRule, door: Door, here: Sequence[Finding], wide: Sequence[Finding], answers: Sequence[Answer]
    ) -> tuple[Standing, str]:
        if here:
            return Standing.OPEN, f"Found: {_titles(here)}."
        if wide:
            how = "It concerns the device as a whole; whether it can be used here was not shown."
            return Standing.OPEN, f"Found: {_titles(wide)}. {how}"
        denied = next((fact for fact in rule.needs if self.ground.facts.get(fact) is False), None)
        if denied:
            return self._ruled_out_by_fact(denied)
        missing = next((one for one in answers if one.state is ControlState.MISSING), None)
        if missing:
            return Standing.OPEN, f"Missing: {missing.title}. {missing.why}"
        return self._not_real(rule, door, answers)

    def _not_real(self, rule: ThreatRule, door: Door, answers: Sequence[Answer]) -> tuple[Standing, str]:
        """Say how far a threat that nothing makes real is ruled out."""
        out = [one for one in rule.weaknesses if self._ruled_out(one, door)]
        rest = [one for one in rule.weaknesses if one not in out]
        if out and not rest:
            return Standing.ANSWERED, f"Looked for everywhere, and not found: {self._named(out)}."
        if rest:
            said = f"Not found, and not ruled out: {self._named(rest)}."
            said += f" Ruled out: {self._named(out)}." if out else ""
        else:
            titles = "; ".join(self.words.capabilities[one].title for one in rule.capabilities)
            said = f"Nobody has looked at this: {titles or rule.title}."
        claimed = [one.title for one in answers if one.state is ControlState.CLAIMED]
        if claimed:
            return Standing.CLAIMED, f"{said} The maker names: {'; '.join(claimed)}."
        return Standing.NOT_EXAMINED, said

    def _ruled_out_by_fact(self, fact: str) -> tuple[Standing, str]:
        means = self.words.facts[fact]
        if fact in self.ground.seen:
            return Standing.ANSWERED, f"The image shows that this does not hold: {means}."
        return Standing.CLAIMED, f"device.yaml states that this does not hold: {means}. Nobody has confirmed it."

    def _named(self, weaknesses: Iterable[str]) -> str:
        return "; ".join(self.words.weaknesses[one].title for one in weaknesses)


def _titles(findings: Sequence[Finding]) -> str:
    titles = list(dict.fromkeys(one.title for one in findings))
    more = f"; and {len(titles) - _SHOWN} more" if len(titles) > _SHOWN else ""
    return "; ".join(titles[:_SHOWN]) + more
