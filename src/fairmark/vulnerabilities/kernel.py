"""Kernel records: is the source file that holds the flaw built into this kernel at all?

Nearly every record of the kernel's own authority names the files that the fix touched
(``programFiles``). A file of another architecture, of a later kernel, or of a subsystem whose option is
off or whose module is nowhere, cannot hurt this device. What cannot be known is not dropped: a
subsystem that only servers and desktops have lowers the match to a hint and stays under investigation.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from functools import cache, lru_cache

from fairmark.model.data import load_yaml
from fairmark.model.image import Build
from fairmark.model.value import Value
from fairmark.vulnerabilities.record import Scheme
from fairmark.vulnerabilities.versions import compare

# The kernel's folders below arch/ that can run programs of that kind: a 64-bit kernel runs 32-bit programs.
_FOLDERS: Mapping[str, frozenset[str]] = {
    "arm": frozenset({"arm", "arm64"}),
    "aarch64": frozenset({"arm64"}),
    "mips": frozenset({"mips"}),
    "mips64": frozenset({"mips"}),
    "x86": frozenset({"x86"}),
    "x86_64": frozenset({"x86"}),
    "ppc": frozenset({"powerpc"}),
    "ppc64": frozenset({"powerpc"}),
    "riscv": frozenset({"riscv"}),
    "riscv64": frozenset({"riscv"}),
    "sparc": frozenset({"sparc"}),
    "sh": frozenset({"sh"}),
    "m68k": frozenset({"m68k"}),
    "arc": frozenset({"arc"}),
    "xtensa": frozenset({"xtensa"}),
    "loongarch": frozenset({"loongarch"}),
}
_MOST_FILES = 200  # source files of one record that are looked at
_DRIVERS = ("drivers/", "sound/")


class Built(IntEnum):
    """What is known of the files of one record, from the surest absence to the chance that it is there."""

    ABSENT = 0  # proven: the code is not in this build
    UNLIKELY = 1  # such a device does not have it, or nothing of it was seen; not proven
    POSSIBLE = 2


class Area(Value):
    """One part of the source tree, and what must be so that it is built: the columns of ``kernel_areas.yaml``."""

    path: str
    config: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    arch: tuple[str, ...] = ()
    leaf: bool = False
    core: bool = False
    since: str = ""
    ported: str = ""
    unusual: str = ""
    never: str = ""


@cache
def areas() -> tuple[Area, ...]:
    """Return the table, sorted by path."""
    rows = load_yaml("fairmark.vulnerabilities", "kernel_areas.yaml")["areas"]
    return tuple(sorted((Area.model_validate(row) for row in rows), key=lambda one: one.path))


def built(files: Sequence[str], build: Build, version: str = "") -> tuple[Built, str]:
    """Say whether any of the source files is built, and why not.

    ``version`` is the kernel's, where the build does not name it. Headers are only asked where nothing
    else is named: they hold code of whoever includes them. A record without files is possible.
    """
    named = tuple(files[:_MOST_FILES])
    code = tuple(file for file in named if not _is_common_header(file)) or named
    if not code:
        return Built.POSSIBLE, ""
    sight = _Kernel(build, build.kernel_version or version)
    answers = [sight.look(file) for file in code]
    answer = max(kind for kind, _ in answers)
    reason = next(why for kind, why in answers if kind is answer)
    return answer, reason


def _is_common_header(file: str) -> bool:
    return file.startswith("include/") and not _areas_of(file)


@lru_cache(maxsize=8_192)
def _areas_of(file: str) -> tuple[Area, ...]:
    """Return every row that fits the file, the widest first."""
    return tuple(sorted((one for one in areas() if file.startswith(one.path)), key=lambda one: len(one.path)))


class _Kernel:
    """One kernel, as far as its image tells what was built."""

    def __init__(self, build: Build, version: str) -> None:
        self._version = version
        self._architecture = build.architecture
        self._folders = _FOLDERS.get(build.architecture)
        self._config = build.kernel_config
        self._modules: frozenset[str] | None = None
        if build.kernel_modules is not None:
            self._modules = _names((*build.kernel_modules, *(build.kernel_built_in or ())))
        self._knows_built_in = build.kernel_built_in is not None

    def look(self, file: str) -> tuple[Built, str]:
        """Say what is known of one source file."""
        found = _areas_of(file)
        for area in found:
            if reason := self._cannot_be(file, area) or self._is_off(area):
                return Built.ABSENT, reason
        seen = [self._module(file, area) for area in found]
        missing = [(area, reason) for area, (there, reason) in zip(found, seen, strict=True) if there is False]
        if missing:
            # The list of what is built in names no option that cannot be a module, and a file may be one of those.
            sure = self._knows_built_in and any(area.modules for area, _ in missing)
            return (Built.ABSENT if sure else Built.UNLIKELY), missing[-1][1]
        if found and (any(there for there, _ in seen[-1:]) or self._is_on(found[-1])):
            return Built.POSSIBLE, ""
        if early := next((area for area in found if area.ported and self._is_older(area.ported)), None):
            why = f"{early.path} came with Linux {early.ported}: in {self._version} only where somebody ported it back"
            return Built.UNLIKELY, why
        strange = [area for area in found if area.unusual and not self._is_on(area)]
        strange = [area for area in strange if not (area.modules and self._has(area.modules))]
        if strange:
            return Built.UNLIKELY, f"{strange[-1].path} is not usual: {strange[-1].unusual}; the image does not tell"
        return self._driver(file, found)

    def _cannot_be(self, file: str, area: Area) -> str:
        """Return why code of that area is in no kernel of this version and architecture."""
        if area.never:
            return f"{file} is {area.never}"
        if area.arch and self._folders and not self._folders & set(area.arch):
            kinds = ", ".join(area.arch)
            return f"{area.path} is built for {kinds} only, and the programs of this image are for {self._architecture}"
        if area.since and self._is_older(area.since):
            return f"{area.path} came with Linux {area.since}, and this kernel is {self._version}"
        return ""

    def _is_older(self, release: str) -> bool:
        return bool(self._version) and compare(Scheme.KERNEL, self._version, release) < 0

    def _is_off(self, area: Area) -> str:
        if self._config is None or not area.config or self._is_on(area):
            return ""
        options = " or ".join(f"CONFIG_{one}" for one in area.config)
        return f"{area.path} is built with {options}, which the configuration of this kernel does not set"

    def _is_on(self, area: Area) -> bool:
        config = self._config or {}
        return any(config.get(f"CONFIG_{one}", config.get(one, "n")) not in {"n", ""} for one in area.config)

    def _has(self, modules: Iterable[str]) -> bool:
        return self._modules is not None and not self._modules.isdisjoint(modules)

    def _module(self, file: str, area: Area) -> tuple[bool | None, str]:
        """Say whether the module of that area is there; None where the area has none or nobody knows."""
        if self._modules is None or not (area.modules or area.leaf):
            return None, ""
        if self._config is not None and self._is_in(area):
            return True, ""
        wanted = area.modules or tuple(_stems(file))
        if self._has(wanted):
            return True, ""
        where = "loadable or built in" if self._knows_built_in else "loadable; what is built in could not be read"
        return False, f"{file} needs a module such as {wanted[0]}, and the image has none ({where})"

    def _is_in(self, area: Area) -> bool:
        """Whether the configuration builds the area into the kernel itself, so that no module is needed."""
        config = self._config or {}
        return any(config.get(f"CONFIG_{one}", config.get(one, "n")) not in {"n", "m", ""} for one in area.config)

    def _driver(self, file: str, found: Sequence[Area]) -> tuple[Built, str]:
        """A driver outside the table: its module usually has the name of its file or of its folder."""
        if file.startswith("arch/"):
            return self._of_architecture(file)
        if not file.startswith(_DRIVERS) or self._modules is None or (found and found[-1].core):
            return Built.POSSIBLE, ""
        if found and found[-1].modules:  # its module is there
            return Built.POSSIBLE, ""
        parts = file.split("/")[1:]
        names = {*_stems(file), *(part.replace("-", "_") for part in parts[1:-1])}
        if any(one in names or one.partition("_")[0] in names for one in self._modules):
            return Built.POSSIBLE, ""
        return Built.UNLIKELY, f"no module of this image bears the name of {file} or of its folder"

    def _of_architecture(self, file: str) -> tuple[Built, str]:
        folder = file.split("/")[1]
        if self._folders is None or folder in self._folders or not folder:
            return Built.POSSIBLE, ""
        return Built.ABSENT, f"{file} is code for {folder}, and the programs of this image are for {self._architecture}"


def _stems(file: str) -> list[str]:
    return [file.rpartition("/")[2].partition(".")[0].replace("-", "_")]


def _names(modules: Iterable[str]) -> frozenset[str]:
    return frozenset(one.removesuffix(".ko").replace("-", "_") for one in modules)
