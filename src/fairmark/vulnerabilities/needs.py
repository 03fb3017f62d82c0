"""Flaws that exist only with something built in: is it there, is it not, or does nobody know?

A version range does not say that a flaw lies in one busybox applet, or that a server must run CGI
programs. ``needs.yaml`` says so for well-known flaws, with its source. What is not there drops the
match; what cannot be known does not, but a need that few devices meet lowers it to a hint. A row that
nobody looked up (``assumed``) never drops anything: it lowers to a hint too.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import cache

from fairmark.model.data import load_yaml
from fairmark.model.image import Build
from fairmark.model.value import Value


class Met(StrEnum):
    """Whether what a flaw needs is in the device."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    UNUSUAL = "unusual"  # unknown, and few devices have it


class Need(Value):
    """What one flaw needs: one of the applets, one of the options, one of the files, or a setting that is not read.

    ``maybe`` are applets behind whose names it may hide: ``sh`` may be either shell. ``files`` are names of
    files. ``setting`` is what must be configured, in words; ``unusual`` says that few devices do.
    """

    cve: str
    reason: str
    source: str
    applets: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()
    config: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    setting: str = ""
    unusual: bool = False
    assumed: bool = False


@cache
def needs() -> Mapping[str, Need]:
    """Return what is known, by CVE."""
    rows = load_yaml("fairmark.vulnerabilities", "needs.yaml")["needs"]
    return {one.cve: one for one in (Need.model_validate(row) for row in rows)}


def named_files(files: Collection[str] | None) -> tuple[str, ...] | None:
    """Return the names, among those of ``files``, that any need asks for: all that an answer takes from them."""
    if files is None:
        return None
    asked = {name for need in needs().values() for name in need.files}
    return tuple(sorted(asked & {one.rpartition("/")[2] for one in files}))


def met(cve: str, build: Build, files: Collection[str] | None = None) -> tuple[Met, str]:
    """Say whether what the flaw needs is there, and why.

    ``files`` are the paths or names of all files of the image, None where they are not known.
    """
    need = needs().get(cve)
    return (Met.YES, "") if need is None else is_met(need, build, files)


def is_met(need: Need, build: Build, files: Collection[str] | None = None) -> tuple[Met, str]:
    """Say whether one need is met, and why."""
    if need.applets and build.applets is not None:
        return _among(need, need.applets, build.applets, "applet")
    if need.config and build.kernel_config is not None:
        config = build.kernel_config
        on = [one for one in need.config if config.get(f"CONFIG_{one}", "n") not in {"n", ""}]
        return _among(need, need.config, on, "option")
    if need.files and files is not None:
        return _among(need, need.files, {one.rpartition("/")[2] for one in files}, "file")
    if need.setting:
        return (Met.UNUSUAL if need.unusual else Met.UNKNOWN), f"{need.reason}: {need.setting}"
    return Met.UNKNOWN, need.reason


def _among(need: Need, wanted: tuple[str, ...], there: Collection[str], kind: str) -> tuple[Met, str]:
    if not set(wanted).isdisjoint(there):
        return Met.YES, ""
    names = ", ".join(wanted[:4])
    if hiding := sorted(set(need.maybe) & set(there)):
        return Met.UNUSUAL, f"{need.reason}; the image has no {kind} {names}, and {hiding[0]} may be another program"
    reason = f"{need.reason}, and the image has no {kind} {names}"
    return (Met.UNUSUAL, f"{reason}; that it needs one was not looked up") if need.assumed else (Met.NO, reason)
