"""The library: catalogues and crosswalk, read from the package, checked whole, with every fault listed.

Whoever has a catalogue of his own, or another edition, puts its file into a folder; the
command line names that folder (``own.shelve``) and its content stands beside ours.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.model.data import digest_of, load_yaml
from fairmark.model.device import Documents
from fairmark.model.standard import Catalogue
from fairmark.model.vocabulary import Vocabulary, vocabulary
from fairmark.standards import crosswalk as links
from fairmark.standards.catalogue_file import CatalogueFile, bare, faults_of, shaped
from fairmark.standards.crosswalk import CapabilityLinks, Crosswalk, CrosswalkFile
from fairmark.standards.own import OwnFile, own_files

PACKAGE = "fairmark.standards"
CATALOGUES = (
    "catalogues/en303645-v3.1.3.yaml",
    "catalogues/uk-psti-2023.yaml",
    "catalogues/eu-cra-2024-2847.yaml",
    "catalogues/us-ca-sb327.yaml",
    "catalogues/en18031-1-2024.yaml",
    "catalogues/en18031-2-2024.yaml",
    "catalogues/en18031-3-2024.yaml",
    "catalogues/nistir-8425-2022.yaml",
    "catalogues/nistir-8259ab.yaml",
    "catalogues/owasp-isvs-1.0.yaml",
    "catalogues/en303645-v2.1.1.yaml",
)
"""Every catalogue of the package, in the order in which verdicts are listed."""
CROSSWALK = "crosswalk.yaml"


@dataclass(frozen=True, slots=True)
class Library:
    """The catalogues, and the crosswalk that links evidence to them."""

    catalogues: tuple[Catalogue, ...]
    crosswalk: Crosswalk


@cache
def _own() -> tuple[OwnFile, ...]:
    return own_files()


@cache
def library() -> Library:
    """Return catalogues and crosswalk, read and checked once.

    Raises UnreadableInputError with every fault of every file when something is wrong.
    """
    files = {name: load_yaml(PACKAGE, name) for name in CATALOGUES}
    own = {one.name: one.data for one in _own()}
    return assemble(files, load_yaml(PACKAGE, CROSSWALK), vocabulary(), own)


def forget() -> None:
    """Read everything anew when it is next needed: the place of the user's catalogues has changed."""
    _own.cache_clear()
    library.cache_clear()


def catalogues() -> tuple[Catalogue, ...]:
    """Return every catalogue."""
    return library().catalogues


def catalogue(name: str) -> Catalogue:
    """Return the catalogue with this id; raises WrongUsageError when there is none."""
    for item in catalogues():
        if item.id == name:
            return item
    raise WrongUsageError(f'there is no catalogue "{name}"', hint=f"Known: {', '.join(c.id for c in catalogues())}.")


def crosswalk() -> Crosswalk:
    """Return the crosswalk."""
    return library().crosswalk


def catalogue_digests() -> dict[str, str]:
    """Return catalogue id -> SHA-256 of its file."""
    digests = (*(digest_of(PACKAGE, name) for name in CATALOGUES), *(one.digest for one in _own()))
    return {item.id: digest for digest, item in zip(digests, catalogues(), strict=True)}


def crosswalk_digest() -> str:
    """Return the SHA-256 of the crosswalk file."""
    return digest_of(PACKAGE, CROSSWALK)


def assemble(
    files: Mapping[str, object], crosswalk_data: object, words: Vocabulary, own: Mapping[str, object] | None = None
) -> Library:
    """Make a library from parsed files; raises UnreadableInputError that lists every fault.

    ``own`` are the user's files: their provisions need no link, and bring their own ones.
    """
    faults: list[str] = []
    read = [part for name, data in files.items() if (part := shaped(CatalogueFile, name, data, faults))]
    brought = [part for name, data in (own or {}).items() if (part := shaped(CatalogueFile, name, data, faults))]
    for name, times in Counter(item.id for item in (*read, *brought)).items():
        faults += [f"two catalogues have the id {name}"] if times > 1 else []
    for item in (*read, *brought):
        faults += [f"{item.id}: {fault}" for fault in faults_of(item, words)]
    links_file = shaped(CrosswalkFile, CROSSWALK, crosswalk_data, faults)
    ours, theirs = [bare(item) for item in read], [bare(item) for item in brought]
    if links_file is not None:
        faults += [f"crosswalk: {fault}" for fault in links.faults(links_file, ours, words, document_fields())]
    faults += [f"{item.id}: links: {fault}" for item in brought for fault in _own_faults(item, words)]
    faults += _editions([*ours, *theirs])
    if faults or links_file is None:
        raise UnreadableInputError(f"the standards data has {len(faults)} faults: " + "; ".join(faults))
    walk = links.spread(links_file, ours)
    own_links = tuple(link for item in brought for link in _own_links(item))
    walk = Crosswalk((*walk.links, *own_links), walk.reason_duty, walk.families)
    return Library(tuple(_with_tests(item, walk, words) for item in (*ours, *theirs)), walk)


def document_fields() -> tuple[str, ...]:
    """Return the fields of a profile in which a maker names what he publishes."""
    return (*Documents.model_fields, "support_until")


def _editions(books: list[Catalogue]) -> list[str]:
    """Return faults of what catalogues say of their earlier editions: dangling ids, and editions in a circle."""
    known = {item.id: {p.id for p in item.provisions} for item in books}
    found: list[str] = []
    for item in books:
        if item.earlier is None or item.earlier.catalogue not in known:
            continue  # an edition that nobody has here cannot be compared, and that is no fault
        sources = {name for row in item.earlier.sources.values() for name in row}
        strangers = sorted(sources - known[item.earlier.catalogue])
        found += [f"{item.id}: earlier: {item.earlier.catalogue} has no provision {name}" for name in strangers]
    before = {item.id: item.earlier.catalogue for item in books if item.earlier}
    for start, first in before.items():
        seen, now = {start}, first
        while now in before and now not in seen:
            seen.add(now)
            now = before[now]
        found += [f"{start}: earlier: the editions form a circle"] if now == start else []
    return found


def _own_faults(item: CatalogueFile, words: Vocabulary) -> list[str]:
    provisions = {p.id: p for p in bare(item).provisions}
    found = [f"{name} is not a capability of the vocabulary" for name in item.links if name not in words.capabilities]
    for name, part in item.links.items():
        if name in words.capabilities:
            found += links.part_faults(name, item.id, part, provisions, words)
            found += [f"{name}: the profile has no document {f}" for f in part.documents if f not in document_fields()]
    return found


def _own_links(item: CatalogueFile) -> list[links.Link]:
    alone = CapabilityLinks(catalogues={})
    return [links.made(name, item.id, p, part, alone) for name, part in sorted(item.links.items()) for p in part.links]


def _with_tests(item: Catalogue, walk: Crosswalk, words: Vocabulary) -> Catalogue:
    """Add to every provision what would settle it."""
    told = [p.model_copy(update={"settled_by": links.settled_by(walk, words, item.id, p.id)}) for p in item.provisions]
    return item.model_copy(update={"provisions": tuple(told)})
