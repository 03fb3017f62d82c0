"""Data files that experts own, read from beside the code that uses them."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

import yaml


def read_data(package: str, name: str) -> bytes:
    """Return the bytes of the data file ``name`` of ``package`` (``fairmark.risk``)."""
    return files(package).joinpath(name).read_bytes()


@cache
def load_yaml(package: str, name: str) -> Any:
    """Return the parsed YAML file ``name`` of ``package``; do not change what you get."""
    return parse_yaml(read_data(package, name))


@cache
def digest_of(package: str, name: str) -> str:
    """Return the SHA-256 of the data file, in hexadecimal: it goes into ``inputs``."""
    return sha256(read_data(package, name)).hexdigest()


def parse_yaml(text: bytes | str) -> Any:
    """Parse YAML with the safe loader: plain values only, never objects."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
