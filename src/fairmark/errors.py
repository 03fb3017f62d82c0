"""One family of errors: a sentence, a hint, an exit code.

Not finding something is a value. Not being able to look is an error. Whatever a user, an
image or a document does wrong ends in one of these classes; anything else that escapes is
a fault of ours.
"""


class FairmarkError(Exception):
    """Something a person can act on: what went wrong, and what to do about it."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class CheckFailedError(FairmarkError):
    """The gate, the watch or the verification says no (exit 1)."""

    exit_code = 1


class WrongUsageError(FairmarkError):
    """What was typed or written cannot be meant this way (exit 2)."""

    exit_code = 2


class UnreadableInputError(FairmarkError):
    """An input is missing, empty or not what its name says (exit 3)."""

    exit_code = 3


class MissingPartError(FairmarkError):
    """A component that this work needs is not installed (exit 4)."""

    exit_code = 4
