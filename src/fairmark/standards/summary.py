"""One sentence for each catalogue, and what the law of the markets requires."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from fairmark.model.finding import Finding
from fairmark.model.standard import Catalogue, Outcome, Status, Verdict
from fairmark.standards.library import crosswalk

NOTE = (
    "These verdicts rest on the evidence and the claims of this assessment alone. They give no presumption of "
    "conformity and are no certification; what is inconclusive is open, not met."
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
    failed: tuple[str, ...] = ()
    """What fails, recommendations last."""
    open: tuple[str, ...] = ()
    """What demands and is inconclusive."""
    warnings: tuple[str, ...] = ()
    """What a reader must know beside the outcomes, each once."""
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


def cited(verdict: Verdict, today: date | None) -> str:
    """Return a paragraph of law as people cite it, such as ``psti 1-2``; with its day where that is still to come."""
    name = f"{verdict.catalogue} {verdict.provision}"
    return f"{name} (from {verdict.applies_from})" if is_to_come(verdict, today) else name


def is_to_come(verdict: Verdict, today: date | None) -> bool:
    """Whether the law that the provision belongs to does not apply yet; never, when no day is given."""
    return today is not None and verdict.applies_from is not None and verdict.applies_from > today


def coming(
    verdicts: Iterable[Verdict], catalogues: Iterable[Catalogue], markets: Iterable[str], today: date
) -> tuple[str, ...]:
    """Return a sentence for each day on which broken law begins to apply: it counts as required, and says so."""
    laws = {item.id: item.name for item in law_in(markets, catalogues)}
    days: dict[tuple[date, str], list[str]] = {}
    for verdict in verdicts:
        broken = verdict.catalogue in laws and verdict.outcome is Outcome.FAIL and is_binding(verdict)
        if broken and verdict.applies_from is not None and is_to_come(verdict, today):
            days.setdefault((verdict.applies_from, verdict.catalogue), []).append(verdict.provision)
    return tuple(
        f"Law to come: {laws[name]} applies from {day} ({name} {', '.join(ids)}). What is sold from that day on must "
        "meet it, so its measures are listed as required already."
        for (day, name), ids in sorted(days.items())
    )


def required_by_law(
    verdicts: Iterable[Verdict],
    catalogues: Iterable[Catalogue],
    markets: Iterable[str],
    findings: Iterable[Finding],
    today: date | None = None,
) -> Mapping[str, tuple[str, ...]]:
    """Return finding id -> the paragraphs of law it breaks in these markets, such as ``psti 1-2``.

    A law that does not apply yet on ``today`` is among them, with its day. A finding that breaks a standard only is
    not in the answer: a standard is no law.
    """
    laws = {item.id for item in law_in(markets, catalogues)}
    known = {finding.id for finding in findings}
    broken: dict[str, list[str]] = {}
    for verdict in verdicts:
        if verdict.catalogue in laws and verdict.outcome is Outcome.FAIL and is_binding(verdict):
            for name in verdict.because:
                if name in known:
                    broken.setdefault(name, []).append(cited(verdict, today))
    return {name: tuple(broken[name]) for name in sorted(broken)}


def admitted(
    verdicts: Iterable[Verdict],
    catalogues: Iterable[Catalogue],
    markets: Iterable[str],
    findings: Iterable[Finding],
    today: date | None = None,
) -> Mapping[str, tuple[str, ...]]:
    """Return capability -> the paragraphs of law that fail by the maker's own word, with no finding behind them.

    A broad paragraph leads to those capabilities alone whose evidence could decide it, where there are any.
    """
    laws = {item.id for item in law_in(markets, catalogues)}
    known = {finding.id for finding in findings}
    broken: dict[str, list[str]] = {}
    for verdict in verdicts:
        failed = verdict.catalogue in laws and verdict.outcome is Outcome.FAIL and is_binding(verdict)
        if failed and not known & set(verdict.because):
            links = crosswalk().links_to(verdict.catalogue, verdict.provision)
            deciding = [link for link in links if link.can_fail] or list(links)
            for capability in sorted({link.capability for link in deciding}):
                broken.setdefault(capability, []).append(cited(verdict, today))
    return {name: tuple(broken[name]) for name in sorted(broken)}


def _summary(catalogue: Catalogue, verdicts: list[Verdict]) -> Summary:
    counts = _count(verdicts)
    binding = _count(verdict for verdict in verdicts if is_binding(verdict))
    sentence = _sentence(counts, binding)
    failed = [v for v in verdicts if v.outcome is Outcome.FAIL]
    return Summary(
        catalogue=catalogue.id,
        name=catalogue.name,
        edition=catalogue.edition,
        counts=counts,
        binding=binding,
        sentence=sentence,
        failed=tuple(v.provision for v in sorted(failed, key=lambda v: not is_binding(v))),
        open=tuple(v.provision for v in verdicts if is_binding(v) and v.outcome is Outcome.INCONCLUSIVE),
        warnings=tuple(dict.fromkeys(clause for v in verdicts for clause in v.warnings)),
    )


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
