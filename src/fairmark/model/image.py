"""What an image consists of, and what could not be seen in it."""

from pydantic import Field

from fairmark.model.finding import Reach
from fairmark.model.gap import Gap
from fairmark.model.value import Value


class Container(Value):
    """One container found while opening the image: a compressed stream, an archive, a file system."""

    id: str = Field(description="'0', '0.0', '0.1' ...: the place in the tree of containers")
    kind: str = Field(description="trx, uimage, squashfs, cpio, tar, gzip, xz, lzma, zstd, directory, data ...")
    offset: int = Field(ge=0, description="byte offset inside its parent")
    size: int = Field(ge=0)
    sha256: str = ""
    opened: bool
    note: str = Field(default="", description="version, compression, name; or why it stayed closed")


class Component(Value):
    """One software component of the image."""

    name: str
    version: str = ""
    purl: str = ""
    cpe: str = ""
    source: str = Field(
        description="'package database opkg|dpkg|apk|rpm', 'build manifest ...', 'version pattern', "
        "'distribution/build', 'firmware header', 'mark in firmware', 'library file name', 'program file name', "
        "'build path', 'file number in the text', or the kind of a module"
    )
    licence: str = ""
    paths: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    upstream: str = Field(default="", description="name that the rules give to the upstream project")
    upstream_version: str = Field(default="", description="the version without what a distribution adds")
    distribution: str = Field(default="", description="'debian 12', 'alpine 3.19': who builds and mends the package")
    source_package: str = Field(default="", description="the distribution's name of the package it is built from")
    source_version: str = Field(
        default="", description="version of the source package, where the package's own is another one"
    )
    reach: Reach = Field(default=Reach.PRESENT, description="the nearest reach of any of its files")


class Build(Value):
    """What was built into the system, as far as it decides whether a flaw is there at all.

    Lists that could not be read are ``None``: unknown, not empty.
    """

    architecture: str = Field(default="", description="of the programs: arm, aarch64, mips, x86, x86_64, ppc")
    kernel_version: str = ""
    kernel_modules: tuple[str, ...] | None = Field(default=None, description="names of loadable modules, sorted")
    kernel_built_in: tuple[str, ...] | None = Field(default=None, description="names listed in modules.builtin, sorted")
    kernel_config: dict[str, str] | None = Field(default=None, description="CONFIG_ options: y, m, n, or a value")
    applets: tuple[str, ...] | None = Field(default=None, description="busybox applets that the image links, sorted")
    evidence: tuple[str, ...] = ()


class MakerWord(Value):
    """What the maker's own VEX documents did to the published flaws: its word, not a proof."""

    statements: int = Field(ge=0, description="read from the documents")
    other_builds: int = Field(default=0, ge=0, description="of these, about other versions of the device: not heard")
    dropped: int = Field(default=0, ge=0, description="flaws that are dropped on the maker's word alone")
    contradicted: int = Field(default=0, ge=0, description="denials that stand beside our proof of the contrary")
    not_counted: int = Field(default=0, ge=0, description="denials without a reason or a version")
    admitted: int = Field(default=0, ge=0, description="flaws that we had dropped or doubted, and the maker admits")


class MakerList(Value):
    """What was read of the maker's own list of components."""

    format: str
    components: int = Field(ge=0)
    left_out: dict[str, int] = Field(default_factory=dict, description="entries that are no components, by reason")


class Coverage(Value):
    """What was examined and what was not, in figures a reader can check."""

    image_bytes: int = Field(default=0, ge=0)
    opened_bytes: int = Field(default=0, ge=0, description="bytes of the image that lie in containers that were opened")
    files: int = Field(default=0, ge=0)
    file_bytes: int = Field(default=0, ge=0)
    elf_files: int = Field(default=0, ge=0)
    root_file_systems: tuple[str, ...] = ()
    detectors: tuple[str, ...] = Field(default=(), description="ids of the detectors that ran to their end")
    gaps: tuple[Gap, ...] = ()
    not_examined: tuple[str, ...] = Field(default=(), description="whole subjects that this run does not look at")
    maker_sbom: MakerList | None = Field(default=None, description="the maker's own list of components")
    maker_vex: MakerWord | None = Field(default=None, description="what rests on the maker's word about flaws")
    programs: tuple[str, ...] = Field(
        default=(), description="other programs that were asked about parts of the image, and how they were confined"
    )
    hints: int = Field(default=0, ge=0, description="grade C findings that are left out of the report")


class ImageRecord(Value):
    """The image as a whole."""

    sha256: str = ""
    size: int = Field(default=0, ge=0)
    containers: tuple[Container, ...] = ()
