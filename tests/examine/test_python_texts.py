"""What only explains is told from what the program holds."""

import pytest

from fairmark.examine.python_texts import explanations, without_explanations


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("'''Say so.\n\nkey: x\n'''\nx = 1\n", [range(1, 5)]),
        ("class A:\n    r'''Say so.\n    key: x\n    '''\n", [range(2, 5)]),
        ('EXAMPLES = r"""\nkey: x\n"""\n', [range(1, 4)]),
        (
            'a = {"examples": [\n d(\n  """\\\n  key: x\n  """\n ),\n d(\n  """\\\n  key: y\n  """\n ),\n]}\n',
            [range(3, 6), range(8, 11)],
        ),
        ('SETTINGS = """\nkey: x\n"""\n', []),
        ('write("/etc/x",\n  """\nkey: x\n""")\n', []),
        ('def f():\n    """Say so."""\n    key = "x"\n', []),
        ('x = """open\nkey: x\n', []),
    ],
)
def test_texts_that_explain_are_known_by_place_or_name(text: str, lines: list[range]) -> None:
    assert list(explanations(text)) == lines


def test_every_line_keeps_its_number() -> None:
    text = "def f():\n    '''Say so.\n    key: x\n    '''\n    return 1\n"

    assert without_explanations(text) == "def f():\n\n\n\n    return 1\n"


def test_a_file_full_of_quotes_costs_little() -> None:
    assert len(explanations("'''\n" * 200_000)) <= 2_000
