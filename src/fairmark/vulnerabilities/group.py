"""Packages that are built from one source at one version are one component towards a flaw: one line, not five."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fairmark.model.finding import Reach
from fairmark.model.image import Component
from fairmark.vulnerabilities.identity import Identity, identity_of

_MOST_EVIDENCE = 6


@dataclass(frozen=True, slots=True)
class Group:
    """Components that share source and version. The one that is nearest to an attacker speaks for all."""

    lead: Component
    identity: Identity
    reach: Reach
    evidence: tuple[str, ...]


def grouped(components: Iterable[Component]) -> tuple[Group, ...]:
    """Return the groups, sorted by name and version. Components without a version are left out.

    What only the maker's list names (no evidence) joins what was seen under the same name and version.
    """
    seen: dict[tuple[str, str, str], list[Component]] = defaultdict(list)
    listed: list[Component] = []
    for one in components:
        if one.version or one.upstream_version:
            seen[_key(one)].append(one) if one.evidence else listed.append(one)
    known = {(upstream, version.partition(" ")[0]): (upstream, version, where) for upstream, version, where in seen}
    for one in listed:
        upstream = identity_of(one).upstream
        key = known.get((upstream, one.upstream_version or one.version), _key(one))
        seen[key].append(one)
    return tuple(_group(seen[key]) for key in sorted(seen))


def _key(one: Component) -> tuple[str, str, str]:
    version = one.upstream_version or one.version
    package = f"{one.distribution}/{one.source_package or one.name}/{one.version}" if one.distribution else ""
    return identity_of(one).upstream, version, package


def _group(members: Sequence[Component]) -> Group:
    def nearest(one: Component) -> tuple[bool, int, bool, str, str]:
        return not one.evidence, -one.reach.rank, one.name != one.upstream, one.name, one.version

    ordered = sorted(members, key=nearest)
    lead = ordered[0]
    evidence = tuple(dict.fromkeys(item for one in ordered for item in one.evidence))
    reach = max((one.reach for one in members), key=lambda one: one.rank)
    return Group(lead, identity_of(lead), reach, evidence[:_MOST_EVIDENCE])
