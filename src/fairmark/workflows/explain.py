"""Answer "what is this, and where does it come from?" for every id that Fairmark prints."""

from collections.abc import Callable, Iterator

from fairmark.errors import WrongUsageError
from fairmark.model.assessment import Assessment
from fairmark.model.finding import Finding
from fairmark.model.risk import Input, Loss, ScenarioLoss
from fairmark.model.value import Value
from fairmark.model.vocabulary import vocabulary
from fairmark.risk import explain as prices
from fairmark.risk.calibration import Calibration
from fairmark.risk.fleet import SCENARIOS
from fairmark.standards.condition import facts_of
from fairmark.standards.library import catalogues, crosswalk
from fairmark.workflows.rules_of_findings import rules_of_findings

SIDES = ("private", "external", "social")
FIGURES = ("mean", "p50", "p90", "p95", "p99")


class Explanation(Value):
    """What one id means: a title, rows of label and text, and other ids that lead on."""

    id: str
    kind: str
    title: str
    rows: tuple[tuple[str, str], ...] = ()
    see: tuple[str, ...] = ()


def explain(
    name: str, calibration: Calibration, *, year: int, assessment: Assessment | None = None
) -> tuple[Explanation, ...]:
    """Return everything that ``name`` stands for, or the list of names when it names a whole kind.

    ``year`` is the current year: a number older than five years is marked.

    Raises:
        WrongUsageError: when nothing bears the name; the hint names the nearest.
    """
    wanted = name.strip()
    found = [*_kinds(wanted, calibration), *(one for look in _LOOKS for one in look(wanted))]
    found += _numbers(wanted, calibration, year)
    if assessment is not None:
        found += _figure(wanted, assessment)
        found += (_finding(one) for one in assessment.findings if one.id == wanted)
    elif wanted.split(".")[0] in SIDES:
        raise WrongUsageError(f"{wanted} is a figure of an assessment", hint="Add --assessment out/assessment.json.")
    if not found:
        raise WrongUsageError(f"nothing is called {wanted!r}", hint=_nearest(wanted, names(calibration)))
    return tuple(found)


def names(calibration: Calibration) -> dict[str, tuple[str, ...]]:
    """Return kind -> all ids of that kind."""
    words = vocabulary()
    return {
        "rules": tuple(rule.id for rule in rules_of_findings()),
        "weaknesses": tuple(words.weaknesses),
        "controls": tuple(words.controls),
        "capabilities": tuple(words.capabilities),
        "facts": tuple(words.facts),
        "provisions": tuple(f"{one.id} {p.id}" for one in catalogues() for p in one.provisions),
        "scenarios": tuple(SCENARIOS),
        "numbers": tuple(calibration.entries),
    }


def _rules(name: str) -> Iterator[Explanation]:
    for rule in rules_of_findings():
        if rule.id == name:
            rows = (
                ("looks for", rule.what),
                ("known false positives", rule.false_positives),
                ("what to do", rule.fix),
                ("severity", rule.severity),
                ("CWE", rule.cwe),
                *(("see", reference) for reference in rule.references),
            )
            yield _made(name, "rule", rule.title, rows, (rule.weakness,))


def _weaknesses(name: str) -> Iterator[Explanation]:
    if one := vocabulary().weaknesses.get(name):
        rows = (
            ("capability", one.capability),
            ("moves", ", ".join(one.factors)),
            ("mended by", ", ".join(one.controls)),
            ("found by", ", ".join(rule.id for rule in rules_of_findings() if rule.weakness == name)),
        )
        yield _made(name, "weakness", one.title, rows, (one.capability, *one.controls))


def _controls(name: str) -> Iterator[Explanation]:
    words = vocabulary()
    if one := words.controls.get(name):
        costs = [part for part in (one.cost.once, one.cost.per_unit, one.cost.per_year) if part]
        mends = [weakness for weakness, w in words.weaknesses.items() if name in w.controls]
        rows = (
            ("effect", one.effect),
            ("cost", ", ".join(costs)),
            ("delay", one.delay_days),
            ("mends", ", ".join(mends)),
        )
        yield _made(name, "control", one.title, rows, (one.effect, *costs, one.delay_days))


