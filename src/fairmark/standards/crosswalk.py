"""The crosswalk: which evidence may speak to which provision, and how strongly.

A detector names a weakness, the weakness a capability, and the capability links here to
the provisions of every catalogue. The strength of a link is a judgement about evidence,
so each one that is not obvious carries its reason in ``crosswalk.yaml``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pydantic import Field

from fairmark.model.finding import Finding, Method, Observation
from fairmark.model.standard import Can, Catalogue, Provision
from fairmark.model.value import Value
from fairmark.model.vocabulary import Vocabulary

UNMET = "unmet-"
"""What a test by hand or a reading of documents calls a capability that it found wanting and no weakness names:
``unmet-<capability>``, or ``unmet-<capability>-<aspect>``."""


class CatalogueLinks(Value):
    """The links of one capability to one catalogue, by provision."""

    links: dict[str, Can] = Field(min_length=1)
    weaknesses: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="only these may speak to it")
    rules: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="only findings of these rules may")
    observations: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="only what these rules saw may")
    needs: dict[str, tuple[Method, ...]] = Field(default_factory=dict, description="methods that a PASS must have used")
    instead: dict[str, tuple[Method, ...]] = Field(default_factory=dict, description="methods that do as well")
    needs_condition: tuple[str, ...] = Field(default=(), description="a finding does not itself prove the condition")
    documents: tuple[str, ...] = Field(default=(), description="fields of device.yaml that name the maker's documents")


class CapabilityLinks(Value):
    """All links of one capability."""

    complete: str = Field(default="", description="what a complete observation must have covered")
    needs: tuple[Method, ...] = Field(default=(Method.FIRMWARE_STATIC,), min_length=1)
    catalogues: dict[str, CatalogueLinks]


class CrosswalkFile(Value):
    """The schema of ``crosswalk.yaml``; ``model_json_schema()`` gives editors completion."""

    id: str
    version: str
    date: str
    provenance: str
    confidence: str
    reason_duty: dict[str, str] = Field(description="catalogue -> provision that wants reasons for what is unmet")
    families: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="name -> catalogues that share ids: parts of one standard, or its editions"
    )
    capabilities: dict[str, CapabilityLinks]


@dataclass(frozen=True, slots=True)
class Link:
    """What evidence for one capability can do to one provision."""

    capability: str
    catalogue: str
    provision: str
    can: Can
    only: tuple[str, ...]
    """Weaknesses that may speak to the provision; empty: all of the capability."""
    needs_condition: bool
    """A finding does not itself prove the provision's condition."""
    documents: tuple[str, ...]
    complete: str
    rules: tuple[str, ...] = ()
    """Rules whose findings may speak to it; empty: all."""
    seen_by: tuple[str, ...] = ()
    """Rules whose observations may speak to it; empty: all of the capability."""
    needs: tuple[Method, ...] = (Method.FIRMWARE_STATIC,)
    """Methods by which a complete observation must have been made before it may PASS."""
    instead: tuple[Method, ...] = ()
    """Other methods that do as well; empty: none."""

    @property
    def ways(self) -> tuple[tuple[Method, ...], ...]:
        """The sets of methods each of which is enough for a PASS."""
        return (self.needs, self.instead) if self.instead else (self.needs,)

    @property
    def can_pass(self) -> bool:
        """Whether a complete observation may help the provision to PASS."""
        return self.can in (Can.PASS, Can.BOTH)

    @property
    def can_fail(self) -> bool:
        """Whether a finding may FAIL the provision."""
        return self.can in (Can.FAIL, Can.BOTH)

    def hears(self, finding: Finding) -> bool:
        """Whether the finding may speak to the provision over this link."""
        named = not self.only or finding.weakness in self.only
        return finding.capability == self.capability and named and (not self.rules or finding.rule in self.rules)

    def sees(self, observation: Observation) -> bool:
        """Whether the observation may speak to the provision over this link."""
        named = not self.seen_by or observation.rule in self.seen_by
        return observation.capability == self.capability and named


