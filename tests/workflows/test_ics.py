"""The statement is whole in every form, open where nobody answered, and harmless whatever stands in it."""

import io
from datetime import date

import docx
import pytest

from fairmark.errors import WrongUsageError
from fairmark.model.device import Claim, Device, Documents
from fairmark.model.evidence import Evidence, EvidenceKind, Tool, Where
from fairmark.workflows.ics import FORMS, implementation, written
from tests.doubles.assessments import assessment
from tests.doubles.assessments import device as camera

HOSTILE = "<script>alert(1)</script> | `x` \u202e [a](javascript:b)"


def hostile() -> Device:
    return Device(
        maker=HOSTILE,
        model=HOSTILE,
        declared_services=(f"tcp/80 {HOSTILE}", "tcp/99999999999999999999 x", "nonsense"),
        documents=Documents(update_policy=HOSTILE),
        claims={"en303645": {"5.1-1": Claim(implemented=False, reason=HOSTILE)}},
    )


def test_without_an_assessment_only_claims_are_written_and_everything_else_is_open() -> None:
    statement = implementation(Device(), "psti")

    assert statement.day is None
    assert len(statement.rows) == 12
    assert all(row.outcome is None for row in statement.rows)
    page = written(statement, "html").decode()
    assert "claims alone, held against no evidence" in page
    assert page.count('class="open"') > 20


def test_an_assessment_fills_in_what_it_saw() -> None:
    given = assessment()
    read = Evidence(
        kind=EvidenceKind.DOCUMENT,
        where=Where(path="disclosure-policy.md", line=7, sha256="d" * 64),
        tool=Tool(name="fairmark", version="1"),
        statement="It tells the time until a report is acknowledged.",
    )
    given = given.model_copy(update={"evidence": (*given.evidence, read)})

    statement = implementation(given.device, "psti", given)

    assert statement.day == date(2026, 11, 20)
    tables = {table.title: table for table in statement.tables}
    assert [row[0] for row in tables["Software components"].rows][:2] == ["busybox", "linux"]
    assert any("Private key" in str(row[0]) for row in tables["Keys and other security parameters"].rows)
    assert tables["Documents"].rows[-1][3] == "line 7: It tells the time until a report is acknowledged."


def test_an_assessment_of_another_device_and_an_unknown_catalogue_are_refused() -> None:
    with pytest.raises(WrongUsageError, match="the assessment is of"):
        implementation(camera(model="Another"), "psti", assessment())
    with pytest.raises(WrongUsageError, match="no catalogue"):
        implementation(Device(), "nonsense")


@pytest.mark.parametrize("form", sorted(FORMS))
def test_the_same_statement_gives_the_same_bytes(form: str) -> None:
    first = written(implementation(assessment().device, "en303645", assessment()), form)

    assert first == written(implementation(assessment().device, "en303645", assessment()), form)


def test_hostile_text_stays_text_on_the_page() -> None:
    page = written(implementation(hostile(), "en303645"), "html").decode()

    assert "<script" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;" in page


def test_hostile_text_stays_text_in_markdown() -> None:
    text = written(implementation(hostile(), "en303645"), "md").decode()

    assert text.count("<script") == text.count("\\<script")
    assert "](javascript" not in text.replace("\\](", "")
    assert "\u202e" not in text


def test_a_word_processor_reads_every_table() -> None:
    paper = docx.Document(io.BytesIO(written(implementation(hostile(), "en303645"), "docx")))

    rows = [[cell.text for cell in row.cells] for row in paper.tables[1].rows]
    assert rows[0] == ["provision", "what it asks", "status", "condition", "claim", "reason", "evidence"]
    assert len(rows) == 79
    reason = next(row[5] for row in rows if row[0] == "5.1-1")
    assert reason.startswith("<script>")
    assert len(paper.tables) == 13


def test_services_are_joined_from_profile_and_image() -> None:
    device = camera(declared_services=("tcp/80 http", "tcp/443 https"))

    tables = {one.title: one for one in implementation(device, "psti").tables}

    assert tables["Services and ports"].rows == (
        ("tcp/80", "http", "yes", None, None, None),
        ("tcp/443", "https", "yes", None, None, None),
    )


def test_long_lists_are_cut_and_say_so() -> None:
    given = assessment()
    many = given.model_copy(update={"components": given.components * 200})

    rows = {one.title: one for one in implementation(given.device, "psti", many).tables}["Software components"].rows

    assert len(rows) == 501
    assert rows[-1][0] == "and 300 more, in the assessment"
