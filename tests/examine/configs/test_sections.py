"""Settings of OpenWrt with lines."""

from fairmark.examine.configs.sections import uci
from tests.doubles.settings import text_file


def test_sections_hold_options_and_lists_with_their_lines() -> None:
    text = "config zone 'z'\n\toption input ACCEPT\n\tlist network 'wan'\n\tlist network 'wan6'\n\nconfig rule\n\toption enabled 0\n"

    zone, rule = uci(text_file(text))

    assert (zone.type, zone.name, zone.value("input")) == ("zone", "z", "ACCEPT")
    assert [(one.value, one.line) for one in zone.settings if one.name == "network"] == [("wan", 3), ("wan6", 4)]
    assert (rule.is_off("enabled"), rule.is_on("enabled"), rule.is_off("other")) == (True, False, False)


def test_a_broken_line_is_passed_over() -> None:
    (section,) = uci(text_file("option lost 1\nconfig a\n\toption x 'unclosed\n\toption y 2\n"))

    assert [one.name for one in section.settings] == ["y"]