@dataclass(frozen=True)
class Crosswalk:
    """Every link, by capability, catalogue and provision; iterating gives the links."""

    links: tuple[Link, ...]
    reason_duty: Mapping[str, str]
    """Catalogue -> the provision that wants a recorded reason for every recommendation not met."""
    families: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Name -> catalogues that share ids and links."""

    def __iter__(self) -> Iterator[Link]:
        return iter(self.links)

    def links_to(self, catalogue: str, provision: str) -> tuple[Link, ...]:
        """Return the links to one provision, by capability."""
        return self._by_provision.get((catalogue, provision), ())

    @cached_property
    def _by_provision(self) -> Mapping[tuple[str, str], tuple[Link, ...]]:
        found: dict[tuple[str, str], list[Link]] = {}
        for link in self.links:
            found.setdefault((link.catalogue, link.provision), []).append(link)
        return {key: tuple(links) for key, links in found.items()}


def spread(file: CrosswalkFile, catalogues: Iterable[Catalogue]) -> Crosswalk:
    """Return the links of a file one by one; those to a family go to every member that has the provision."""
    known = {catalogue.id: {p.id for p in catalogue.provisions} for catalogue in catalogues}
    links = (
        made(name, member, provision, part, entry)
        for name, entry in sorted(file.capabilities.items())
        for catalogue, part in entry.catalogues.items()
        for member in file.families.get(catalogue, (catalogue,))
        for provision in part.links
        if provision in known.get(member, ())
    )
    return Crosswalk(tuple(links), file.reason_duty, file.families)


def made(capability: str, catalogue: str, provision: str, part: CatalogueLinks, entry: CapabilityLinks) -> Link:
    """Return the link of one capability to one provision."""
    return Link(
        capability=capability,
        catalogue=catalogue,
        provision=provision,
        can=part.links[provision],
        only=part.weaknesses.get(provision, ()),
        needs_condition=provision in part.needs_condition,
        documents=part.documents,
        complete=entry.complete,
        rules=part.rules.get(provision, ()),
        seen_by=part.observations.get(provision, ()),
        needs=part.needs.get(provision, entry.needs),
        instead=part.instead.get(provision, ()),
    )


def settled_by(crosswalk: Crosswalk, words: Vocabulary, catalogue: str, provision: str) -> str:
    """Return what would settle a provision: the tests of the capabilities that decide it, else of all linked ones."""
    links = crosswalk.links_to(catalogue, provision)
    deciding = [link for link in links if link.can is not Can.SUPPORT] or list(links)
    tests: dict[str, list[str]] = {}
    for link in deciding:
        for method, test in words.capabilities[link.capability].settled_by.items():
            tests.setdefault(method, []).append(test)
    return "; ".join(f"{_METHODS[method]}: {', '.join(tests[method])}" for method in _METHODS if method in tests)


_METHODS = {
    "firmware_static": "in the image",
    "network_probe": "at the live device",
    "document": "in documents",
    "feed_or_history": "in feeds or history",
    "human": "by hand",
}


def faults(
    file: CrosswalkFile, catalogues: Iterable[Catalogue], words: Vocabulary, documents: Iterable[str]
) -> list[str]:
    """Return everything that hangs loose, each in one sentence; ``documents`` are the fields a profile has for them."""
    books = tuple(catalogues)
    known = {catalogue.id: {p.id: p for p in catalogue.provisions} for catalogue in books}
    fields = frozenset(documents)
    found = [
        f"families: {name}: there is no catalogue {m}"
        for name, ms in file.families.items()
        for m in ms
        if m not in known
    ]
    for name, entry in file.capabilities.items():
        if name not in words.capabilities:
            found.append(f"capability {name} is not in the vocabulary")
        for catalogue, part in entry.catalogues.items():
            strangers = [field for field in part.documents if field not in fields]
            found += [f"{name}: the profile has no document {field}" for field in strangers]
            members = [m for m in file.families.get(catalogue, (catalogue,)) if m in known]
            if members:
                provisions = {key: one for m in reversed(members) for key, one in known[m].items()}
                found += part_faults(name, catalogue, part, provisions, words)
            else:
                found.append(f"{name}: there is no catalogue {catalogue}")
        passes = {can for part in entry.catalogues.values() for can in part.links.values()} & {Can.PASS, Can.BOTH}
        if passes and not entry.complete:
            found.append(f"{name}: it can pass a provision but does not say what a complete observation must cover")
    linked = {(link.catalogue, link.provision) for link in spread(file, books)}
    for catalogue, provisions in known.items():
        loose = [provision for provision in provisions if (catalogue, provision) not in linked]
        found += [f"{catalogue} {provision}: no capability is linked to it" for provision in loose]
    duties = file.reason_duty.items()
    found += [f"reason_duty: there is no {name} {p}" for name, p in duties if p not in known.get(name, {})]
    return found


def part_faults(
    capability: str, catalogue: str, part: CatalogueLinks, provisions: Mapping[str, Provision], words: Vocabulary
) -> Iterator[str]:
    """Yield what is wrong with the links of one capability to one catalogue, or to a family with all its provisions."""
    where = f"{capability} -> {catalogue}"
    yield from _loose(where, part, provisions)
    yield from _weak_links(capability, where, part, words)


def _loose(where: str, part: CatalogueLinks, provisions: Mapping[str, Provision]) -> Iterator[str]:
    """Yield links and refinements that lead nowhere."""
    yield from (f"{where} {p}: there is no such provision" for p in part.links if p not in provisions)
    refined = (*part.weaknesses, *part.rules, *part.observations, *part.needs, *part.instead, *part.needs_condition)
    yield from (f"{where} {p}: the refinement has no link" for p in dict.fromkeys(refined) if p not in part.links)
    conditional = (p for p in part.needs_condition if p in provisions)
    yield from (f"{where} {p}: it has no condition to need" for p in conditional if not provisions[p].condition)
    able = (
        p
        for p in (*part.needs, *part.instead, *part.observations)
        if part.links.get(p) not in (Can.PASS, Can.BOTH, None)
    )
    yield from (f"{where} {p}: it names what a pass needs and cannot pass" for p in dict.fromkeys(able))
    tables = (
        ("weaknesses", part.weaknesses),
        ("rules", part.rules),
        ("observations", part.observations),
        ("methods", part.needs),
    )
    yield from (
        f"{where} {p}: an empty list of {what}" for what, table in tables for p, row in table.items() if not row
    )


def _weak_links(name: str, where: str, part: CatalogueLinks, words: Vocabulary) -> Iterator[str]:
    """Yield faults of the weaknesses: strangers, and links that could never fail what they say they can."""
    own = {weakness for weakness, item in words.weaknesses.items() if item.capability == name}
    by_hand = {"human", "document"} & set(words.capabilities[name].settled_by) if name in words.capabilities else set()
    for provision, only in part.weaknesses.items():
        strangers = [item for item in only if item not in own and not (by_hand and item.startswith(f"{UNMET}{name}"))]
        yield from (f"{where} {provision}: {item} is no weakness of it" for item in strangers)
    for provision, can in part.links.items():
        if can in (Can.FAIL, Can.BOTH) and not own and not by_hand:
            yield f"{where} {provision}: it can fail, but the vocabulary has no weakness for it"
