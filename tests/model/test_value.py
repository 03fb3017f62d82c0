import math

import pytest
from pydantic import ValidationError

from fairmark.model.evidence import Evidence, EvidenceKind, Tool, Where
from fairmark.model.risk import Reduction
from fairmark.model.value import canonical_json, content_id, plain


def test_canonical_json_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical_json({"b": 1, "a": [2, {"d": 3, "c": "é"}]}) == '{"a":[2,{"c":"é","d":3}],"b":1}'.encode()


def test_floats_are_written_with_nine_significant_digits() -> None:
    assert plain({"third": 1 / 3, "whole": 3.0, "huge": 123456789012.5}) == {
        "third": 0.333333333,
        "whole": 3,
        "huge": 123456789000,
    }


@pytest.mark.parametrize("nonsense", [math.nan, math.inf, -math.inf])
def test_a_value_refuses_what_is_no_number(nonsense: float) -> None:
    with pytest.raises(ValidationError):
        Reduction(private=nonsense, external=0)


def test_a_value_refuses_a_field_it_does_not_know() -> None:
    with pytest.raises(ValidationError):
        Reduction.model_validate({"private": 0, "external": 0, "social": 0})


def test_a_value_does_not_change() -> None:
    value = Reduction(private=1, external=2)

    with pytest.raises(ValidationError):
        value.private = 3  # type: ignore[misc]


def test_an_id_follows_from_the_content_alone() -> None:
    assert content_id("x", "a", {"b": 1, "c": 2}) == content_id("x", "a", {"c": 2, "b": 1})
    assert content_id("x", "a") != content_id("x", "b")


def test_an_id_written_by_hand_into_evidence_is_replaced() -> None:
    seen = Evidence(kind=EvidenceKind.FILE, where=Where(path="/etc/passwd"), tool=Tool(name="t", version="1"))

    forged = Evidence.model_validate(seen.model_dump() | {"id": "ev-0000000000000000"})

    assert forged.id == seen.id
