"""What evidence can decide, provision by provision: counted from what the parts of this program say they can give.

A provision can FAIL by a method when a rule of that method makes findings that a link hears.
It can PASS by methods when every link that may pass it finds observations that can be
complete, by every method it needs. What a person finds is counted apart from what a program
finds; what can only speak for or against without deciding is no decision.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from fairmark.examine.detectors import DETECTORS
from fairmark.examine.probe.observations import KEYS_ALONE
from fairmark.examine.probe.rules import RULES as PROBE_RULES
from fairmark.model.finding import Method
from fairmark.model.standard import Catalogue, Provision, Status
from fairmark.model.vocabulary import vocabulary
from fairmark.standards.crosswalk import UNMET, Link
from fairmark.standards.documents import documents_file
from fairmark.standards.library import Library, library
from fairmark.standards.manual import manual_tests
from fairmark.vulnerabilities.grade import RULES as FLAW_RULES
from fairmark.workflows.maker_admissions import FIX_RECORD, NAMED
from fairmark.workflows.maker_documents import RULES as DOCUMENT_RULES
from fairmark.workflows.manual import BY_HAND
from fairmark.workflows.sbom_differences import RULES as LIST_RULES

# Rule of an observation of the image that may be complete, and its capability.
SEEN_IN_IMAGE = (
    ("accounts", "no-default-password"),
    ("services", "attack-surface"),
    ("updates", "update-signed"),
    ("no-password-kept", "auth-strength"),
    ("update-gate", "update-exists"),
    ("update-cryptography", "crypto-practice"),
    ("updates-itself", "update-auto"),
    ("reset-erases-all", "data-deletion"),
    ("binary-no-canary", "exploit-mitigation"),
)
SEEN_BY_PROBE = ("attack-surface", "secure-comms", "auth-strength", "brute-force", "info-disclosure", "unique-identity")
NEVER_WHOLE = frozenset({"sensors-listed"})
"""Document rules whose observation says itself that it never covers everything."""
MACHINES = (Method.FIRMWARE_STATIC, Method.NETWORK_PROBE, Method.DOCUMENT, Method.FEED_OR_HISTORY)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A rule that can make a finding, and the method it works by."""

    method: Method
    rule: str
    weakness: str
    capability: str


