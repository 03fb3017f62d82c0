"""What a pattern proves about the text that it matches."""

import pytest

from fairmark.examine.scripts.checks import is_check_name, is_cleaner_name, picks_safely, replaces, strength


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("^[0-9.]+$", "strict"),
        (r"^\d{1,3}(\.\d{1,3}){3}$", "strict"),
        ("^[%d%.]+$", "strict"),
        (r"^([\w.-]+)$", "strict"),
        ("[^a-z0-9]", "strict"),
        ("[;|&]", "weak"),
        (r"\.\.", "weak"),
        ("^.*$", ""),
        ("^[a-z;]+$", "weak"),
        ("ip=([^&]*)", ""),
        ("^ping", ""),
    ],
)
def test_only_a_class_over_the_whole_text_is_strict(pattern: str, expected: str) -> None:
    assert strength(pattern) == expected


@pytest.mark.parametrize(("pattern", "safe"), [("ip=([0-9.]+)", True), ("ip=([^&]*)", False), ("ip=(.*)", False)])
def test_what_is_picked_is_safe_when_its_class_is(pattern: str, safe: object) -> None:
    assert picks_safely(pattern) is safe


@pytest.mark.parametrize(
    ("pattern", "left"),
    [("[^a-z0-9]", "strict"), (r"\W", "strict"), ("[;|]", "weak"), ("'", "weak"), ("&", ""), ("+", "")],
)
def test_taking_out_all_but_a_class_is_strict(pattern: str, left: str) -> None:
    assert replaces(pattern) == left


def test_names_say_what_a_function_of_another_file_does() -> None:
    assert all(is_check_name(name) for name in ("is_valid_ip", "validateHost", "check_param", "isIpv4"))
    assert not any(is_check_name(name) for name in ("check_login", "start", "is_enabled"))
    assert all(is_cleaner_name(name) for name in ("shell_quote", "escapeShellArg", "sanitize_name", "secure_filename"))
    assert not is_cleaner_name("cleanup")
