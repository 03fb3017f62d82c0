"""A trust repository in a folder.

::

    public/metadata/    1.root.json, 1.targets.json, ..., timestamp.json     any web server can serve public/
    public/targets/     SHA256.trust.json, status/SHA256.1, ...
    staged/             root.json, targets.json, trust.json: what waits for signatures
    repository.json     how the online keys are opened
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tuf.api.exceptions import LengthOrHashMismatchError
from tuf.api.metadata import TargetFile  # type: ignore[attr-defined] # exported, but not said so

from fairmark.certify.adapters.trust_folder import read_file
from fairmark.certify.cose import PublicKey
from fairmark.certify.key_text import written
from fairmark.certify.status import LARGEST_MESSAGE
from fairmark.certify.trust_roles import LARGEST, RoleName
from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.ledger.adapters.files import write_durably

SETTINGS = "repository.json"
SCHEMA = "fairmark.trust-repository/1"
_PUBLIC = 0o644
_VERSION = re.compile(r"([1-9][0-9]{0,8})\.([a-z]+)\.json")
_STATUS_FILE = re.compile(r"[0-9]{1,5}(\.reasons)?")


class TrustShelf:
    """See ``trust_repository.Shelf``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def public(self) -> Path:
        """What others may have."""
        return self.folder / "public"

    def newest(self, role: RoleName) -> bytes | None:
        """Return the newest published metadata of a role."""
        if role == "timestamp":
            return self.metadata("timestamp.json")
        try:
            found = [_VERSION.fullmatch(one.name) for one in (self.public / "metadata").iterdir()]
        except FileNotFoundError:
            return None
        versions = [int(one[1]) for one in found if one and one[2] == role]
        return self.metadata(f"{max(versions)}.{role}.json") if versions else None

    def metadata(self, name: str) -> bytes | None:
        """Return published metadata by the name of its file."""
        return read_file(self.public / "metadata" / name, LARGEST)

    def target(self, found: TargetFile) -> bytes:
        """Return a published file; raises UnreadableInputError when it is not there as it was published."""
        path = self._target(found)
        content = read_file(path, LARGEST_MESSAGE)
        try:
            found.verify_length_and_hashes(content or b"")
        except LengthOrHashMismatchError:
            raise UnreadableInputError(f"{path} is not what was published", hint="Restore it.") from None
        return content or b""

    def put_metadata(self, name: str, content: bytes) -> None:
        """Publish metadata under the name of its file."""
        self._write(self.public / "metadata" / name, content, _PUBLIC)

    def put_target(self, found: TargetFile, content: bytes) -> None:
        """Publish a file under a name that holds its digest, so that no two versions get into each other's way."""
        self._write(self._target(found), content, _PUBLIC)

    def staged(self, name: str) -> bytes | None:
        """Return what waits for signatures."""
        return read_file(self.folder / "staged" / name, LARGEST_MESSAGE)

    def stage(self, name: str, content: bytes | None) -> None:
        """Have something wait for signatures; None: nothing any more."""
        path = self.folder / "staged" / name
        if content is None:
            path.unlink(missing_ok=True)
        else:
            self._write(path, content)

    def exists(self) -> bool:
        """Whether the folder is a repository, or a copy of one for signing."""
        return any((self.folder / name).exists() for name in (SETTINGS, "staged/root.json", "public/metadata"))

    def name_of(self, key: PublicKey) -> str:
        """Return how an online key is opened; raises UnreadableInputError."""
        found = self._names().get(written(key))
        if found is None:
            raise UnreadableInputError(
                f"{self.folder / SETTINGS} does not say how to open {written(key)}", hint="Add it under keys."
            )
        return found

    def keep_name(self, key: PublicKey, name: str) -> None:
        """Note how an online key is opened."""
        known = self._names() if (self.folder / SETTINGS).exists() else {}
        data = {"schema": SCHEMA, "keys": known | {written(key): name}}
        self._write(self.folder / SETTINGS, json.dumps(data, indent=2, sort_keys=True).encode() + b"\n")

    def _names(self) -> dict[str, str]:
        path = self.folder / SETTINGS
        content = read_file(path, LARGEST)
        if content is None:
            raise UnreadableInputError(f"{path} is not there", hint="Publish where the repository was made.")
        try:
            data: Any = json.loads(content)
            names = dict(data["keys"])
            whole = data["schema"] == SCHEMA and all(isinstance(one, str) for one in names.values())
        except (ValueError, KeyError, TypeError, RecursionError):
            whole = False
        if not whole:
            raise UnreadableInputError(f"{path} is damaged", hint="It says, for each online key, its file or token.")
        return names

    def _target(self, found: TargetFile) -> Path:
        folder, _, name = found.path.rpartition("/")
        return self.public / "targets" / folder / f"{found.hashes['sha256']}.{name}"

    def _write(self, path: Path, content: bytes, mode: int = 0o600) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UnreadableInputError(f"{path}: {error.strerror}", hint="May the folder be written?") from None
        write_durably(path, content, mode)


def status_files(folder: Path) -> Mapping[str, bytes]:
    """Return the status lists and reasons in a folder, by name: ``1``, ``1.reasons``."""
    if not folder.is_dir():
        raise WrongUsageError(f"{folder} is no folder", hint="Name the one with status lists.")
    names = sorted(one.name for one in folder.iterdir() if _STATUS_FILE.fullmatch(one.name))
    found = {name: read_file(folder / name, LARGEST_MESSAGE) for name in names}
    return {name: content for name, content in found.items() if content is not None}
