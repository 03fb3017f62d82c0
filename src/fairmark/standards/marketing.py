"""Hold what a maker advertises against the evidence: supported, contradicted, empty, or open.

A sentence is understood by the patterns of ``marketing.yaml`` or not at all. Nothing is ever
called true: "supported" means that complete evidence speaks for it and none against, of what
was examined here. A sentence that nobody could ever test is called empty.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from pydantic import Field

from fairmark.errors import WrongUsageError
from fairmark.model.data import load_yaml
from fairmark.model.finding import Confidence, Finding, Observation, Reach, Severity
from fairmark.model.marketing import Advertised, Bearing, Part
from fairmark.model.standard import Outcome, Verdict
from fairmark.model.value import Value
from fairmark.standards.document_text import Sentence, Text
from fairmark.standards.summary import is_binding
from fairmark.standards.wording import listed, shown

PACKAGE, FILE = "fairmark.standards", "marketing.yaml"
MOST_SENTENCES = 2000
_DENIES = re.compile(r"\b(?:no|not|never|without|cannot|can't|won't|don't|doesn't|isn't|aren't|zero)\b", re.IGNORECASE)
_WORST_FIRST = (Bearing.CONTRADICTED, Bearing.EMPTY, Bearing.OPEN, Bearing.SUPPORTED, Bearing.NOT_JUDGED)
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_UNKNOWN = "It says nothing of security that is known here."


class Against(Value):
    """What contradicts a claim."""

    weaknesses: tuple[str, ...] = ()
    facts: dict[str, bool] = Field(default_factory=dict)
    severe: bool = False
    law: bool = False


class ClaimKind(Value):
    """One kind of claim."""

    title: str
    shows: tuple[tuple[str, ...], ...] = Field(min_length=1)
    denies: bool = False
    against: Against = Against()
    groups: tuple[tuple[str, ...], ...] = Field(default=(), alias="for")
    catalogues: dict[str, str] = Field(default_factory=dict)
    empty: str = ""
    open: str = ""


class MarketingFile(Value):
    """The schema of ``marketing.yaml``."""

    id: str
    version: str
    date: str
    claims: dict[str, ClaimKind]


@dataclass(frozen=True, slots=True)
class Known:
    """What an assessment knows, as far as advertising can be held against it."""

    findings: tuple[Finding, ...]
    observations: tuple[Observation, ...]
    facts: Mapping[str, bool]
    verdicts: tuple[Verdict, ...]
    support_until: date | None
    today: date


@cache
def kinds() -> Mapping[str, ClaimKind]:
    """Return the kinds of claims, read once."""
    return MarketingFile.model_validate(load_yaml(PACKAGE, FILE)).claims


def judge_marketing(text: Text, known: Known) -> tuple[Advertised, ...]:
    """Return every sentence in its order with how the evidence stands to it.

    Raises WrongUsageError for more than 2,000 sentences, or a text that is not in English.
    """
    if len(text.sentences) > MOST_SENTENCES:
        raise WrongUsageError(
            f"the advertising has more than {MOST_SENTENCES} sentences", hint="Give the claims alone."
        )
    if not text.english:
        raise WrongUsageError("the advertising does not seem to be in English", hint="Give an English translation.")
    return tuple(_sentence(one, known) for one in text.sentences)


def _sentence(sentence: Sentence, known: Known) -> Advertised:
    parts = _settled_words([part for name, kind in kinds().items() for part in _part(name, kind, sentence.text, known)])
    bearing = min((part.bearing for part in parts), key=_WORST_FIRST.index, default=Bearing.NOT_JUDGED)
    return Advertised(line=sentence.line, sentence=sentence.text[:500], bearing=bearing, parts=parts)


def _settled_words(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Drop the vague kind where the same sentence says more exactly what is encrypted, or that it is secure."""
    names = {part.claim for part in parts}
    vague = {"encrypted"} if names & {"pictures-encrypted", "traffic-encrypted", "storage-encrypted"} else set()
    vague |= {"vague"} if names - {"vague"} else set()
    return tuple(part for part in parts if part.claim not in vague)


