"""Input followed through scripts: what a check, a new value or a block of the script means on the way."""

from fairmark.examine.scripts.flow import Harm
from fairmark.examine.scripts.php import PHP
from fairmark.examine.scripts.python import PYTHON
from fairmark.examine.scripts.taint import follow
from fairmark.examine.scripts.words import Words


def found(code: str, words: Words) -> list[tuple[Harm, int, bool]]:
    """Return harm, line and weakness of every flow."""
    return [(one.harm, one.line, one.origin.weak) for one in follow(code, words).flows]


def test_a_filter_that_lets_things_through_leaves_a_hint() -> None:
    assert found("$a = str_replace(';', '', $_GET['a']);\nsystem('x ' . $a);", PHP) == [(Harm.COMMAND, 2, True)]


def test_a_new_value_makes_a_name_harmless_and_another_branch_does_not() -> None:
    assert found("$a = $_GET['a'];\n$a = 'b';\nsystem($a);", PHP) == []
    assert found("if ($x) { $a = $_GET['a']; } else { $a = 'b'; }\nsystem($a);", PHP) == [(Harm.COMMAND, 2, False)]


def test_the_last_part_of_a_path_is_harmless_as_a_path_only() -> None:
    code = "import os\na = os.path.basename(request.args['a'])\nopen('/x/' + a)\nos.system('rm ' + a)\n"

    assert found(code, PYTHON) == [(Harm.COMMAND, 4, False)]


def test_a_route_hands_over_parts_of_the_path_but_no_numbers() -> None:
    code = "import os\n@app.route('/<name>/<int:n>')\ndef f(name, n):\n    os.system(name)\n    os.system(n)\n"

    assert found(code, PYTHON) == [(Harm.COMMAND, 4, False)]


def test_names_that_only_look_like_input_are_none() -> None:
    assert found("import os\nclass A:\n    def f(self):\n        os.system(self.path)\n", PYTHON) == []
    assert found("conn = pipe()\nexec(conn.recv())\n", PYTHON) == []


def test_comparisons_of_input_with_fixed_texts_are_kept() -> None:
    (one,) = follow("if ($_POST['password'] == 'geheim1') { exec('x'); }", PHP).compared

    assert (one.name, one.line, one.literal) == ("$_POST[password]", 1, "geheim1")


def test_deep_and_endless_texts_end() -> None:
    for code in (
        "$a = " + "f(" * 3000 + "$_GET['a']" + ");",
        "system(" * 2000 + "$_GET;",
        "$_GET system( " + "{" * 5000,
    ):
        assert isinstance(follow(code, PHP).flows, tuple)
