"""Which files an image holds, folder by folder: small enough to keep, enough to tell two builds apart."""

from pydantic import Field

from fairmark.model.value import Value

DIGITS = 16  # of a SHA-256 that a listing keeps: tells files apart, proves nothing


class Folder(Value):
    """The regular files directly in one folder."""

    root: str = Field(default="", description="the root file system; '' is the main one")
    path: str = Field(description="'/etc', '/' ...; of payloads in no file system the id of their container")
    files: dict[str, str] = Field(description="file name -> permission bits in octal and 16 digits of the SHA-256")
