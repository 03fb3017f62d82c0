"""Kernel records: is the source file that holds the flaw built into this kernel at all?

Nearly every record of the kernel's own authority names the files that the fix touched
(``programFiles``). What the source tree itself says of them (``kernel_files``) decides: a file whose
option is off, or whose module is nowhere, is not in the device. That is proof only where the kernel is
of a release that the facts were read off, or where the configuration names the option as off; for other
releases it is a hint, because options get other names. Our own judgement (``kernel_areas.yaml``: parts
that only servers and desktops have, or that came later) never proves anything and gives hints alone.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from functools import cache, lru_cache

from fairmark.model.data import load_yaml
from fairmark.model.image import Build
from fairmark.model.value import Value
from fairmark.vulnerabilities.kernel_files import FileFacts, Way, facts_of, rarest, releases, usual_options
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
_UNPROVEN = "not proven, because options and modules of this release may have other names"


class Built(IntEnum):
    """What is known of the files of one record, from the surest absence to the chance that it is there."""

    ABSENT = 0  # proven: the code is not in this build
    UNLIKELY = 1  # such a device does not have it, or nothing of it was seen; not proven
    POSSIBLE = 2


class Area(Value):
    """One part of the source tree that few devices have: the columns of ``kernel_areas.yaml``."""

    path: str
    since: str = ""
    unusual: str = ""
    never: str = ""


Answer = tuple[Built, str]
_POSSIBLE: Answer = (Built.POSSIBLE, "")


@cache
def areas() -> tuple[Area, ...]:
    """Return the table, sorted by path."""
    rows = load_yaml("fairmark.vulnerabilities", "kernel_areas.yaml")["areas"]
    return tuple(sorted((Area.model_validate(row) for row in rows), key=lambda one: one.path))


def built(files: Sequence[str], build: Build, version: str = "") -> Answer:
    """Say whether any of the source files is built, and why not.

    ``version`` is the kernel's, where the build does not name it. Headers are only asked where nothing
    else is named: they hold code of whoever includes them. A record without files is possible.
    """
    named = tuple(files[:_MOST_FILES])
    code = tuple(file for file in named if not file.endswith(".h")) or named
    if not code:
        return _POSSIBLE
    sight = _Kernel(build, build.kernel_version or version)
    answers = [sight.look(file) for file in code]
    answer = max(kind for kind, _ in answers)
    reason = next(why for kind, why in answers if kind is answer)
    return answer, reason


@lru_cache(maxsize=8_192)
def _areas_of(file: str) -> tuple[Area, ...]:
    """Return every row that fits the file, the widest first."""
    return tuple(sorted((one for one in areas() if file.startswith(one.path)), key=lambda one: len(one.path)))


class _Seen(IntEnum):
    """What a configuration says of one way into the kernel."""

    OFF = 0  # an option is off
    GONE = 1  # an option is not named, and this release may not have it under that name
    SILENT = 2
    MODULE = 3
    ON = 4


class _Kernel:
    """One kernel, as far as its image tells what was built."""

    def __init__(self, build: Build, version: str) -> None:
        self._config = build.kernel_config
        self._architecture = build.architecture
        self._folders = _FOLDERS.get(build.architecture)
        self._version = version
        self._near = _near(version)
        """Numbers of the releases beside this one in the table of facts; none outside of them."""
        self._modules = None
        if build.kernel_modules is not None:
            self._modules = _names(build.kernel_modules) | _names(build.kernel_built_in or ())
        self._knows_built_in = build.kernel_built_in is not None

    def look(self, file: str) -> Answer:
        """Say what is known of one source file: facts first, then judgement."""
        found = _areas_of(file)
        if reason := next((one.never for one in found if one.never), ""):
            return Built.ABSENT, f"{file} is {reason}"
        if file.startswith("arch/"):
            answer = self._of_architecture(file)
            return answer if answer[0] is Built.ABSENT else self._judged(found)
        facts = facts_of(file)
        by_facts = self._by_name(file) if facts is None else self._by_facts(file, facts)
        return self._judged(found) if by_facts is None else by_facts

    def _of_architecture(self, file: str) -> Answer:
        folder = file.split("/")[1]
        if self._folders is None or folder in self._folders or not folder:
            return _POSSIBLE
        return Built.ABSENT, f"{file} is code for {folder}, and the programs of this image are for {self._architecture}"

    # --- facts ---------------------------------------------------------------------------------

    def _by_facts(self, file: str, facts: FileFacts) -> Answer | None:
        """Judge by what the source trees say; None where that leaves it open."""
        ways = facts.ways
        if near := tuple(way for way in ways if self._near and (not way.trees or way.trees & self._near)):
            ways = near
        is_sure = bool(near)
        states = [(self._state(way, is_sure=is_sure), way) for way in ways]
        if any(state is _Seen.ON for state, _ in states) or any(self._is_there(way) for way in ways):
            return _POSSIBLE
        if self._folders and facts.architectures is not None and not self._folders & facts.architectures:
            return self._without(self._foreign(file, facts.architectures), is_sure=is_sure)
        if self._config is not None and ways:
            return self._by_config(file, states, is_sure=is_sure)
        if self._modules is not None and ways and all(way.module for way in ways):
            wanted = min(way.module for way in ways)
            return self._without(self._no_module(file, wanted), is_sure=is_sure and self._knows_built_in)
        return None

    def _state(self, way: Way, *, is_sure: bool) -> _Seen:
        """Read the configuration: all options of the way, or in another release the one that is most its own."""
        if self._config is None:
            return _Seen.SILENT
        values = [self._config.get(f"CONFIG_{option}", "") for option in way.options]
        if "n" in values or (is_sure and "" in values):
            return _Seen.OFF
        if is_sure:
            return _Seen.MODULE if "m" in values else _Seen.ON
        own = rarest(way.options)
        value = self._config.get(f"CONFIG_{own}", "")
        if not value:
            return _Seen.SILENT if own in usual_options() else _Seen.GONE
        return _Seen.MODULE if value == "m" else _Seen.ON

    def _is_there(self, way: Way) -> bool:
        """Whether the module of that way is in the image, or the list of what is built in."""
        return bool(way.module) and self._modules is not None and way.module in self._modules

    def _by_config(self, file: str, states: Sequence[tuple[_Seen, Way]], *, is_sure: bool) -> Answer | None:
        """No way is seen to be open. Is each of them closed?"""
        loadable = [way for state, way in states if state is _Seen.MODULE]
        if any(state is _Seen.SILENT for state, _ in states):
            return None
        if any(self._modules is None or not way.module for way in loadable):
            return _POSSIBLE
        if loadable:
            return self._without(self._no_module(file, loadable[0].module), is_sure=is_sure)
        state, way = max(states, key=lambda one: one[0])
        missing = [option for option in way.options if (self._config or {}).get(f"CONFIG_{option}", "n") in {"n", ""}]
        wanted = " and ".join(f"CONFIG_{one}" for one in way.options)
        reason = (
            f"{file} is built with {wanted}, and the configuration of this kernel does not set CONFIG_{rarest(missing)}"
        )
        return self._without(reason, is_sure=is_sure or state is _Seen.OFF)

    def _foreign(self, file: str, able: frozenset[str]) -> str:
        kinds = "other machines" if able == {"other"} else ", ".join(sorted(able))
        return f"{file} can be built for {kinds} only, and the programs of this image are for {self._architecture}"

    def _no_module(self, file: str, module: str) -> str:
        where = "loadable or built in" if self._knows_built_in else "loadable; what is built in could not be read"
        return f"{file} is part of the module {module}, and the image has none of that name ({where})"

    def _without(self, reason: str, *, is_sure: bool) -> Answer:
        """A proven absence in a release that the facts are of, else a hint."""
        if is_sure:
            return Built.ABSENT, reason
        return Built.UNLIKELY, reason if self._near else f"{reason}; {_UNPROVEN}"

    def _by_name(self, file: str) -> Answer | None:
        """A driver that no tree has: its module usually has the name of its file or of its folder."""
        if not file.startswith(_DRIVERS) or self._modules is None:
            return None
        parts = file.split("/")[1:]
        names = {parts[-1].partition(".")[0].replace("-", "_"), *(part.replace("-", "_") for part in parts[1:-1])}
        if any(one in names or one.partition("_")[0] in names for one in self._modules):
            return None
        return Built.UNLIKELY, f"no module of this image bears the name of {file} or of its folder"

    # --- judgement -----------------------------------------------------------------------------

    def _judged(self, found: Sequence[Area]) -> Answer:
        """Lower to a hint what such a device hardly has; nothing here is ever dropped."""
        if late := next((area for area in found if area.since and self._is_older(area.since)), None):
            why = f"{late.path} came with Linux {late.since}: in {self._version} only where somebody ported it back"
            return Built.UNLIKELY, why
        if strange := [area for area in found if area.unusual]:
            why = f"{strange[-1].path} is not usual: {strange[-1].unusual}; the image does not tell"
            return Built.UNLIKELY, why
        return _POSSIBLE

    def _is_older(self, release: str) -> bool:
        return bool(self._version) and compare(Scheme.KERNEL, self._version, release) < 0


@lru_cache(maxsize=64)
def _near(version: str) -> frozenset[int]:
    """Return the numbers of the releases in the table between which a version lies; none outside of them."""
    match = re.match(r"v?(\d{1,6})\.(\d{1,6})", version)
    if match is None:
        return frozenset()
    series = (int(match[1]), int(match[2]))
    known = releases()
    below = [index for index, one in enumerate(known) if one <= series]
    above = [index for index, one in enumerate(known) if one >= series]
    return frozenset({below[-1], above[0]}) if below and above else frozenset()


def _names(modules: Iterable[str]) -> frozenset[str]:
    return frozenset(one.removesuffix(".ko").replace("-", "_") for one in modules)
