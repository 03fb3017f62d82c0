"""What the headers of one firmware image say."""

from dataclasses import dataclass
from enum import StrEnum


class Signature(StrEnum):
    """Whether the image carries a signature; not whether the device checks it."""

    SIGNED = "signed"
    UNSIGNED = "unsigned"
    UNKNOWN = "unknown"  # the format has no place of its own for a signature


@dataclass(frozen=True, slots=True)
class Firmware:
    """One image. Texts are printable; ``key`` is a SHA-256 in hexadecimal that names the public key.

    ``rollback`` is the counter against old images, None where the image carries none. ``size`` is how
    many bytes the headers explain, with the signature. ``parts`` are components that a header numbers.
    """

    kind: str
    title: str
    size: int
    chip: str = ""
    project: str = ""
    version: str = ""
    built_with: str = ""
    signature: Signature = Signature.UNKNOWN
    scheme: str = ""
    key: str = ""
    is_encrypted: bool = False
    rollback: int | None = None
    parts: tuple[tuple[str, str], ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """What is known, in one line."""
        named = f"'{self.project}'" if self.project else ""
        facts = [
            " ".join(filter(None, (self.title, named, self.version))),
            f"built with {self.built_with}" if self.built_with else "",
            *(f"{name} {version}".strip() for name, version in self.parts),
            f"{self.signature}{f' with {self.scheme}' if self.scheme else ''}"
            if self.signature is not Signature.UNKNOWN
            else "",
            "encrypted" if self.is_encrypted else "",
            f"roll-back counter {self.rollback}" if self.rollback is not None else "",
        ]
        return ", ".join(filter(None, facts))


def printable(raw: bytes) -> str:
    """Return the text of a field of fixed length: up to the first zero byte, printable characters only."""
    text = raw.partition(b"\0")[0].decode("utf-8", "replace")
    return "".join(character for character in text if character.isprintable())
