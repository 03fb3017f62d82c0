"""The sentences of the verdicts: what was claimed, shown, contradicted, or not looked at."""

from collections.abc import Iterable, Mapping, Sequence

from fairmark.model.device import Claim
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Finding, Method, Observation
from fairmark.model.gap import Gap

NO_TEST = "no evidence that this program can take establishes it"
_NAMED = 3


def listed(items: Iterable[str], *, most: int = _NAMED) -> str:
    """Join the first few items and count the rest."""
    found = list(items)
    rest = len(found) - most
    return "; ".join(found[:most]) + (f"; and {rest} more" if rest > 0 else "")


def shown(findings: Iterable[Finding]) -> str:
    """Name findings with their grade, severity and rule."""
    worst = sorted(findings, key=lambda f: (f.confidence, f.id))
    return listed(f"{f.title} (grade {f.confidence}, {f.severity}, rule {f.rule})" for f in worst)


def failed(findings: Iterable[Finding], unknown: Sequence[str], claim: Claim | None) -> str:
    """Say which findings fail the provision."""
    said = [f"Found: {shown(findings)}."]
    if unknown:
        said.append(
            f"The profile does not state {', '.join(unknown)}; what was found fails the provision all the same."
        )
    if claim is not None and claim.implemented is True:
        said.append("This contradicts the maker's claim that it is implemented.")
    elif claim is not None and claim.implemented is False:
        said.append("The maker states that it is not implemented.")
    elif claim is not None:
        said.append("The maker's claim that it does not apply is not borne out.")
    return " ".join(said)


def failed_by_claim(claim: Claim) -> str:
    """Say that the maker's own statement fails the provision."""
    reason = " ".join(claim.reason.split())
    return "The maker states that it is not implemented." + (f" Reason given: {_sentence(reason)}" if reason else "")


def outside(condition: str, facts: str, claim: Claim | None) -> str:
    """Say why the provision does not apply."""
    said = [f"It applies only where {condition}; {facts}."]
    if claim is not None and claim.implemented is not None:
        word = "implemented" if claim.implemented else "not implemented"
        said.append(f"The maker claims it as {word} all the same.")
    elif claim is not None and not claim.reason.strip():
        said.append("The maker's claim that it does not apply gives no reason.")
    return " ".join(said)


def outside_but_found(facts: str, findings: Iterable[Finding]) -> str:
    """Say that a finding speaks against the facts that would put the provision out of play."""
    return f"By the facts it does not apply ({facts}), but what was found speaks against them: {shown(findings)}."


def known_facts(facts: Mapping[str, bool], declared: Mapping[str, bool]) -> str:
    """Name facts with their value and where they come from."""
    return ", ".join(
        f"{fact} is {str(value).lower()} ({'declared' if declared.get(fact) is value else 'seen in the image'})"
        for fact, value in sorted(facts.items())
    )


def unknown_condition(condition: str, unknown: Iterable[str], speaking: Sequence[Finding], claim: Claim | None) -> str:
    """Say which facts are missing to know whether the provision applies."""
    said = [f"It applies only where {condition}; not known: {', '.join(unknown)}."]
    if speaking:
        said.append(f"Speaks against it: {shown(speaking)}.")
    return " ".join((*said, *_claim_words(claim)))


def state_facts(unknown: Iterable[str], tests: str) -> str:
    """Say that the missing facts come first, then the tests."""
    return f"in device.yaml under facts: {', '.join(unknown)}" + (f"; then {tests}" if tests else "")


def passed(observations: Iterable[Observation], used: Sequence[Method]) -> str:
    """Say what was seen, by which methods, and that it agrees with the claim."""
    seen = _seen(observations)
    if list(used) == [Method.FIRMWARE_STATIC]:
        return f"Seen: {seen}. Every place that could hold the opposite was examined, and the maker claims the same."
    where = " and ".join(_PLACES[method] for method in used)
    return f"Seen: {seen}. Everything that had to be examined {where} was, and the maker claims the same."


