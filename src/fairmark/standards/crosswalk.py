"""The crosswalk: which evidence may speak to which provision, and how strongly.

A detector names a weakness, the weakness a capability, and the capability links here to
the provisions of every catalogue. The strength of a link is a judgement about evidence,
so each one that is not obvious carries its reason in ``crosswalk.yaml``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pydantic import Field

from fairmark.model.finding import Finding
from fairmark.model.standard import Can, Catalogue, Provision
from fairmark.model.value import Value
from fairmark.model.vocabulary import Vocabulary


class CatalogueLinks(Value):
    """The links of one capability to one catalogue, by provision."""

    links: dict[str, Can] = Field(min_length=1)
    weaknesses: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="only these may speak to it")
    needs_condition: tuple[str, ...] = Field(default=(), description="a finding does not itself prove the condition")
    documents: tuple[str, ...] = Field(default=(), description="fields of device.yaml that name the maker's documents")


class CapabilityLinks(Value):
    """All links of one capability."""

    complete: str = Field(default="", description="what a complete observation must have covered")
    catalogues: dict[str, CatalogueLinks]


class CrosswalkFile(Value):
    """The schema of ``crosswalk.yaml``; ``model_json_schema()`` gives editors completion."""

    id: str
    version: str
    date: str
    provenance: str
    confidence: str
    reason_duty: dict[str, str] = Field(description="catalogue -> provision that wants reasons for what is unmet")
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
        return finding.capability == self.capability and (not self.only or finding.weakness in self.only)


@dataclass(frozen=True)
class Crosswalk:
    """Every link, by capability, catalogue and provision; iterating gives the links."""

    links: tuple[Link, ...]
    reason_duty: Mapping[str, str]
    """Catalogue -> the provision that wants a recorded reason for every recommendation not met."""

    def __iter__(self) -> Iterator[Link]:
        return iter(self.links)

    def links_to(self, catalogue: str, provision: str) -> tuple[Link, ...]:
        """Return the links to one provision, by capability."""
        return self._by_provision.get((catalogue, provision), ())

    @cached_property
    def _by_provision(self) -> Mapping[tuple[str, str], tuple[Link, ...]]:
        found: dict[tuple[str, str], tuple[Link, ...]] = {}
        for link in self.links:
            key = (link.catalogue, link.provision)
            found[key] = (*found.get(key, ()), link)
        return found


def spread(file: CrosswalkFile) -> Crosswalk:
    """Return the links of a file one by one."""
    links = (
        Link(
            capability=name,
            catalogue=catalogue,
            provision=provision,
            can=can,
            only=part.weaknesses.get(provision, ()),
            needs_condition=provision in part.needs_condition,
            documents=part.documents,
            complete=entry.complete,
        )
        for name, entry in sorted(file.capabilities.items())
        for catalogue, part in entry.catalogues.items()
        for provision, can in part.links.items()
    )
    return Crosswalk(tuple(links), file.reason_duty)


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
    known = {catalogue.id: {p.id: p for p in catalogue.provisions} for catalogue in catalogues}
    fields = frozenset(documents)
    found: list[str] = []
    for name, entry in file.capabilities.items():
        if name not in words.capabilities:
            found.append(f"capability {name} is not in the vocabulary")
        for catalogue, part in entry.catalogues.items():
            strangers = [field for field in part.documents if field not in fields]
            found += [f"{name}: the profile has no document {field}" for field in strangers]
            if catalogue in known:
                found += _part_faults(f"{name} -> {catalogue}", part, known[catalogue])
                found += _weak_links(name, f"{name} -> {catalogue}", part, words)
            else:
                found.append(f"{name}: there is no catalogue {catalogue}")
        passes = {can for part in entry.catalogues.values() for can in part.links.values()} & {Can.PASS, Can.BOTH}
        if passes and not entry.complete:
            found.append(f"{name}: it can pass a provision but does not say what a complete observation must cover")
    linked = {(link.catalogue, link.provision) for link in spread(file)}
    for catalogue, provisions in known.items():
        loose = [provision for provision in provisions if (catalogue, provision) not in linked]
        found += [f"{catalogue} {provision}: no capability is linked to it" for provision in loose]
    duties = file.reason_duty.items()
    found += [f"reason_duty: there is no {name} {p}" for name, p in duties if p not in known.get(name, {})]
    return found


def _part_faults(where: str, part: CatalogueLinks, provisions: Mapping[str, Provision]) -> Iterator[str]:
    """Yield links and refinements that lead nowhere."""
    yield from (f"{where} {p}: there is no such provision" for p in part.links if p not in provisions)
    refined = (*part.weaknesses, *part.needs_condition)
    yield from (f"{where} {p}: the refinement has no link" for p in refined if p not in part.links)
    conditional = (p for p in part.needs_condition if p in provisions)
    yield from (f"{where} {p}: it has no condition to need" for p in conditional if not provisions[p].condition)


def _weak_links(name: str, where: str, part: CatalogueLinks, words: Vocabulary) -> Iterator[str]:
    """Yield faults of the weaknesses: strangers, and links that could never fail what they say they can."""
    own = {weakness for weakness, item in words.weaknesses.items() if item.capability == name}
    for provision, only in part.weaknesses.items():
        yield from (f"{where} {provision}: {item} is no weakness of it" for item in only if item not in own)
        if not only:
            yield f"{where} {provision}: an empty list of weaknesses"
    for provision, can in part.links.items():
        if can in (Can.FAIL, Can.BOTH) and not own:
            yield f"{where} {provision}: it can fail, but the vocabulary has no weakness for it"
