"""One set of vectors for every verifier, and Python and JavaScript of one mind on labels that are nearly right."""

import json

from tests.certify.browser_verifier import in_javascript, in_python
from tests.certify.make_vectors import FILE, vectors
from tests.certify.mutants import mutants
from tests.doubles import labels as given


def test_python_gives_the_answers_of_the_vectors() -> None:
    assert json.loads(FILE.read_text()) == vectors()


def test_the_names_of_the_vectors_are_what_they_show() -> None:
    for row in json.loads(FILE.read_text())["cases"]:
        name, answer = row["name"], row["answer"]
        for start, kind in (("withdrawn", "withdrawn"), ("suspended", "suspended"), ("expired", "expired")):
            assert not name.startswith(start) or answer["kind"] == kind
        assert answer["stands"] == (answer["kind"] in {"genuine", "stale", "statement"} and not name.startswith("test"))


def test_the_browsers_verifier_gives_the_answers_of_the_vectors() -> None:
    rows = json.loads(FILE.read_text())["cases"]

    found = in_javascript([(row["text"], row["now"]) for row in rows], given.trust(), given.statuses())

    assert found == [row["answer"] for row in rows]


def test_python_and_javascript_agree_on_two_thousand_mutants() -> None:
    cases = list(mutants(2000))

    ours, theirs = (ask(cases, given.trust(), given.statuses()) for ask in (in_python, in_javascript))

    assert [one for one in zip(cases, ours, theirs, strict=True) if one[1] != one[2]] == []
    assert len({one["kind"] for one in ours}) >= 11
    assert {one["colour"] for one in ours} == {"green", "amber", "red", "grey", "test", "plain"}


def test_both_try_every_issuer_whose_key_the_header_names() -> None:
    sisters = given.trust(given.issuer(given.LAB, id=12), given.issuer(given.LAB), given.issuer(given.LAB, id=13))
    cases = [(given.written(given.claims(issuer=number)), given.NOW) for number in (7, 12, 13, 14)]

    ours, theirs = (ask(cases, sisters, given.statuses()) for ask in (in_python, in_javascript))

    assert ours == theirs
    assert [one["kind"] for one in ours] == ["genuine"] * 3 + ["not_genuine"]
