"""What is quoted holds no secret, and no line of a stranger makes that take long."""

import pytest

from fairmark.examine.redaction import HIDDEN, redacted


@pytest.mark.parametrize(
    ("line", "quoted"),
    [
        ("password = hunter2", f"password = {HIDDEN}"),
        ("export WIFI_PSK='a b c' # x", f"export WIFI_PSK={HIDDEN} # x"),
        ("my.api-key: abc, user: jo", "my.api-key: abc, user: jo"),
        ("my.api_key: abc, user: jo", f"my.api_key: {HIDDEN}, user: jo"),
        ("--Auth-Token-File => x --secret y", f"--Auth-Token-File => {HIDDEN} --secret {HIDDEN}"),
        ("ftp://jo:hunter2@example.com/x", f"ftp://jo:{HIDDEN}@example.com/x"),
        ("root:$1$abcdefgh$1234567890123456789012:0:0", f"root:{HIDDEN}:0:0"),
        ("a plain line", "a plain line"),
    ],
)
def test_secrets_are_hidden_and_the_rest_is_kept(line: str, quoted: str) -> None:
    assert redacted(f"  {line}\n") == quoted


@pytest.mark.parametrize("word", ["pass", "pwd-", "key.", "secret", "a", "+-", "x://a:", "token ", "pass="])
def test_a_long_line_of_one_word_is_quoted_at_once(word: str) -> None:
    """Looking for the word at every place of a longer one took a third of a minute for one line."""
    assert len(redacted(word * 2000)) <= 200
