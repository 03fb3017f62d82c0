"""One sentence for each catalogue, and what the law of the markets requires."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fairmark.model.finding import Finding
from fairmark.model.standard import Catalogue, Outcome, Status, Verdict
from fairmark.standards.library import crosswalk

NOTE = (
    "These verdicts rest on the image and the claims of this assessment alone. They give no presumption of conformity "
    "and are no certification; what is inconclusive is open, not met."
)


@dataclass(frozen=True, slots=True)
class Summary:
    """The verdicts of one catalogue, counted."""

    catalogue: str
    name: str
    edition: str
    counts: Mapping[Outcome, int]
    """Number of verdicts for every outcome, zeros included."""
    binding: Mapping[Outcome, int]
    """The same without the recommendations."""
    sentence: str
    note: str = NOTE


def summarise(verdicts: Iterable[Verdict], catalogues: Iterable[Catalogue]) -> tuple[Summary, ...]:
    """Return a summary for every catalogue that has verdicts, in the catalogues' order."""
    by_catalogue: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_catalogue.setdefault(verdict.catalogue, []).append(verdict)
    return tuple(_summary(item, by_catalogue[item.id]) for item in catalogues if item.id in by_catalogue)


def is_binding(verdict: Verdict) -> bool:
    """Whether the provision demands: mandatory, or mandatory under its condition."""
    return verdict.status in (Status.MANDATORY, Status.CONDITIONAL)


def law_in(markets: Iterable[str], catalogues: Iterable[Catalogue]) -> tuple[Catalogue, ...]:
    """Return the catalogues that are law in at least one of the markets."""
    sold = {str(market) for market in markets}
    return tuple(item for item in catalogues if sold & set(item.markets))


def required_by_law(
    verdicts: Iterable[Verdict], catalogues: Iterable[Catalogue], markets: Iterable[str], findings: Iterable[Finding]
) -> Mapping[str, tuple[str, ...]]:
    """Return finding id -> the paragraphs of law it breaks in these markets, such as ``psti 1-2``.

    A finding that breaks a standard only is not in the answer: a standard is no law.
    """
    laws = {item.id for item in law_in(markets, catalogues)}
    known = {finding.id for finding in findings}
    broken: dict[str, list[str]] = {}
    for verdict in verdicts:
        if verdict.catalogue in laws and verdict.outcome is Outcome.FAIL and is_binding(verdict):
            for name in verdict.because:
                if name in known:
                    broken.setdefault(name, []).append(f"{verdict.catalogue} {verdict.provision}")
    return {name: tuple(broken[name]) for name in sorted(broken)}


def admitted(
    verdicts: Iterable[Verdict], catalogues: Iterable[Catalogue], markets: Iterable[str], findings: Iterable[Finding]
) -> Mapping[str, tuple[str, ...]]:
    """Return capability -> the paragraphs of law that fail by the maker's own word, with no finding behind them."""
    laws = {item.id for item in law_in(markets, catalogues)}
    known = {finding.id for finding in findings}
    broken: dict[str, list[str]] = {}
    for verdict in verdicts:
        failed = verdict.catalogue in laws and verdict.outcome is Outcome.FAIL and is_binding(verdict)
        if failed and not known & set(verdict.because):
            for capability in sorted(
                {i.capability for i in crosswalk().links_to(verdict.catalogue, verdict.provision)}
            ):
                broken.setdefault(capability, []).append(f"{verdict.catalogue} {verdict.provision}")
    return {name: tuple(broken[name]) for name in sorted(broken)}


def _summary(catalogue: Catalogue, verdicts: list[Verdict]) -> Summary:
    counts = _count(verdicts)
    binding = _count(verdict for verdict in verdicts if is_binding(verdict))
    sentence = _sentence(counts, binding)
    return Summary(catalogue.id, catalogue.name, catalogue.edition, counts, binding, sentence)


def _count(verdicts: Iterable[Verdict]) -> dict[Outcome, int]:
    counted = Counter(verdict.outcome for verdict in verdicts)
    return {outcome: counted[outcome] for outcome in Outcome}


def _sentence(counts: Mapping[Outcome, int], binding: Mapping[Outcome, int]) -> str:
    failed, demanded = counts[Outcome.FAIL], binding[Outcome.FAIL]
    start = "No failure found"
    if failed:
        verb = "provision fails" if failed == 1 else "provisions fail"
        kinds = [f"{demanded} mandatory"] * (demanded > 0) + [f"{failed - demanded} recommended"] * (failed > demanded)
        start = f"{failed} {verb} ({', '.join(kinds)})"
    rest = [f"{counts[Outcome.INCONCLUSIVE]} inconclusive"]
    rest += [f"{counts[Outcome.PASS]} supported by complete evidence"] * (counts[Outcome.PASS] > 0)
    rest += [f"{counts[Outcome.NOT_APPLICABLE]} not applicable"] * (counts[Outcome.NOT_APPLICABLE] > 0)
    return f"{', '.join((start, *rest))}."
