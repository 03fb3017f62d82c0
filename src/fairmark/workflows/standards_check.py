"""Check the data of the standards as a whole, the second readings, and the editions that an assessment rests on."""

from dataclasses import dataclass

from fairmark.model.assessment import Assessment
from fairmark.model.data import load_yaml
from fairmark.standards.library import CATALOGUES, PACKAGE, catalogue_digests, catalogues, crosswalk
from fairmark.standards.profiles import faults as profile_faults
from fairmark.standards.readings import FILE, Agreement, ReadingsFile, agreements, faults
from fairmark.workflows.coverage import witnesses
from fairmark.workflows.rules_of_findings import rules_of_findings
from fairmark.workflows.standards import links_as_written, removed_editions

WANTED = 0.95
"""Share of a sample in which both readings should agree: on what is demanded, and on who can judge it.

A reading is history, so what it shows fails no check: it is printed, round by round.
"""


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome: nothing hangs loose where ``faults`` is empty."""

    catalogues: int
    own: int
    provisions: int
    links: int
    """Links as they are written: to a family of catalogues once."""
    links_spread: int
    agreements: tuple[Agreement, ...]
    """For each round of readings, oldest first."""
    faults: tuple[str, ...]
    editions: tuple[str, ...]
    """What assessments rest on that is not here any more, or has changed."""


def check(assessments: tuple[Assessment, ...] = ()) -> Checked:
    """Check everything; raises UnreadableInputError with every fault where the library itself cannot be read."""
    ours = catalogues()[: len(CATALOGUES)]
    readings = ReadingsFile.model_validate(load_yaml(PACKAGE, FILE))
    found = [*faults(readings, ours), *profile_faults(ours), *_strangers()]
    return Checked(
        catalogues=len(catalogue_digests()),
        own=len(catalogues()) - len(ours),
        provisions=sum(len(item.provisions) for item in catalogues()),
        links=links_as_written(),
        links_spread=len(tuple(crosswalk())),
        agreements=agreements(readings),
        faults=tuple(found),
        editions=tuple(sentence for one in assessments for sentence in removed_editions(one)),
    )


def _strangers() -> list[str]:
    """Return rules that the crosswalk names and nobody has."""
    known = {rule.id for rule in rules_of_findings()}
    seen = {one.rule for one in witnesses()}
    named = {(rule, "finding", rule in known) for link in crosswalk() for rule in link.rules}
    named |= {(rule, "observation", rule in seen) for link in crosswalk() for rule in link.seen_by}
    return sorted(f"crosswalk: no rule {rule} makes a {what}" for rule, what, there in named if not there)
