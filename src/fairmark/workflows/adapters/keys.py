"""Write a key pair so that nobody else can read the private one, and never over another."""

import os
from pathlib import Path

from fairmark.errors import WrongUsageError


def write_pair(path: Path, private: bytes, public: bytes) -> Path:
    """Write the private key to ``path`` and the public one beside it; return the place of the public one.

    Raises:
        WrongUsageError: when one of the files is there already.
    """
    beside = path.with_name(f"{path.name}.pub")
    for file in (path, beside):
        if file.exists():
            raise WrongUsageError(f"{file} is there already", hint="A key is never overwritten: name another file.")
    for file, content, mode in ((path, private, 0o600), (beside, public, 0o644)):
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as handle:  # noqa: PTH123 - a handle
            handle.write(content)
    return beside
