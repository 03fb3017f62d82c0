import pytest

from fairmark.render import terminal
from tests.doubles import assessments as given
from tests.doubles import device_money


def test_the_summary_fits_one_screen_in_the_order_of_the_report() -> None:
    text = terminal.render(given.assessment(), 80, False)
    lines = text.splitlines()

    order = [
        text.index(part) for part in ("Do not ship", "/etc/shadow:1", "Law broken", "Law requires", "\nMaker", "\nNot")
    ]
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 80
    assert order == sorted(order)


def test_many_flaws_still_fit() -> None:
    flaws = tuple(given.finding(f"Flaw {number} " + "x" * 200, given.SHADOW) for number in range(40))
    controls = tuple(given.plan_item(f"c{number}", "A measure " * 20) for number in range(20))
    plan = given.flawed_plan().model_copy(update={"required_by_law": controls, "worth_it": controls})

    lines = terminal.render(given.assessment(findings=flaws, plan=plan), 80, False).splitlines()

    assert len(lines) <= 45
    assert "   37 more proven, in the report" in lines


def test_a_pipe_gets_plain_ascii() -> None:
    text = terminal.render(given.assessment(device=given.device(maker="Müller")), 80, False)

    assert text.isascii()
    assert "\x1b" not in text
    assert "M\\xfcller" in text


def test_a_terminal_gets_colour() -> None:
    assert "\x1b[1;31mDo not ship: 3 proven flaws" in terminal.render(given.assessment(), 80, True)


@pytest.mark.parametrize("colour", [True, False])
def test_an_image_cannot_command_the_terminal(*, colour: bool) -> None:
    plain = terminal.render(given.hostile("plain"), 80, colour)
    text = terminal.render(given.hostile("\x1b]0;gone\x07\u202e[bold]x[/bold]\r"), 80, colour)

    assert text.count("\x1b") == plain.count("\x1b")
    assert not set(text) & set("\x07\u202e\r")
    assert "[bold]x" in text


def test_a_narrow_terminal_is_respected() -> None:
    lines = terminal.render(given.assessment(), 40, False).splitlines()

    assert max(map(len, lines)) <= 40


def test_the_twins_stand_side_by_side() -> None:
    text = terminal.side_by_side(given.assessment(), given.repaired())

    (verdict,) = [line for line in text.splitlines() if line.startswith("Verdict")]
    assert "Do not ship: 3 proven flaws" in verdict
    assert "No proven flaw found; 35" in verdict
    assert "psti 1-2, 2-2a" in text
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 80


def test_how_much_is_enough_fits_a_screen_and_labels_the_private_optimum() -> None:
    text = terminal.money(device_money.assessment())

    lines = text.split("\n")
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 80
    assert text.isascii()
    for said in (
        "How much is enough: ",
        "inputs assumed",
        "Private optimum",
        "Social optimum",
        "The private optimum is what incentives pay for, not advice.",
        "The law requires: password of its own for every unit",
        "What a budget leaves",
        "others loss-ddos-per-bot-year 2 to 800 USD:",
        "psti 1-2 forbids shipping",
    ):
        assert said in text


def test_an_older_assessment_says_nothing_about_enough() -> None:
    assert terminal.money(given.assessment()) == ""
