import json

import pytest
import yaml

from fairmark.errors import WrongUsageError
from fairmark.workflows import exchange
from tests.doubles import assessments as given


def test_a_catalogue_is_exported_by_its_id() -> None:
    oscal = json.loads(exchange.export_catalogue("psti", exchange.OSCAL))
    library = yaml.safe_load(exchange.export_catalogue("psti", exchange.CISO_ASSISTANT))

    assert exchange.is_catalogue("psti")
    assert not exchange.is_catalogue("psti.json")
    assert list(oscal) == ["catalog"]
    assert library["ref_id"] == "psti"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("component-definition", "component-definition"),
        ("assessment-plan", "assessment-plan"),
        ("assessment-results", "assessment-results"),
        ("poam", "plan-of-action-and-milestones"),
    ],
)
def test_an_assessment_becomes_every_other_kind(kind: str, name: str) -> None:
    assert list(json.loads(exchange.export_assessment(given.assessment(), exchange.OSCAL, kind))) == [name]


def test_what_the_subject_does_not_hold_is_refused_with_a_hint() -> None:
    with pytest.raises(WrongUsageError, match="is made from an assessment"):
        exchange.export_catalogue("psti", exchange.OSCAL, "poam")
    with pytest.raises(WrongUsageError, match="no catalogue"):
        exchange.export_catalogue("guild", exchange.OSCAL)
    with pytest.raises(WrongUsageError, match="by its id") as caught:
        exchange.export_assessment(given.assessment(), exchange.OSCAL, exchange.CATALOGUE)
    with pytest.raises(WrongUsageError, match="by its id"):
        exchange.export_assessment(given.assessment(), exchange.CISO_ASSISTANT, "assessment-results")
    assert "psti" in caught.value.hint


@pytest.mark.parametrize("form", list(exchange.PAPERS))
@pytest.mark.parametrize("kind", exchange.kinds_of_declarations())
def test_every_document_can_be_begun_in_every_form(kind: str, form: str) -> None:
    made = exchange.declare(given.assessment(), kind, form)

    assert made.content == exchange.declare(given.assessment(), kind, form).content
    assert made.obstacles
    assert made.open_places
    assert len(made.content) > 1_000