_PLACES = {
    Method.FIRMWARE_STATIC: "in the image",
    Method.NETWORK_PROBE: "at the live device",
    Method.DOCUMENT: "in documents",
    Method.FEED_OR_HISTORY: "in feeds or history",
    Method.HUMAN: "by hand",
}


def unseen(title: str, method: Method) -> str:
    """Say that nothing speaks for a capability by a method that is needed."""
    if method is Method.FIRMWARE_STATIC:
        return f'nothing examined speaks for "{title}"'
    return f'nothing examined {_PLACES[method]} speaks for "{title}"'


def incomplete(title: str, method: Method) -> str:
    """Say that what speaks for a capability by a method does not cover everything."""
    place = "" if method is Method.FIRMWARE_STATIC else f" {_PLACES[method]}"
    return f'what speaks for "{title}"{place} does not cover every place that could hold the opposite'


def row_against_condition(applies: bool | None, claim: Claim) -> str:  # noqa: FBT001 - a value of three
    """Say that the maker's row and the condition of the provision contradict each other; empty when they do not."""
    if applies is True and claim.implemented is None:
        return "The maker's row says that it does not apply, but by the facts it does."
    if applies is False and claim.implemented is not None:
        word = "implemented" if claim.implemented else "not implemented"
        return f"The maker's row says {word}, but by the facts it does not apply."
    return ""


def restricted(text: str, unknown: Sequence[str]) -> str:
    """Say where meeting the words gives no presumption of conformity, and what decides whether that is so here."""
    return f"{text} Not known here: {', '.join(unknown)}." if unknown else text


def reasons_recorded(count: int) -> str:
    """Say that every recommendation that is not shown to be met has its reason."""
    start = f"A reason is recorded for {count} recommendations, and the others are shown to be met."
    return f"{start} Whether the reasons hold is for a reader."


def still_open(
    obstacles: Iterable[str],
    speaking: Sequence[Finding],
    observed: Sequence[Observation],
    claim: Claim | None,
    papers: Mapping[str, Evidence | None],
) -> str:
    """Say why neither PASS nor FAIL can be given."""
    said = [f"Open: {listed(obstacles, most=9)}."]
    if speaking:
        said.append(f"Speaks against it without deciding: {shown(speaking)}.")
    if observed:
        said.append(f"Speaks for it without deciding: {_seen(observed)}.")
    named = [field for field, paper in papers.items() if paper is not None]
    if named:
        said.append(f"The profile names {', '.join(named)}: a claim.")
    elif papers:
        said.append(f"The profile names no {' or '.join(papers)}; one may exist all the same.")
    return " ".join((*said, *_claim_words(claim)))


def gaps(found: Sequence[Gap]) -> str:
    """Say that parts were not examined, naming the first."""
    parts = "1 part was" if len(found) == 1 else f"{len(found)} parts were"
    first = min(found, key=lambda gap: (gap.where, gap.reason))
    return f"{parts} not examined and could hold the opposite (such as {first.where}: {first.reason.replace('_', ' ')})"


def no_reason(provisions: Sequence[str]) -> str:
    """Say for which recommendations the maker's rows give no reason."""
    return f"No reason is recorded for {len(provisions)} unmet or excluded recommendations: {', '.join(provisions)}."


def unrecorded(provisions: Sequence[str]) -> str:
    """Say which unmet recommendations have no row at all: a reason may be recorded elsewhere."""
    return f"Unmet recommendations for which this profile has no row: {', '.join(provisions)}."


def _seen(observations: Iterable[Observation]) -> str:
    return listed(dict.fromkeys(o.statement.strip().rstrip(".") for o in observations))


def _claim_words(claim: Claim | None) -> tuple[str, ...]:
    if claim is None:
        return ()
    if claim.implemented is None:
        return ("The maker claims that it does not apply; no stated or seen fact says so.",)
    if claim.implemented:
        return ("The maker claims that it is implemented.",)
    return ("The maker states that it is not implemented; if it applies, that fails it.",)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
