"""Devices that start services with given settings, and a short form of what a detector says about them."""

from collections.abc import Mapping
from dataclasses import replace

from fairmark.examine.rule import Detector
from fairmark.examine.services import started_services
from fairmark.examine.subject import FileFacts, Subject
from fairmark.model.finding import Finding
from fairmark.model.image import Component
from tests.doubles.start_files import PROGRAM, started

Content = str | bytes | tuple[bytes, int]


def text_file(text: str, path: str = "/etc/x.conf") -> FileFacts:
    """Make the record of a text file, without a tree."""
    return FileFacts(path, "", len(text), 0o644, 0, 0, "0" * 64, text=text)


def device(
    script: str,
    files: Mapping[str, Content],
    *,
    programs: tuple[str, ...] = (),
    applets: tuple[str, ...] = ("sh",),
    components: Mapping[str, str] | None = None,
) -> Subject:
    """Make a device that runs ``script`` when it starts; ``programs`` are paths of network programs."""
    every: dict[str, bytes | tuple[bytes, int]] = {
        path: content.encode() if isinstance(content, str) else content for path, content in files.items()
    }
    made = started(script, {**dict.fromkeys(programs, PROGRAM), **every}, applets=applets)
    known = tuple(Component(name=name, version=version, source="test") for name, version in (components or {}).items())
    made = replace(made, components=known)
    return replace(made, services=started_services(made))


def findings(detector: Detector, made: Subject) -> tuple[Finding, ...]:
    """Return the findings of a detector."""
    return detector.detect(made).findings


def graded(detector: Detector, made: Subject) -> list[tuple[str, str]]:
    """Return rule and grade of each finding, sorted."""
    return sorted((one.rule, one.confidence.value) for one in findings(detector, made))
