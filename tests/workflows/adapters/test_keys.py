"""Key pairs: private to the user, and never over another."""

from pathlib import Path

import pytest

from fairmark.errors import WrongUsageError
from fairmark.workflows.adapters.keys import write_pair


def test_the_private_key_is_the_users_alone(tmp_path: Path) -> None:
    public = write_pair(tmp_path / "key", b"private", b"public")

    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert public.read_bytes() == b"public"


@pytest.mark.parametrize("name", ["key", "key.pub"])
def test_no_key_is_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"old")

    with pytest.raises(WrongUsageError):
        write_pair(tmp_path / "key", b"private", b"public")

    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]
