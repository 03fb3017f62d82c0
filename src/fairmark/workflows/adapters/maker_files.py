"""Find the maker's documents on the disk: beside the profile where it names files, or in a folder, by their names."""

import re
from pathlib import Path

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.model.device import Documents
from fairmark.workflows.adapters.inputs import read_file
from fairmark.workflows.maker_documents import Given

MOST_BYTES = 1 << 20
MOST_FILES = 500
FIELDS = (
    "disclosure_policy",
    "security_txt",
    "update_policy",
    "support_period",
    "privacy_information",
    "user_instructions",
)
NAMES = {
    "vulnerability-disclosure-policy": "disclosure_policy",
    "privacy": "privacy_information",
    "privacy-policy": "privacy_information",
    "instructions": "user_instructions",
    "manual": "user_instructions",
    "support": "support_period",
    "updates": "update_policy",
    **{field.replace("_", "-"): field for field in FIELDS},
}
SUFFIXES = (".txt", ".md", ".html", ".htm", ".pdf", ".docx")
"""The last two are taken up so that they are refused with a hint, not passed over."""
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}:")


def documents_of(
    profile: Path | None, named: Documents, folder: Path | None
) -> tuple[tuple[Given, ...], tuple[str, ...], tuple[Path, ...]]:
    """Return the documents, a sentence for each that is named or lies there and was not read, and the files read.

    A file that the profile names must lie in the profile's folder or below it. The folder wins where both give one.
    Raises WrongUsageError where two files of the folder are the same document.
    """
    beside, unread = _beside(profile, named) if profile else ({}, [])
    inside, passed_over = _inside(folder) if folder else ({}, [])
    found = beside | inside
    kept = [found[field] for field in FIELDS if field in found]
    return tuple(given for given, _ in kept), (*unread, *passed_over), tuple(path for _, path in kept)


_Found = dict[str, tuple[Given, Path]]


def _beside(profile: Path, named: Documents) -> tuple[_Found, list[str]]:
    found: _Found = {}
    unread: list[str] = []
    base = profile.parent.resolve()
    for field in FIELDS:
        value = getattr(named, field) or ""
        if not value or _ADDRESS.match(value) or value.startswith("//"):
            continue
        if "\0" in value or not _lies_in(base, value):
            unread.append(f"documents.{field} names no file beside the profile; nothing was read for it.")
            continue
        found[field] = (Given(field, value, _content(base / value)), base / value)
    return found, unread


def _lies_in(base: Path, value: str) -> bool:
    try:
        place = (base / value).resolve()
        return place.is_relative_to(base) and place.is_file()
    except (OSError, RuntimeError):  # a name too long, links in a circle
        return False


def _inside(folder: Path) -> tuple[_Found, list[str]]:
    if not folder.is_dir():
        raise UnreadableInputError(f"{folder} is no folder", hint="Name the folder that holds the documents.")
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    if len(paths) > MOST_FILES:
        raise UnreadableInputError(f"{folder} holds more than {MOST_FILES} files", hint="Give the documents alone.")
    found: _Found = {}
    passed_over: list[str] = []
    for path in paths:
        field = _field_of(path)
        if field is None or not path.is_file():
            passed_over.append(f"{path.name}: not read; its name is none of those of a document that is known.")
        elif field in found:
            both = f"{path.name} and {found[field][0].name}"
            raise WrongUsageError(f"{both} are both the {field.replace('_', ' ')}", hint="Leave one of them.")
        else:
            found[field] = (Given(field, path.name, _content(path)), path)
    return found, passed_over


def _field_of(path: Path) -> str | None:
    stem, suffix = path.stem.lower().replace("_", "-").replace(" ", "-"), path.suffix.lower()
    if path.name.lower() == "security.txt":
        return "security_txt"
    return NAMES.get(stem) if suffix in SUFFIXES else None


def _content(path: Path) -> bytes:
    return read_file(path, limit=MOST_BYTES, what="a document as text or HTML")