def _capabilities(name: str) -> Iterator[Explanation]:
    if one := vocabulary().capabilities.get(name):
        links = [f"{link.catalogue} {link.provision} ({link.can})" for link in crosswalk() if link.capability == name]
        rows = (
            ("who can judge it", one.automation),
            *((f"settled by ({method})", text) for method, text in one.settled_by.items()),
            ("provisions", ", ".join(links)),
        )
        yield _made(name, "capability", one.title, rows)


def _facts(name: str) -> Iterator[Explanation]:
    words = vocabulary()
    if name in words.facts:
        users = [
            f"{one.id} {p.id}"
            for one in catalogues()
            for p in one.provisions
            if p.condition and name in facts_of(p.condition)
        ]
        implied = ", ".join(words.implied.get(name, {}))
        yield _made(
            name,
            "fact",
            words.facts[name],
            (
                ("implies", implied),
                ("decides whether these apply", ", ".join(users) or "no provision of the catalogues here"),
            ),
        )


def _provisions(name: str) -> Iterator[Explanation]:
    for one in catalogues():
        for p in one.provisions:
            if name in {p.id, f"{one.id} {p.id}", f"{one.id}:{p.id}"}:
                links = [f"{i.capability} ({i.can})" for i in crosswalk().links_to(one.id, p.id)]
                rows = (
                    ("of", f"{one.name}, {one.edition}"),
                    ("status", p.status),
                    ("applies when", p.condition_text or "always"),
                    ("levels", ", ".join(p.levels)),
                    ("law from", str(one.first_day(p.group) or "")),
                    ("who can judge it", p.automation),
                    ("evidence", ", ".join(links)),
                    ("settled by", p.settled_by),
                    ("confidence of our data", one.confidence),
                )
                yield _made(f"{one.id} {p.id}", "provision", p.title, rows)


def _kinds(name: str, calibration: Calibration) -> Iterator[Explanation]:
    """List the ids of a whole kind, each with what it is."""
    words = vocabulary()
    titles: dict[str, Callable[[], dict[str, str]]] = {
        "rules": lambda: {rule.id: rule.title for rule in rules_of_findings()},
        "weaknesses": lambda: {key: one.title for key, one in words.weaknesses.items()},
        "controls": lambda: {key: one.title for key, one in words.controls.items()},
        "capabilities": lambda: {key: one.title for key, one in words.capabilities.items()},
        "facts": lambda: words.facts,
        "provisions": lambda: {f"{one.id} {p.id}": p.title for one in catalogues() for p in one.provisions},
        "scenarios": lambda: {key: SCENARIOS[key].title for key in SCENARIOS},
        "numbers": lambda: {key: entry.what for key, entry in calibration.entries.items()},
    }
    if name in titles:
        yield _made(name, "list", f"All {name}", tuple(titles[name]().items()))


def _numbers(name: str, calibration: Calibration, year: int) -> Iterator[Explanation]:
    """Explain an entry of the calibration or a scenario."""
    if name in calibration.entries:
        yield _number(prices.explain_input(calibration, name, year_now=year))
    if name in SCENARIOS:
        one = prices.explain_scenario(calibration, name, year_now=year)
        rows = [("equation", one.equation), ("raised by", ", ".join(one.weaknesses))]
        rows += [(each.entry.id, _brief(each)) for each in one.inputs]
        yield _made(name, "scenario", one.title, tuple(rows))


