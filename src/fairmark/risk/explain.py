"""Where a number comes from: what ``fairmark explain`` says of an entry, a control's costs or a scenario."""

from collections.abc import Sequence
from dataclasses import dataclass

from fairmark.errors import WrongUsageError
from fairmark.model.vocabulary import vocabulary
from fairmark.risk.calibration import Calibration, Entry
from fairmark.risk.fleet import SCENARIOS
from fairmark.risk.weaknesses import EFFECTS

OLD_AFTER_YEARS = 5
# Who sells what the figure speaks for; a single one of them as the source is a reason to doubt.
VENDORS = (
    "Armis",
    "Axelspire",
    "Bitdefender",
    "Broadband Genie",
    "Bugcrowd",
    "Cloudflare",
    "CRA Evidence",
    "Cyentia",
    "Fastly",
    "IBM",
    "Kaspersky",
    "Mandiant",
    "NETGEAR",
    "NETSCOUT",
    "NetDiligence",
    "Nokia",
    "Sophos",
    "StormWall",
    "Zayo",
)


@dataclass(frozen=True, slots=True)
class InputExplained:
    """One number with all that is known about it. ``amber`` holds the reasons to doubt it; empty: none."""

    entry: Entry
    mean: float
    median: float
    low: float
    high: float
    amber: tuple[str, ...]
    scenarios: tuple[str, ...]
    weaknesses: tuple[str, ...]
    controls: tuple[str, ...]
    replaced: bool


@dataclass(frozen=True, slots=True)
class ScenarioExplained:
    """One scenario: its equation, what raises it, and every number in it."""

    id: str
    title: str
    equation: str
    weaknesses: tuple[str, ...]
    inputs: tuple[InputExplained, ...]


def explain_input(calibration: Calibration, name: str, *, year_now: int) -> InputExplained:
    """Say what an entry is, what its range implies, where it comes from and where it is used.

    Args:
        calibration: the numbers.
        name: id of the entry.
        year_now: the current year, to tell what is old.

    Raises:
        WrongUsageError: no such entry.
    """
    entry = calibration.entry(name)
    law, words = entry.law, vocabulary()
    return InputExplained(
        entry=entry,
        mean=law.mean,
        median=float(law.quantile(0.5)),
        low=float(law.quantile(0.05)),
        high=float(law.quantile(0.95)),
        amber=_amber(entry, year_now),
        scenarios=tuple(key for key, scenario in SCENARIOS.items() if name in scenario.inputs),
        weaknesses=tuple(sorted(key for key, effect in EFFECTS.items() if name in effect.inputs)),
        controls=tuple(
            sorted(
                key
                for key, c in words.controls.items()
                if name in {c.effect, c.delay_days, c.cost.once, c.cost.per_unit, c.cost.per_year}
                or name in calibration.entry(c.effect).acts_on
            )
        ),
        replaced=name in calibration.replaced,
    )


def explain_scenario(calibration: Calibration, name: str, *, year_now: int) -> ScenarioExplained:
    """Say what a scenario is made of, down to the sources.

    Raises:
        WrongUsageError: no such scenario.
    """
    if name not in SCENARIOS:
        raise WrongUsageError(f"there is no scenario {name!r}", hint=f"There are: {', '.join(SCENARIOS)}.")
    scenario = SCENARIOS[name]
    raising = sorted(key for key, effect in EFFECTS.items() if name in effect.scenarios)
    named = scenario.inputs.union(*(EFFECTS[key].inputs for key in raising)) & set(calibration.entries)
    return ScenarioExplained(
        id=name,
        title=scenario.title,
        equation=scenario.equation,
        weaknesses=tuple(raising),
        inputs=tuple(explain_input(calibration, each, year_now=year_now) for each in sorted(named)),
    )


def _amber(entry: Entry, year_now: int) -> tuple[str, ...]:
    reasons: list[str] = []
    if year_now - entry.year > OLD_AFTER_YEARS:
        reasons.append(f"from {entry.year}, older than five years")
    vendors = _vendors(entry.source)
    if len(vendors) == 1:
        reasons.append(f"rests on a single vendor ({vendors[0]})")
    return tuple(reasons)


def _vendors(source: str) -> Sequence[str]:
    """Return the vendors behind a source; nobody if somebody else stands behind it too."""
    parts = [part for part in source.split(";") if "own judgement" not in part]
    named = [[vendor for vendor in VENDORS if vendor in part] for part in parts]
    return sorted({vendor for each in named for vendor in each}) if all(named) else []
