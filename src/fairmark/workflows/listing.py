"""The files of an image, folder by folder, as an assessment keeps them."""

from collections.abc import Iterable

from fairmark.examine.subject import FileFacts
from fairmark.model.listing import DIGITS, Folder


def listed(files: Iterable[FileFacts]) -> tuple[Folder, ...]:
    """Return the folders, sorted by root and path, with rights and the beginning of the digest of each file."""
    folders: dict[tuple[str, str], dict[str, str]] = {}
    for one in files:
        above, _, name = one.path.rpartition("/")
        folders.setdefault((one.root, above or "/"), {})[name] = f"{one.mode:04o} {one.sha256[:DIGITS]}"
    return tuple(Folder(root=root, path=path, files=held) for (root, path), held in sorted(folders.items()))