def _number(one: prices.InputExplained) -> Explanation:
    entry = one.entry
    rows = (
        ("range", f"{entry.distribution.kind} {entry.distribution.low:g} to {entry.distribution.high:g}"),
        ("implied", f"mean {one.mean:.3g}, median {one.median:.3g}, 5 % {one.low:.3g}, 95 % {one.high:.3g}"),
        ("unit", " ".join(part for part in (entry.unit, entry.currency or "", f"per {entry.per}") if part)),
        ("year", str(entry.year)),
        ("source", entry.source),
        ("assumed", "yes" if entry.assumed else "no"),
        ("confidence", entry.confidence),
        ("doubt (amber)", "; ".join(one.amber)),
        ("note", entry.note),
        ("used in", ", ".join(one.scenarios)),
        ("moved by", ", ".join(one.weaknesses)),
        ("changed by", ", ".join(one.controls)),
        ("replaced", "by your own figures" if one.replaced else ""),
    )
    return _made(entry.id, "number", entry.what, rows, (*one.scenarios, *one.controls))


def _brief(one: prices.InputExplained) -> str:
    assumed = "assumed" if one.entry.assumed else "published"
    amber = f"; amber: {'; '.join(one.amber)}" if one.amber else ""
    return f"{one.entry.what}: mean {one.mean:.3g} {one.entry.unit} ({assumed}; {one.entry.source}{amber})"


def _figure(name: str, assessment: Assessment) -> Iterator[Explanation]:
    """Explain a figure of the assessment, such as ``private.p95``: its bracket, scenarios and inputs."""
    side, _, figure = name.partition(".")
    if side not in SIDES or figure not in FIGURES:
        return
    risk = assessment.risk
    loss: Loss = getattr(risk, side)
    low, high = getattr(loss.bounds, figure)
    parts = [f"{one.id} {_share(one, side):,.0f}" for one in risk.scenarios]
    sources = [
        (one.id, f"{one.what}: {one.low:g} to {one.high:g} {_unit(one)} ({_origin(one)}; {one.source})")
        for one in risk.inputs
    ]
    rows = (
        ("value", f"{getattr(loss, figure):,.0f} {risk.currency} a year"),
        ("bracket of the computation", f"{low:,.0f} to {high:,.0f}"),
        ("what we do not know", f"yearly mean {loss.epistemic[0]:,.0f} to {loss.epistemic[1]:,.0f}"),
        ("what varies by year", f"{loss.yearly[0]:,.0f} to {loss.yearly[1]:,.0f}"),
        ("scenarios", "yearly means: " + ", ".join(parts)),
        ("inputs", f"{risk.assumed_inputs} of {len(risk.inputs)} assumed"),
        *sources,
    )
    yield _made(name, "figure", f"Loss of one year, {side}, {figure}", rows, tuple(one.id for one in risk.scenarios))


def _share(scenario: ScenarioLoss, side: str) -> float:
    return scenario.private + scenario.external if side == "social" else float(getattr(scenario, side))


def _unit(one: Input) -> str:
    return one.currency if one.unit == "money" else one.unit


def _origin(one: Input) -> str:
    return "assumed" if one.assumed else "published"


_LOOKS: tuple[Callable[[str], Iterator[Explanation]], ...] = (
    _rules, _weaknesses, _controls, _capabilities, _facts, _provisions,
)  # fmt: skip


def _made(
    name: str, kind: str, title: str, rows: tuple[tuple[str, str], ...], see: tuple[str, ...] = ()
) -> Explanation:
    """Make an explanation without its empty rows."""
    return Explanation(id=name, kind=kind, title=title, rows=tuple((k, str(v)) for k, v in rows if v), see=see)


def _finding(finding: Finding) -> Explanation:
    rows = (
        ("grade and reach", f"{finding.confidence}, {finding.reach}"),
        ("evidence", ", ".join(finding.evidence)),
        ("what to do", finding.fix),
    )
    return _made(finding.id, "finding", finding.title, rows, (finding.rule, finding.weakness))


def _nearest(wanted: str, known: dict[str, tuple[str, ...]]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only needed to word a fault

    everything = [*known, *(name for group in known.values() for name in group)]
    near = get_close_matches(wanted, everything, n=3) or [name for name in everything if wanted and wanted in name][:3]
    return f"Did you mean {', '.join(near)}?" if near else f"Kinds: {', '.join(known)}; name one to see its ids."
