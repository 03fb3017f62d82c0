"""One set of vectors for every verifier, and Python and JavaScript of one mind on labels that are nearly right."""

import json
import shutil
import subprocess

import pytest

from fairmark.certify.page import checker, embedded
from fairmark.model.value import canonical_json
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


def test_both_tell_two_keys_with_one_id_apart() -> None:
    known = given.trust(*(given.issuer(one, id=20 + n, name=f"Twin {n}") for n, one in enumerate(given.SAME_ID)))
    cases = [
        (given.written(given.claims(issuer=20 + named), given.SAME_ID[signs]), given.NOW)
        for signs in (0, 1)
        for named in (0, 1)
    ]

    ours, theirs = (ask(cases, known, given.statuses()) for ask in (in_python, in_javascript))

    assert ours == theirs
    assert [one["kind"] for one in ours] == ["genuine", "not_genuine", "not_genuine", "genuine"]


@pytest.mark.parametrize("years", [-10, 10])
def test_both_say_the_same_when_the_clock_is_ten_years_wrong(years: int) -> None:
    far = {"expires": 90_000, "support_until": 90_000}
    rows = [{}, far, {"level": 1}, {"status": (1, 101)}, {"status": (2, 1)}, {"expires": given.TODAY - 2}]
    cases = [(given.written(given.claims(**row)), given.NOW + years * 365 * given.DAY) for row in rows]

    for lists in (given.statuses(), given.statuses(at=given.NOW - 30 * given.DAY), {}):
        ours, theirs = (ask(cases, given.trust(), lists) for ask in (in_python, in_javascript))
        assert ours == theirs
        if years > 0:
            assert not {"green", "plain"} & {one["colour"] for one in ours}
        elif lists == given.statuses():
            assert [one["kind"] for one in ours][3:] == ["withdrawn", "unchecked", "expired"]


def test_a_flood_of_digits_does_not_drown_the_browser() -> None:
    """It would die of a list of its characters; so it never makes one."""
    told = (
        f"{checker()};prepare(JSON.parse(process.argv[1])).then(async (data) => {{"
        "for (const text of ['9'.repeat(2 ** 27), '\u00e9'.repeat(2 ** 27), ' '.repeat(2 ** 27)])"
        "console.log((await judge(text, data, 0)).kind) })"
    )
    data = canonical_json(embedded(given.trust(), given.statuses())).decode()

    done = subprocess.run(
        [str(shutil.which("node")), "--max-old-space-size=1000", "-e", told, data],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout.split(), done.returncode) == (["no_label"] * 3, 0), done.stderr[-500:]


def test_both_try_every_issuer_whose_key_the_header_names() -> None:
    sisters = given.trust(given.issuer(given.LAB, id=12), given.issuer(given.LAB), given.issuer(given.LAB, id=13))
    cases = [(given.written(given.claims(issuer=number)), given.NOW) for number in (7, 12, 13, 14)]

    ours, theirs = (ask(cases, sisters, given.statuses()) for ask in (in_python, in_javascript))

    assert ours == theirs
    assert [one["kind"] for one in ours] == ["genuine"] * 3 + ["not_genuine"]
