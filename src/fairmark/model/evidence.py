"""Evidence: what was seen, where, and by which tool."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from fairmark.model.value import Value, content_id


class EvidenceKind(StrEnum):
    """What sort of thing was seen."""

    FILE = "file"  # a file of the image, or a place inside one
    ABSENCE = "absence"  # every place where it could have been was examined, and it was not there
    PACKAGE = "package"  # an entry of a package database
    CONTAINER = "container"  # a container of the image
    CLAIM = "claim"  # what the maker states in device.yaml
    DOCUMENT = "document"  # a clause of a document, an entry of the maker's SBOM
    NETWORK = "network"  # an answer of the running device: host, port, protocol
    PERSON = "person"  # what a named person did and saw, in a test by hand
    REPORT = "report"  # what another tool reports of the sources; nobody has seen it in the image


class Where(Value):
    r"""The place of a piece of evidence. Path bytes that are not UTF-8 are written ``\xNN``."""

    path: str = Field(description="path inside the image, starting with '/'; or the field of a document")
    root: str = Field(default="", description="the nested root file system or container it lies in; '' is the main one")
    offset: int | None = Field(default=None, ge=0, description="byte offset inside the file")
    line: int | None = Field(default=None, ge=1)
    sha256: str = Field(default="", description="of the whole file")
    quote: str = Field(default="", max_length=300, description="redacted excerpt: never a secret")


class Tool(Value):
    """What produced it."""

    name: str
    version: str


class Evidence(Value):
    """One thing seen. Its id is the digest of its content, so the same sight has the same id."""

    id: str = ""
    kind: EvidenceKind
    where: Where
    tool: Tool
    statement: str = Field(default="", description="what it shows, in one sentence")

    @model_validator(mode="before")
    @classmethod
    def _without_id(cls, data: object) -> object:
        """Ignore a given id: it is always computed from the content."""
        return {key: item for key, item in data.items() if key != "id"} if isinstance(data, dict) else data

    @model_validator(mode="after")
    def _name_itself(self) -> Self:
        content = (self.kind, self.where.model_dump(), self.tool.model_dump(), self.statement)
        object.__setattr__(self, "id", content_id("ev", *content))
        return self


def printable_path(raw: bytes) -> str:
    r"""Write a path of the image as text: bytes that are not UTF-8, control characters and backslashes become ``\xNN``.

    >>> printable_path(b"etc/a\nb\xff")
    'etc/a\\x0ab\\xff'
    """
    text = raw.decode("utf-8", "surrogateescape")
    if text.isprintable() and "\\" not in text:  # nearly every path
        return text
    return "".join(
        c if c.isprintable() and c != "\\" else "".join(f"\\x{b:02x}" for b in c.encode("utf-8", "surrogateescape"))
        for c in text
    )
