from collections.abc import Iterator

import pytest

from fairmark.errors import WrongUsageError
from fairmark.model.device import Claim
from fairmark.model.standard import Outcome, Verdict
from fairmark.render import declarations, paper_html
from fairmark.render.paper import Fields, Open, Paper, Paragraph, Table, Text, Warned, open_places
from tests.doubles import assessments as given

KINDS = tuple(declarations.skeletons())
FOR_THE_MAKER = (
    "Signature",
    "Place and date",
    "Name and function",
    "Statement",
    "Declaration",
    "Opinion on compliance",
)


def without_failures() -> tuple[Verdict, ...]:
    return tuple(one for one in given.assessment().verdicts if one.outcome is not Outcome.FAIL)


def fields_of(paper: Paper) -> Iterator[tuple[str, Text]]:
    yield from (row for block in paper.blocks if isinstance(block, Fields) for row in block.rows)


def text_of(paper: Paper) -> str:
    return paper_html.render(paper).decode()


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_declared_or_signed(kind: str) -> None:
    made = declarations.declaration(given.assessment(verdicts=without_failures()), kind, given.catalogues())

    for label, text in fields_of(made.paper):
        if label in FOR_THE_MAKER:
            assert isinstance(text, Open), label
    said = text_of(made.paper).lower()
    assert all(
        word not in said for word in ("hereby", "conforms", "complies", "is in conformity", "we declare", " safe ")
    )
    assert "declares nothing by itself" in said


@pytest.mark.parametrize("kind", KINDS)
def test_failures_of_the_law_stand_on_top(kind: str) -> None:
    made = declarations.declaration(given.assessment(), kind)

    first = made.paper.blocks[0]
    assert isinstance(first, Warned)
    assert "is not due while these fail:" in first.text
    assert first.items == made.obstacles
    law = declarations.skeletons()[kind].law
    failed = [one for one in given.assessment().verdicts if one.catalogue == law and one.outcome is Outcome.FAIL]
    assert len(made.obstacles) == len(failed) > 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_law_that_nobody_judged_stands_against_it_too(kind: str) -> None:
    law = declarations.skeletons()[kind].law
    others = tuple(one for one in without_failures() if one.catalogue != law)

    made = declarations.declaration(given.assessment(verdicts=others), kind)

    assert len(made.obstacles) == 1
    assert "was judged" in made.obstacles[0]


def test_without_failures_nothing_stands_against_it_but_what_waits_is_listed() -> None:
    made = declarations.declaration(given.assessment(verdicts=without_failures()), "eu-doc")

    assert made.obstacles == ()
    first = made.paper.blocks[0]
    assert isinstance(first, Warned)
    assert "without a verdict: the maker has to settle them before it signs" in first.text
    assert not first.grave


def test_what_the_profile_knows_is_filled_in_and_the_rest_is_open() -> None:
    known = dict(fields_of(declarations.declaration(given.assessment(), "eu-doc").paper))
    bare = given.assessment(device=given.device(maker=None, model=None))
    unknown = dict(fields_of(declarations.declaration(bare, "eu-doc").paper))

    assert known["Firmware version"] == "1.4.2"
    assert isinstance(known["Address"], Open)
    assert isinstance(unknown["Name"], Open)


def test_the_technical_file_shows_claims_verdicts_and_components() -> None:
    claims = {"cra": {"I.2.a": Claim(implemented=None, reason="no radio")}}
    assessment = given.assessment(device=given.device(claims=claims))

    made = declarations.declaration(assessment, "technical-file", given.catalogues())

    tables = {block.name: block for block in made.paper.blocks if isinstance(block, Table)}
    assert ("I.2.a", "not applicable: no radio") in {(row[0], row[2]) for row in tables["Verdicts"].rows}
    assert [row[0] for row in tables["Components"].rows] == [one.name for one in assessment.components]
    assert len(tables["Catalogues"].rows) == 3
    assert open_places(made.paper) >= 12


def test_what_is_not_verified_is_marked() -> None:
    made = declarations.declaration(given.assessment(), "psti-statement")

    warned = [block.text for block in made.paper.blocks if isinstance(block, Warned)]
    sources = [block.text for block in made.paper.blocks if isinstance(block, Paragraph) and block.quiet]
    assert any("Schedule 4 are not verified" in text for text in warned)
    assert sum("unverified" in str(text) for text in sources) >= 4


def test_every_section_has_its_source() -> None:
    for skeleton in declarations.skeletons().values():
        assert all(one.source and (one.fields or one.tables) for one in skeleton.sections)
        assert {name for one in skeleton.sections for name in one.tables} <= set(declarations._TABLES)
        assert skeleton.source.startswith("Structure: ")


def test_a_kind_that_is_not_known_is_refused() -> None:
    with pytest.raises(WrongUsageError, match="no document of the kind"):
        declarations.declaration(given.assessment(), "warranty")


def test_a_long_table_is_cut_and_says_so() -> None:
    many = given.assessment(components=given.COMPONENTS * 200)

    made = declarations.declaration(many, "technical-file")

    assert any("400 more rows are in assessment.json" in str(getattr(block, "text", "")) for block in made.paper.blocks)
