import pytest

from fairmark.errors import CheckFailedError, FairmarkError, MissingPartError, UnreadableInputError, WrongUsageError


@pytest.mark.parametrize(
    ("kind", "code"),
    [(CheckFailedError, 1), (WrongUsageError, 2), (UnreadableInputError, 3), (MissingPartError, 4)],
)
def test_every_kind_of_error_has_the_exit_code_of_the_contract(kind: type[FairmarkError], code: int) -> None:
    error = kind("it failed", hint="try again")

    assert isinstance(error, FairmarkError)
    assert (str(error), error.hint, error.exit_code) == ("it failed", "try again", code)
