"""One check of everything that the standards rest on."""

from fairmark.workflows.standards_check import check
from tests.doubles.assessments import assessment


def test_nothing_hangs_loose() -> None:
    found = check()

    assert found.faults == ()
    assert found.editions == ()
    assert (found.catalogues, found.own) == (11, 0)
    assert found.links >= 600


def test_a_reading_is_history_and_is_counted_as_it_was_read() -> None:
    found = check()

    counted = {one.round: (one.of, one.demands, one.opinions) for one in found.agreements}
    assert counted == {"1": (50, 48, 24), "2": (50, 46, 48), "3": (50, 36, 48)}


def test_an_assessment_by_an_edition_that_is_gone_is_named() -> None:
    one = assessment()
    inputs = one.inputs.model_copy(update={"catalogues": {"acme-2025": "0" * 64}})

    found = check((one.model_copy(update={"inputs": inputs}),))

    assert len(found.editions) == 1
    assert "acme-2025" in found.editions[0]
