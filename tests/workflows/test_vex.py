import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.errors import UnreadableInputError
from fairmark.model.device import Device
from fairmark.model.image import Build
from fairmark.model.vulnerability import Justification, Status
from fairmark.vulnerabilities.match import match
from fairmark.vulnerabilities.vex import MakerStatement, Named
from fairmark.workflows.vex import about, device_names, read_vex, told, word_of
from tests.doubles.assessments import device
from tests.doubles.flaws import KEV, TODAY, component, record, store

ROW = {"vulnerability": {"name": "CVE-2026-0001"}, "products": [{"@id": "pkg:generic/dropbear"}], "status": "fixed"}
DOCUMENT = {"@context": "https://openvex.dev/ns/v0.2.0", "statements": [ROW]}


def test_a_document_gives_its_statements() -> None:
    (one,) = read_vex(json.dumps(DOCUMENT).encode(), "vex.json")

    assert (one.cve, one.status) == ("CVE-2026-0001", Status.FIXED)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"{}", b'{"bomFormat": "CycloneDX"}', b"[" * 100_000, b'{"a":' * 50_000],
)
def test_what_is_no_vex_document_is_refused_in_our_own_words(content: bytes) -> None:
    with pytest.raises(UnreadableInputError) as caught:
        read_vex(content, "vex.json")

    assert "vex.json" in caught.value.message
    assert caught.value.hint


def test_a_flood_of_statements_is_refused() -> None:
    ids = [f"CVE-2026-{n:05d}" for n in range(40)]
    rows = [
        {"cve": one, "product_status": {"fixed": ["P"] * 1_000, "known_affected": ["P"] * 1_000}} for one in ids
    ] * 2
    document = {"document": {"csaf_version": "2.0"}, "vulnerabilities": rows}

    with pytest.raises(UnreadableInputError, match="more than"):
        read_vex(json.dumps(document).encode(), "vex.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3)
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(["products", "status", "affects", "analysis", "product_status"]), JSON))
def test_any_row_beside_a_good_one_is_read_or_passed_over(row: dict[str, object]) -> None:
    document = DOCUMENT | {"statements": [ROW, ROW | row, row]}

    assert read_vex(json.dumps(document).encode(), "vex.json")[0].status is Status.FIXED


def heard(statement: MakerStatement, **flaw: Any) -> tuple[Any, tuple[str, ...]]:
    """What the maker's word does to one flaw in dropbear, as counted and as told."""
    kept, names = about((statement,), device())
    matched = match((component(),), Build(), store(record(**flaw)), TODAY, maker=kept, device=names)
    word = word_of((statement,), kept, matched.vulnerabilities.statements)
    return word, told(word)


def denies(*products: Named, **more: Any) -> MakerStatement:
    given = {"justification": Justification.CODE_NOT_PRESENT} | more
    return MakerStatement("CVE-2026-0001", Status.NOT_AFFECTED, products or (Named("Pico Cam 2"),), **given)


def test_a_device_is_known_by_model_maker_firmware_and_image_and_never_by_its_maker_alone() -> None:
    names = device_names(device(), "ab" * 32)

    assert names == (
        "Pico Cam 2",
        "Example Maker Pico Cam 2",
        "Pico Cam 2 1.4.2",
        "Example Maker Pico Cam 2 1.4.2",
        "ab" * 32,
    )
    assert device_names(Device(maker="Example Maker")) == ()


def test_what_the_maker_drops_is_counted_and_told_as_its_word() -> None:
    word, (line,) = heard(denies())

    assert (word.statements, word.dropped, word.contradicted) == (1, 1, 0)
    assert line == "The maker's VEX: 1 flaw dropped on its word, which nobody proved here."


def test_what_the_image_contradicts_is_counted_and_drops_nothing() -> None:
    word, (line,) = heard(denies(justification=Justification.COMPONENT_NOT_PRESENT))
    exploited, _ = heard(denies(), kev=KEV)

    assert (word.dropped, word.contradicted) == (0, 1)
    assert "1 denial that the image contradicts" in line
    assert (exploited.dropped, exploited.contradicted) == (0, 1)


def test_a_denial_without_a_reason_is_counted_as_such() -> None:
    word, (line,) = heard(denies(justification=None))

    assert (word.dropped, word.not_counted) == (0, 1)
    assert "left uncounted" in line


def test_a_word_about_another_build_or_product_is_told_to_have_done_nothing() -> None:
    for product in (Named("Pico Cam 2", "1.5"), Named("Other Cam")):
        word, (line,) = heard(denies(product))

        assert word.dropped == 0
        assert "none of its 1 statement" in line


def test_without_a_document_nothing_is_counted_or_told() -> None:
    assert word_of((), (), ()) is None
    assert told(None) == ()
