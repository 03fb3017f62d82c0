import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.errors import UnreadableInputError
from fairmark.model.vulnerability import Status
from fairmark.workflows.vex import read_vex

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