@dataclass(frozen=True, slots=True)
class Witness:
    """A rule that can make a complete observation, and the method it works by."""

    method: Method
    rule: str
    capability: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What can decide one provision."""

    catalogue: str
    provision: str
    status: Status
    fails_by: tuple[Method, ...]
    """Methods each of which alone can FAIL it."""
    passes_by: tuple[Method, ...]
    """Methods that together can PASS it; empty: none can."""
    kind: str
    """``tool``, ``document``, ``human`` (both outcomes), ``partly`` (one outcome, by a program), ``open``."""


@cache
def speakers() -> tuple[Speaker, ...]:
    """Return every rule that can make a finding, by method."""
    words = vocabulary().weaknesses
    named = [(Method.FIRMWARE_STATIC, rule) for detector in DETECTORS for rule in detector.rules]
    named += [(Method.FIRMWARE_STATIC, rule) for rule in LIST_RULES]
    named += [(Method.NETWORK_PROBE, rule) for rule in PROBE_RULES]
    named += [(Method.DOCUMENT, rule) for rule in DOCUMENT_RULES if rule.id not in NAMED]
    found = [Speaker(method, rule.id, rule.weakness, words[rule.weakness].capability) for method, rule in named]
    found += [Speaker(Method.DOCUMENT, rule, weakness, capability) for rule, (weakness, capability) in NAMED.items()]
    found += [
        Speaker(Method.FIRMWARE_STATIC, rule.id, rule.weakness, words[rule.weakness].capability) for rule in FLAW_RULES
    ]
    for test in manual_tests().values():
        weakness = test.weakness or f"{UNMET}{test.capability}"
        found.append(Speaker(Method.HUMAN, BY_HAND.id, weakness, test.capability))
    return tuple(dict.fromkeys(found))


@cache
def witnesses() -> tuple[Witness, ...]:
    """Return every rule whose observation can be complete, by method."""
    found = [Witness(Method.FIRMWARE_STATIC, rule, capability) for rule, capability in SEEN_IN_IMAGE]
    found += [Witness(Method.NETWORK_PROBE, f"probe-{name}", name) for name in SEEN_BY_PROBE]
    found += [Witness(Method.NETWORK_PROBE, KEYS_ALONE, "auth-strength")]
    papers = documents_file().observations.items()
    found += [Witness(Method.DOCUMENT, rule, row.capability) for rule, row in papers if rule not in NEVER_WHOLE]
    found += [Witness(Method.DOCUMENT, FIX_RECORD, "vuln-response")]
    for test in manual_tests().values():
        found += [Witness(Method.HUMAN, rule, test.capability) for rule in test.rules]
    return tuple(dict.fromkeys(found))


def covered(books: Library | None = None) -> tuple[Decided, ...]:
    """Return for every provision what can decide it, catalogue by catalogue."""
    books = books or library()
    return tuple(_decided(item, p, books) for item in books.catalogues for p in item.provisions)


def _decided(item: Catalogue, p: Provision, books: Library) -> Decided:
    links = books.crosswalk.links_to(item.id, p.id)
    fails = {one.method for link in links if link.can_fail for one in speakers() if _hears(link, one)}
    passes = _passing(link for link in links if link.can_pass)
    if books.crosswalk.reason_duty.get(item.id) == p.id:  # the maker's rows decide it, see ``judge``
        fails, passes = fails | {Method.DOCUMENT}, (Method.DOCUMENT,)
    ordered = tuple(method for method in Method if method in fails)
    return Decided(item.id, p.id, p.status, ordered, passes, _kind(ordered, passes))


def _hears(link: Link, one: Speaker) -> bool:
    named = not link.only or one.weakness in link.only
    return one.capability == link.capability and named and (not link.rules or one.rule in link.rules)


def _passing(links: Iterable[Link]) -> tuple[Method, ...]:
    """Return the methods that together can pass all links; none when one of them can never be passed."""
    used: set[Method] = set()
    for link in links:
        ways: list[tuple[Method, ...]] = [tuple(way) for way in link.ways if all(_seen(link, method) for method in way)]
        if not ways:
            return ()
        best = min(ways, key=_by_program_first)
        used.update(best)
    return tuple(method for method in Method if method in used)


def _by_program_first(way: tuple[Method, ...]) -> tuple[bool, int]:
    return Method.HUMAN in way, len(way)


def _seen(link: Link, method: Method) -> bool:
    return any(
        one.method is method and one.capability == link.capability and (not link.seen_by or one.rule in link.seen_by)
        for one in witnesses()
    )


def _kind(fails: tuple[Method, ...], passes: tuple[Method, ...]) -> str:
    machines = [method for method in fails if method in MACHINES]
    if fails and passes:
        if not machines or Method.HUMAN in passes:
            return "human" if not machines else "partly"
        return "document" if Method.DOCUMENT in passes or machines == [Method.DOCUMENT] else "tool"
    if machines or (passes and Method.HUMAN not in passes):
        return "partly"
    return "human" if fails or passes else "open"


KINDS = ("tool", "partly", "document", "human", "open")


def matrix(decided: Iterable[Decided] | None = None) -> list[dict[str, object]]:
    """Return one row for every catalogue: how many provisions each kind of evidence can decide."""
    rows: dict[str, list[Decided]] = {}
    for one in decided if decided is not None else covered():
        rows.setdefault(one.catalogue, []).append(one)
    return [
        {
            "catalogue": name,
            "provisions": len(found),
            **{kind: sum(one.kind == kind for one in found) for kind in KINDS},
            "pass_and_fail": sum(bool(one.fails_by and one.passes_by) for one in found),
            "automated": sum(is_automated(one) for one in found),
        }
        for name, found in rows.items()
    ]


def is_automated(one: Decided) -> bool:
    """Whether a program alone can give at least one outcome, from image, live device or documents."""
    return any(method in MACHINES for method in one.fails_by) or (
        bool(one.passes_by) and Method.HUMAN not in one.passes_by
    )


def measures(decided: Iterable[Decided] | None = None) -> dict[str, dict[str, object]]:
    """Return the counts that are promised, with the provisions behind each."""
    every = tuple(decided if decided is not None else covered())
    must = [one for one in every if one.catalogue == "en303645" and one.status is Status.MANDATORY]
    at_desk = (Method.FIRMWARE_STATIC, Method.DOCUMENT)
    desk = [one for one in must if _both(one, at_desk)]
    probed = [one for one in must if one not in desk and _both(one, (*at_desk, Method.NETWORK_PROBE))]
    partial = [one for one in must if one not in desk and one not in probed and is_automated(one)]
    by_hand = [one for one in must if one not in desk and one not in probed and one.fails_by and one.passes_by]
    annex = [one for one in every if one.catalogue == "cra" and one.provision.startswith("I")]
    part_1 = [one for one in every if one.catalogue == "en18031-1"]
    named: Mapping[str, tuple[str, list[Decided], int, int]] = {
        "en303645_image_and_documents": ("PASS and FAIL from image and documents", desk, len(must), 10),
        "en303645_with_probe": ("PASS and FAIL with the probe besides", probed, len(must), 5),
        "en303645_partial": ("one outcome, by a program", partial, len(must), 10),
        "en303645_with_a_person": ("PASS and FAIL where a person takes part", by_hand, len(must), 0),
        "en18031_1_automated": (
            "an outcome by a program",
            [one for one in part_1 if is_automated(one)],
            len(part_1),
            20,
        ),
        "cra_annex_i_automated": (
            "an outcome by a program",
            [one for one in annex if is_automated(one)],
            len(annex),
            13,
        ),
    }
    return {
        key: {
            "what": what,
            "count": len(found),
            "of": of,
            "wanted": wanted,
            "holds": len(found) >= wanted,
            "provisions": [one.provision for one in found],
        }
        for key, (what, found, of, wanted) in named.items()
    }


def _both(one: Decided, methods: tuple[Method, ...]) -> bool:
    return bool(one.passes_by) and set(one.passes_by) <= set(methods) and bool(set(one.fails_by) & set(methods))
