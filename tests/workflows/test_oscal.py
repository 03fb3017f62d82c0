import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.errors import UnreadableInputError
from fairmark.model.standard import Automation, Catalogue, Earlier, Outcome, Provision, Restriction, Status, Verdict
from fairmark.render import oscal_catalogue, oscal_results
from fairmark.standards.library import catalogues
from fairmark.workflows.oscal import read_catalogue, read_results
from tests.doubles import assessments as doubles

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
DAYS = st.none() | st.dates()
LISTED = st.lists(WORDS, max_size=2).map(tuple)
NAMES = st.sampled_from(["en303645", "8425", "ä b", ""])
VERDICTS = st.builds(
    Verdict,
    catalogue=NAMES,
    edition=WORDS,
    provision=WORDS,
    title=WORDS,
    status=st.sampled_from(Status),
    outcome=st.sampled_from(Outcome),
    reason=WORDS,
    settled_by=WORDS,
    because=st.lists(st.sampled_from([doubles.PASSWORD.id, doubles.SHADOW.id, "gone", ""]), max_size=3).map(tuple),
    applies_from=DAYS,
    warnings=LISTED,
)
PROVISIONS = st.builds(
    Provision,
    id=WORDS,
    title=WORDS,
    status=st.sampled_from(Status),
    group=st.sampled_from(["1", " ", "elsewhere"]),
    condition=WORDS,
    condition_text=WORDS,
    levels=LISTED,
    automation=st.sampled_from(Automation),
    settled_by=WORDS,
)
CATALOGUES = st.builds(
    Catalogue,
    id=WORDS,
    name=WORDS,
    edition=WORDS,
    kind=WORDS,
    publisher=WORDS,
    markets=LISTED,
    applies_from=DAYS,
    levels=st.dictionaries(WORDS, WORDS, max_size=2),
    restrictions=st.lists(st.builds(Restriction, provisions=st.just(("1",)), when=WORDS, text=WORDS), max_size=2).map(
        tuple
    ),
    earlier=st.none() | st.builds(Earlier, catalogue=WORDS, sources=st.dictionaries(WORDS, LISTED, max_size=2)),
    confidence=WORDS,
    provenance=WORDS,
    groups=st.fixed_dictionaries({"1": WORDS, " ": WORDS}),
    provisions=st.lists(PROVISIONS, max_size=4).map(tuple),
)


@pytest.mark.parametrize("number", range(len(catalogues())))
def test_every_catalogue_comes_back_as_it_was(number: int) -> None:
    one = catalogues()[number]

    assert read_catalogue(oscal_catalogue.render(one), "c.json") == one


@settings(max_examples=60, deadline=None)
@given(CATALOGUES)
def test_any_catalogue_comes_back_as_it_was(one: Catalogue) -> None:
    assert read_catalogue(oscal_catalogue.render(one), "c.json") == one


@pytest.mark.parametrize("made", [doubles.assessment(), doubles.repaired()], ids=["flawed", "repaired"])
def test_the_verdicts_of_an_assessment_come_back_as_they_were(made: Any) -> None:
    assert read_results(oscal_results.render(made), "r.json") == made.verdicts


@settings(max_examples=80, deadline=None)
@given(st.lists(VERDICTS, min_size=1, max_size=6).map(tuple))
def test_any_verdicts_come_back_in_their_order(verdicts: tuple[Verdict, ...]) -> None:
    made = oscal_results.render(doubles.assessment(verdicts=verdicts))

    assert read_results(made, "r.json") == verdicts


def changed(content: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    data = json.loads(content)
    change(next(iter(data.values())))
    return json.dumps(data).encode()


def _title(document: dict[str, Any]) -> None:
    document["groups"][0]["controls"][0]["title"] = "Something else"


def _status(document: dict[str, Any]) -> None:
    document["groups"][0]["controls"][0]["props"][-1]["value"] = "perhaps"


def _no_digest(document: dict[str, Any]) -> None:
    document["metadata"]["props"] = []


def _twice(document: dict[str, Any]) -> None:
    document["groups"].append(document["groups"][0])


def _broken_json(document: dict[str, Any]) -> None:
    document["metadata"]["props"][0] |= {"class": "json", "value": "[" * 100_000}


def _long(document: dict[str, Any]) -> None:
    document["metadata"]["title"] = "x" * 30_000


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_title, "changed after the export"),
        (_status, "groups.0..controls.0.: status"),
        (_no_digest, "standards import"),
        (_twice, "second group"),
        (_broken_json, "no JSON|too long"),
        (_long, "too long"),
    ],
)
def test_a_catalogue_that_was_changed_is_refused(change: Callable[[dict[str, Any]], None], says: str) -> None:
    content = changed(oscal_catalogue.render(catalogues()[0]), change)

    with pytest.raises(UnreadableInputError, match=says):
        read_catalogue(content, "c.json")


def _outcome(document: dict[str, Any]) -> None:
    props = document["results"][0]["findings"][0]["props"]
    next(one for one in props if one["name"] == "outcome")["value"] = "FINE"


def _extra_field(document: dict[str, Any]) -> None:
    props = document["results"][0]["findings"][0]["props"]
    props.append({"name": "colour", "ns": "urn:fairmark:oscal", "value": "red"})


def _position_twice(document: dict[str, Any]) -> None:
    findings = document["results"][0]["findings"]
    findings.append(findings[0])


def _position_text(document: dict[str, Any]) -> None:
    document["results"][0]["findings"][0]["props"][0] = {"name": "position", "ns": "urn:fairmark:oscal", "value": "1"}


def _foreign(document: dict[str, Any]) -> None:
    for result in document["results"]:
        result.pop("findings", None)
        result.pop("observations", None)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_outcome, "outcome"),
        (_extra_field, "colour"),
        (_position_twice, "position"),
        (_position_text, "position"),
        (_foreign, "no verdict of Fairmark"),
    ],
)
def test_results_that_were_changed_are_refused(change: Callable[[dict[str, Any]], None], says: str) -> None:
    content = changed(oscal_results.render(doubles.assessment()), change)

    with pytest.raises(UnreadableInputError, match=says):
        read_results(content, "r.json")


@pytest.mark.parametrize("state", ["satisfied", "odd", None])
def test_a_state_that_does_not_agree_with_the_outcome_is_refused(state: str | None) -> None:
    def change(document: dict[str, Any]) -> None:
        found = next(one for one in document["results"][0]["findings"] if "fail" in one["target"]["status"].values())
        found["target"]["status"]["state"] = state

    with pytest.raises(UnreadableInputError, match="does not agree"):
        read_results(changed(oscal_results.render(doubles.assessment()), change), "r.json")
