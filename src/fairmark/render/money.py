"""How much is enough, in words: the two optima, what lies between them, what a budget buys, and waiting for a fix."""

from collections.abc import Sequence

from fairmark.model.risk import Budget, Choice, Enough, Interval, LevelPrice, Shipping, Swing
from fairmark.model.standard import Level
from fairmark.model.vocabulary import vocabulary
from fairmark.render.wording import LEVELS, amount, count, money, money_range

NOT_ADVICE = "what incentives pay for, not advice"


def title_of(control: str) -> str:
    """Return what a control is called."""
    known = vocabulary().controls.get(control)
    return known.title if known else control


def span(interval: Interval) -> str:
    """Return ``54 k to 310 k``, or one amount where both ends read the same."""
    low, high = (amount(end) for end in interval)
    return low if low == high else f"{low} to {high}"


def rows_of(enough: Enough) -> tuple[tuple[str, str, Choice], ...]:
    """Return the sets to compare, each with its name and what it is."""
    return (
        ("As it is", "", enough.as_is),
        ("Law alone", "nothing beyond what a law requires", enough.law),
        ("Private optimum", NOT_ADVICE, enough.private),
        ("Social optimum", "the recommendation", enough.social),
    )


def proof_of(choice: Choice, currency: str) -> str:
    """Say how good a set is known to be."""
    if choice.proven and choice.gap < 0.5:
        return "no better set exists"
    known = "no better set saves more than" if choice.proven else "not proven: another set may save up to"
    return f"{known} {money(choice.gap, currency)} a year more"


def between(enough: Enough, currency: str) -> str:
    """Say what liability has to close."""
    if set(enough.private.controls) == set(enough.social.controls):
        return "Both optima are the same set: the maker's own money pays for what is best for everybody."
    pays, saves = enough.maker_pays, enough.others_save
    return (
        f"From the private to the social set the maker pays {money_range(pays.range, currency)} a year more "
        f"(mean {amount(pays.mean)}), and everybody else loses {money_range(saves.range, currency)} less "
        f"(mean {amount(saves.mean)}): that is what liability has to close."
    )


def ceiling_sentence(enough: Enough, currency: str) -> str:
    """Return the sanity line after Gordon and Loeb."""
    cost = enough.social.cost.mean
    holds = "below it" if cost <= enough.ceiling_social else "above it, so look again at the costs"
    return (
        f"Sanity line (Gordon and Loeb, one asset under their assumptions): never spend more than expected loss / e, "
        f"{money(enough.ceiling_private, currency)} a year for the maker alone and "
        f"{money(enough.ceiling_social, currency)} for everybody; the social set costs {amount(cost)}, {holds}."
    )


def added(enough: Enough) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what each set consists of: the law's measures, what the private set adds, what the social one has."""
    law = set(enough.law.controls)
    private, social = set(enough.private.controls), set(enough.social.controls)
    rows = [("The law requires", law), ("Private optimum adds", private - law)]
    rows.append(("Social optimum adds to both", social - private - law))
    if private - social:
        rows.append(("It leaves out", private - social))
    return tuple((name, tuple(title_of(one) for one in sorted(controls))) for name, controls in rows if controls)


def distinct(frontier: Sequence[Budget]) -> tuple[Budget, ...]:
    """Return the budgets that buy another set than the one before."""
    found: list[Budget] = []
    for point in frontier:
        if not found or point.best.controls != found[-1].best.controls:
            found.append(point)
    return tuple(found)


def telling(frontier: Sequence[Budget], least: float = 0.05) -> tuple[Budget, ...]:
    """Return the budgets that leave everybody noticeably less than the one before: by a share of ``least``."""
    found: list[Budget] = []
    for point in frontier:
        if not found or point.best.social.mean <= (1 - least) * found[-1].best.social.mean:
            found.append(point)
    return tuple(found)


def swing_line(swing: Swing, side: str) -> str:
    """Return ``2 to 800 USD: 1.7 m to 15 m`` for one side: private, external or social."""
    values = [_side(end.private, end.external, side) for end in swing.ends]
    if swing.of_device:
        return "; ".join(f"{end.at}: {amount(value)}" for end, value in zip(swing.ends, values, strict=True))
    low, high = swing.ends[0].at, swing.ends[-1].at
    value, _, unit = low.partition(" ")
    low = value if high.endswith(f" {unit}") else low
    return f"{low} to {high}: {amount(values[0])} to {amount(values[-1])}"


def moved(swings: Sequence[Swing], side: str) -> tuple[tuple[Swing, float, float], ...]:
    """Return what moves one side, with where it moves the mean, the widest first."""
    found = []
    for swing in swings:
        values = [_side(end.private, end.external, side) for end in swing.ends]
        # An input rises from its first end to its last; a fact starts from what is used now.
        far = max(values, key=lambda value: abs(value - values[0]))
        if abs(far - values[0]) >= 0.5:
            found.append((swing, values[0], far))
    return tuple(sorted(found, key=lambda row: (-abs(row[2] - row[1]), row[0].id)))


def waiting(row: Shipping, currency: str) -> str:
    """Return both sides of shipping now against waiting, the law first."""
    low, high = (a + b for a, b in zip(row.ship_private.range, row.ship_external.range, strict=True))
    law = f"{', '.join(row.forbidden_by)} forbids shipping without it, whatever it costs. " if row.forbidden_by else ""
    late = count(round(row.delay_days.mean), "day")
    return (
        f"{law}{late} of waiting cost the maker {money_range(row.wait.range, currency)} of margin; "
        f"shipping now costs everybody {money_range((low, high), currency)}"
    )


def _side(private: float, external: float, side: str) -> float:
    return {"private": private, "external": external, "social": private + external}[side]


def level_rows(level: Level) -> tuple[tuple[str, LevelPrice, tuple[str, ...]], ...]:
    """Return name, price and the measures that each level adds to the one below it."""
    rows, held = [], frozenset[str]()
    for one in level.prices:
        new = tuple(title_of(name) for name in one.controls if name not in held)
        rows.append((LEVELS[one.level], one, new))
        held |= frozenset(one.controls)
    return tuple(rows)


def turns_sentence(level: Level) -> str:
    """Return which other answers in the profile would ask for another level."""
    if not level.turns:
        return "No other answer to a single question of the profile would change it."
    by_level: dict[int, list[str]] = {}
    for turn in level.turns:
        by_level.setdefault(turn.level, []).append(f"{turn.field} {turn.value}")
    told = "; ".join(f"{LEVELS[number]} with {', '.join(by_level[number])}" for number in sorted(by_level))
    return f"What would change it, one answer of the profile at a time: {told}."
