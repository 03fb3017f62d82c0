"""The helpers that OpenWrt's start scripts call (``/lib/functions.sh``), answered from the settings in the tree."""

from collections.abc import Callable, Mapping, Sequence

from fairmark.examine.shell import Run
from fairmark.examine.uci import Section, is_true, sections


def _load(run: Run, arguments: Sequence[str]) -> bool | None:
    found = run.world.text(f"/etc/config/{arguments[0]}") if arguments else None
    run.settings = sections(found[1]) if found else ()
    return found is not None


def _foreach(run: Run, arguments: Sequence[str]) -> bool | None:
    """``config_foreach function type [arguments]``: one call for each section of the type."""
    if not arguments:
        return None
    wanted = arguments[1] if len(arguments) > 1 else ""
    for section in run.settings:
        if wanted in {"", section.type}:
            run.call(arguments[0], (section.name, *arguments[2:]))
    return True


def _get(run: Run, arguments: Sequence[str]) -> bool | None:
    """``config_get variable section option [default]``."""
    if len(arguments) < 3:
        return None
    run.variables[arguments[0]] = _value(run, arguments)
    return True


def _get_bool(run: Run, arguments: Sequence[str]) -> bool | None:
    """``config_get_bool variable section option [default]``."""
    if len(arguments) < 3:
        return None
    run.variables[arguments[0]] = "1" if is_true(_value(run, arguments)) else "0"
    return True


def _value(run: Run, arguments: Sequence[str]) -> str:
    section = next((one for one in run.settings if one.name == arguments[1]), Section("", "", 0, {}))
    return section.value(arguments[2], arguments[3] if len(arguments) > 3 else "")


def _nothing(run: Run, arguments: Sequence[str]) -> bool | None:  # noqa: ARG001 - the shape of a helper
    """Stand for a helper that only prepares something."""
    return True


HELPERS: Mapping[str, Callable[[Run, Sequence[str]], bool | None]] = {
    "config_load": _load,
    "config_foreach": _foreach,
    "config_get": _get,
    "config_get_bool": _get_bool,
    "procd_open_instance": _nothing,
    "procd_close_instance": _nothing,
    "procd_append_param": _nothing,
    "include": _nothing,
    "initscript": _nothing,
}
"""Helper by name."""