def _part(name: str, kind: ClaimKind, text: str, known: Known) -> Iterator[Part]:
    for every in _patterns(name):
        found = [pattern.search(text) for pattern in every]
        if not all(found):
            continue
        if text.endswith("?") or (not kind.denies and _DENIES.search(text)):
            reason = "It asks or denies, and is not understood."
            yield Part(claim=name, title=kind.title, bearing=Bearing.NOT_JUDGED, reason=reason)
        else:
            years = next((m["years"] for m in found if m and "years" in m.re.groupindex), None)
            yield _judged(name, kind, known, years, _named(kind, text))
        return


@cache
def _patterns(name: str) -> tuple[tuple[re.Pattern[str], ...], ...]:
    return tuple(tuple(re.compile(part, re.IGNORECASE) for part in every) for every in kinds()[name].shows)


def _named(kind: ClaimKind, text: str) -> tuple[str, ...]:
    """Return the starts of the ids of the catalogues that a sentence names; all of them when it names none."""
    named = tuple(start for start, words in kind.catalogues.items() if re.search(words, text, re.IGNORECASE))
    return named or ("",)


def _judged(name: str, kind: ClaimKind, known: Known, years: str | None, about: tuple[str, ...]) -> Part:
    reasons, because = _against(kind.against, known, about)
    if years is not None:
        reasons += _too_short(years, known)
    if reasons:
        bearing, reason = Bearing.CONTRADICTED, " ".join(reasons)
    elif kind.empty:
        bearing, reason, because = Bearing.EMPTY, kind.empty, ()
    else:
        bearing, reason, because = _for(kind, known)
    return Part(claim=name, title=kind.title, bearing=bearing, reason=reason, because=because)


def _against(against: Against, known: Known, about: tuple[str, ...]) -> tuple[list[str], tuple[str, ...]]:
    heard = [one for one in known.findings if one.confidence is not Confidence.C]
    found = [one for one in heard if one.weakness in against.weaknesses]
    if against.severe:
        found += [one for one in heard if one.severity is Severity.HIGH and one.reach.rank >= Reach.STARTED.rank]
    reasons = [f"Found: {shown(found)}."] if found else []
    facts = [name for name, value in against.facts.items() if known.facts.get(name) is value]
    reasons += [f"{name} is {str(against.facts[name]).lower()}, stated or seen." for name in facts]
    because = [*(one.id for one in found), *(name for one in found for name in one.evidence)]
    if against.law:
        failed = [v for v in known.verdicts if v.outcome is Outcome.FAIL and is_binding(v)]
        failed = [v for v in failed if v.catalogue.startswith(about)]
        named = listed(f"{v.catalogue} {v.provision}" for v in failed)
        reasons += [f"Mandatory provisions fail: {named}."] * bool(failed)
        because += [name for v in failed for name in v.because]
    return reasons, tuple(dict.fromkeys(because))


def _too_short(years: str, known: Known) -> list[str]:
    """Compare the promised years, counted from the day of the assessment, with the end that the profile names."""
    count = int(years) if years.isdigit() else _NUMBERS.index(years.lower()) + 1
    if known.support_until is None:
        return []
    last = date.fromordinal(min(known.today.toordinal() + round(count * 365.25) - 1, date.max.toordinal()))
    if known.support_until < last:
        return [f"Who buys today would need it until {last}; the profile ends support on {known.support_until}."]
    return []


def _for(kind: ClaimKind, known: Known) -> tuple[Bearing, str, tuple[str, ...]]:
    """Say whether complete evidence of one whole group speaks for the claim."""
    for group in kind.groups:
        told = [[o for o in known.observations if name in {o.rule, o.capability}] for name in group]
        if all(some and all(o.complete for o in some) for some in told):
            every = [o for some in told for o in some]
            said = listed(dict.fromkeys(o.statement.rstrip(".") for o in every))
            because = tuple(dict.fromkeys(name for o in every for name in o.evidence))
            return Bearing.SUPPORTED, f"Seen: {said}. Nothing found speaks against it.", because
    return Bearing.OPEN, f"Nothing examined here settles it; it would take {kind.open}.", ()


def counted(sentences: Iterable[Advertised]) -> Mapping[Bearing, int]:
    """Return how many sentences stand how, every kind in a fixed order."""
    found = list(sentences)
    return {bearing: sum(one.bearing is bearing for one in found) for bearing in _WORST_FIRST}
