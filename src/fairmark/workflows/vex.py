"""Read the maker's own VEX documents (OpenVEX, CSAF or CycloneDX, as JSON), and count what its word did."""

from collections.abc import Iterable, Sequence

from fairmark.errors import UnreadableInputError
from fairmark.model.device import Device
from fairmark.model.image import MakerWord
from fairmark.model.vulnerability import Statement, Status
from fairmark.render.wording import count
from fairmark.vulnerabilities.vex import CONTRADICTION, NOT_COUNTED, SOURCE, MakerStatement, of_build
from fairmark.vulnerabilities.vex_formats import MOST_STATEMENTS, reader_of
from fairmark.workflows.foreign_json import read_json

MAX_VEX_BYTES = 32 << 20
_HINT = "Give OpenVEX, CSAF 2.0 or CycloneDX JSON with its statements."


def read_vex(content: bytes, name: str) -> tuple[MakerStatement, ...]:
    """Return the maker's statements in the order of the document: its word, not a proof.

    Raises:
        UnreadableInputError: when it is none of the three formats, holds no statement, or too many.
    """
    document = read_json(content, name, limit=MAX_VEX_BYTES, hint=_HINT)
    reader = reader_of(document) if isinstance(document, dict) else None
    if reader is None:
        raise UnreadableInputError(f"{name} is no VEX document", hint=_HINT)
    found = []
    for statement in reader(document):
        found.append(statement)
        if len(found) > MOST_STATEMENTS:
            raise UnreadableInputError(f"{name} holds more than {MOST_STATEMENTS:,} statements", hint=_HINT)
    if not found:
        raise UnreadableInputError(f"{name} holds no statement about a CVE", hint=_HINT)
    return tuple(found)


def device_names(device: Device, image_sha256: str = "") -> tuple[str, ...]:
    """Return the names under which a document may speak of this build; none of them is a maker's alone."""
    if not device.model:
        return (image_sha256,) if image_sha256 else ()
    named = [device.model, f"{device.maker} {device.model}"]
    if device.firmware_version:
        named += [f"{one} {device.firmware_version}" for one in named]
    return tuple(dict.fromkeys(filter(None, (*(one.strip() for one in named), image_sha256))))


def about(
    statements: Sequence[MakerStatement], device: Device, image_sha256: str = ""
) -> tuple[tuple[MakerStatement, ...], tuple[str, ...]]:
    """Return the statements that may speak of this build, and the names of the device for ``match``."""
    names = device_names(device, image_sha256)
    return tuple(of_build(statements, names, device.firmware_version or "")), names


def word_of(
    given: Sequence[MakerStatement], kept: Sequence[MakerStatement], statements: Iterable[Statement]
) -> MakerWord | None:
    """Count what the maker's word did to the matches; None where it was not asked for."""
    if not given:
        return None
    judged = tuple(statements)
    dropped = [one for one in judged if one.source == SOURCE and one.status in {Status.NOT_AFFECTED, Status.FIXED}]
    return MakerWord(
        statements=len(given),
        other_builds=len(given) - len(kept),
        dropped=len(dropped),
        contradicted=sum(CONTRADICTION in one.reason for one in judged),
        not_counted=sum(NOT_COUNTED in one.reason for one in judged),
        admitted=sum(one.source == SOURCE and one.status is Status.AFFECTED for one in judged),
    )


def told(word: MakerWord | None) -> tuple[str, ...]:
    """Say what rests on the maker's word alone, as something that was not examined here."""
    if word is None:
        return ()
    if not (word.dropped or word.contradicted or word.not_counted or word.admitted):
        other = f", {word.other_builds} of them about other builds" if word.other_builds else ""
        told_apart = "Do maker, model and firmware_version in device.yaml say what the document says?"
        none = f"none of its {count(word.statements, 'statement')}{other} concerns a flaw that was matched"
        return (f"The maker's VEX: {none}. {told_apart}",)
    facts = (
        (
            word.dropped,
            "flaw dropped on its word, which nobody proved here",
            "flaws dropped on its word, which nobody proved here",
        ),
        (word.contradicted, "denial that the image contradicts", "denials that the image contradicts"),
        (word.not_counted, "denial without a reason, left uncounted", "denials without a reason, left uncounted"),
        (word.admitted, "flaw that only the maker admits", "flaws that only the maker admits"),
    )
    return (f"The maker's VEX: {'; '.join(count(*fact) for fact in facts if fact[0])}.",)
