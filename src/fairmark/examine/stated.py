"""Components that the image states outright: the release of its build system, and what its firmware names.

They stand beside the inventory of packages and version texts. Nothing is concluded from them: a release of
Buildroot is a release of Buildroot, not of the packages in it.
"""

from collections.abc import Iterator
from urllib.parse import quote

from fairmark.examine.bare_metal import Image, images_of
from fairmark.examine.releases import Release, read_releases
from fairmark.examine.subject import Subject
from fairmark.model.evidence import Evidence, EvidenceKind, Where
from fairmark.model.image import Component

BUILD_SYSTEM = "distribution/build"
FIRMWARE_HEADER = "firmware header"
FIRMWARE_MARK = "mark in firmware"


def stated(subject: Subject) -> Iterator[tuple[Component, Evidence]]:
    """Give each stated component with its proof, in a fixed order."""
    for release in read_releases(subject):
        if release.builder:
            yield _build_system(subject, release)
    for image in images_of(subject):
        for name, version in image.firmware.parts:
            yield _of_firmware(subject, image, name, version, 0, FIRMWARE_HEADER)
        for name, offset in image.marks:
            yield _of_firmware(subject, image, name, "", offset, FIRMWARE_MARK)


def release_evidence(subject: Subject, release: Release) -> Evidence:
    """Return the evidence that points at the line of a statement."""
    item = subject.file(release.path, release.root)
    where = Where(path=release.path, root=release.root, line=release.line, sha256=item.sha256 if item else "")
    return Evidence(kind=EvidenceKind.FILE, where=where, tool=subject.tool, statement=release.statement)


def _build_system(subject: Subject, release: Release) -> tuple[Component, Evidence]:
    proof = release_evidence(subject, release)
    component = Component(
        name=release.builder,
        version=release.version,
        purl=f"pkg:generic/{release.builder}@{quote(release.version, safe='-._~')}",
        source=BUILD_SYSTEM,
        paths=(release.path,),
        evidence=(proof.id,),
    )
    return component, proof


def _of_firmware(
    subject: Subject, image: Image, name: str, version: str, offset: int, source: str
) -> tuple[Component, Evidence]:
    """Name what a header numbers, or what a mark gives away without a version."""
    told = f"names {name} {version}".rstrip() if version else f"carries the marks of {name}, of no known version"
    proof = subject.evidence(image.item, f"The firmware {told}.", offset=offset)
    component = Component(
        name=name,
        version=version,
        purl=f"pkg:generic/{name}" + (f"@{version}" if version else ""),
        source=source,
        upstream=name,
        upstream_version=version,
        paths=(image.item.path,),
        evidence=(proof.id,),
    )
    return component, proof
