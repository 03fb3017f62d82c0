"""Data files that experts own, read from beside the code that uses them."""

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import CodeType
from typing import Any

from fairmark.model.kept import kept_code, kept_value
from fairmark.model.value import sha256_hex

_FORM = "parsed YAML 1"


class MalformedDataError(Exception):
    """A data file of ours is not YAML; the message says where."""


def read_data(package: str, name: str) -> bytes:
    """Return the bytes of the data file ``name`` of ``package`` (``fairmark.risk``)."""
    return files(package).joinpath(name).read_bytes()


@cache
def data_files(package: str, suffix: str) -> tuple[str, ...]:
    """Return the names of the data files of ``package`` that end in ``suffix``, sorted."""
    return tuple(sorted(one.name for one in files(package).iterdir() if one.name.endswith(suffix)))


def files_below(package: str, endings: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Give name and content of the files of ``package`` and of all folders below it, sorted by name."""
    pending: list[tuple[str, Traversable]] = [("", files(package))]
    found: list[tuple[str, Traversable]] = []
    while pending:
        above, folder = pending.pop()
        for one in folder.iterdir():
            if one.name.endswith(endings):
                found.append((f"{above}{one.name}", one))
            elif "." not in one.name and one.name != "__pycache__" and one.is_dir():
                pending.append((f"{above}{one.name}/", one))
    for name, one in sorted(found, key=lambda pair: pair[0]):
        yield name, one.read_bytes()


@cache
def load_yaml(package: str, name: str) -> Any:
    """Return the parsed YAML file ``name`` of ``package``; do not change what you get.

    Raises:
        MalformedDataError: it is not YAML.
    """
    place, text = files(package).joinpath(name), read_data(package, name)
    # What was parsed is kept beside the file, and the library for YAML is loaded only where nothing is kept yet.
    return kept_value(place, text, _FORM, _parsed) if isinstance(place, Path) else _parsed(text)


def load_code(package: str, name: str, form: str, make: Callable[[bytes], CodeType]) -> CodeType:
    """Return the code that ``make`` gives for the data file ``name``; kept as :mod:`fairmark.model.kept` says."""
    place, source = files(package).joinpath(name), read_data(package, name)
    return kept_code(place, source, form, make) if isinstance(place, Path) else make(source)


def load_made(package: str, suffix: str, form: str, make: Callable[[], Any]) -> Any:
    """Return the plain value that ``make`` gives for all data files of ``package`` that end in ``suffix``.

    It is kept as long as none of them changes; ``form`` names it: see :mod:`fairmark.model.kept`.
    """
    folder = files(package)
    if not isinstance(folder, Path):
        return make()
    content = ((name.encode(), read_data(package, name)) for name in data_files(package, suffix))
    source = b"\0".join(part for pair in content for part in pair)
    return kept_value(folder / f"all{suffix}", source, form, lambda _source: make())


def _parsed(text: bytes) -> Any:
    reader = import_module("fairmark.model.yaml_text")
    try:
        return reader.parse_yaml(text)
    except reader.YAMLError as error:
        raise MalformedDataError(str(error)) from error


@cache
def digest_of(package: str, name: str) -> str:
    """Return the SHA-256 of the data file, in hexadecimal: it goes into ``inputs``."""
    return sha256_hex(read_data(package, name))
