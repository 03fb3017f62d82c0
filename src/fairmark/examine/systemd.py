"""Which units a systemd of the tree starts, after systemd.unit(5), systemd.service(5) and systemd.preset(5)."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Protocol

from fairmark.examine.shell import Command, Place, Run, World
from fairmark.examine.tree import Tree

_FOLDERS = ("/etc/systemd/system", "/lib/systemd/system", "/usr/lib/systemd/system")
_PRESETS = ("/etc/systemd/system-preset", "/lib/systemd/system-preset", "/usr/lib/systemd/system-preset")
_INIT = ("/lib/systemd/systemd", "/usr/lib/systemd/systemd")
_RC_LOCAL = "/etc/rc.local"
_PULLING = frozenset({"Wants", "Requires", "BindsTo", "Upholds"})
_MAX_UNITS = 1000
_SECTION = re.compile(r"\[(\w+)\]\s*$")


class Machine(World, Protocol):
    """The world of the shell with its tree."""

    tree: Tree


@dataclass(frozen=True, slots=True)
class Setting:
    """One ``key=value`` of a unit file."""

    section: str
    key: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit file: where it lies and what it sets."""

    name: str
    path: str
    settings: tuple[Setting, ...]

    def all(self, key: str) -> tuple[Setting, ...]:
        """Return the settings of a key, in order; an empty value resets what came before it."""
        found: list[Setting] = []
        for setting in self.settings:
            if setting.key == key:
                found = [*found, setting] if setting.value else []
        return tuple(found)

    def value(self, key: str) -> str:
        """Return the last value of a key."""
        found = self.all(key)
        return found[-1].value if found else ""


def is_init(world: Machine) -> bool:
    """Whether systemd itself is in the tree."""
    return any(world.test("-f", path) for path in _INIT)


def has_unit(world: Machine, link: str) -> bool:
    """Whether a native unit replaces the SysV script behind a start link such as ``S01ssh``."""
    name = re.sub(r"^S[0-9]{2}", "", link.rpartition("/")[2])
    return any(world.tree.get(f"{folder}/{name}.service", follow=False) for folder in _FOLDERS)


def gather(world: Machine, commands: list[Command], scripts: list[Command], budget: list[int]) -> bool:
    """Add the commands of all enabled services, and of services that enabled sockets start; scripts likewise.

    Return whether that is all of them: of an absurd number of units only the first are followed.
    """
    enabled, whole = _enabled(world)
    for name, enabling in sorted(enabled.items()):
        unit = read_unit(world, name)
        if unit is None or not _conditions_hold(world, unit):
            continue
        service = unit
        place = Place(enabling, 0, f"enables {name}")
        if name.endswith(".socket"):
            listening = tuple(
                Place(unit.path, one.line, f"{one.key}={one.value}")
                for one in unit.settings
                if one.key.startswith("Listen")
            )
            served = read_unit(world, _served_by(unit))
            if served is None:
                continue
            service, trail = served, (place, *listening)
        else:
            trail = (place,)
        commands += _of_service(world, service, trail, scripts, budget)
    return whole


def socket_ports(text: str) -> str | None:
    """Return ``tcp/23`` for the text of a ``ListenStream=`` place, ``""`` for a local one, ``None`` for other lines.

    >>> socket_ports("ListenStream=0.0.0.0:23"), socket_ports("ListenStream=127.0.0.1:23"), socket_ports("x")
    ('tcp/23', '', None)
    """
    match = re.fullmatch(r"Listen(Stream|Datagram)=(?:(.*):)?([0-9]{1,5})", text)
    if not match:
        return "" if text.startswith("Listen") else None
    if (match[2] or "").startswith(("127.", "[::1]", "localhost")):
        return ""
    return f"{'tcp' if match[1] == 'Stream' else 'udp'}/{match[3]}"


def read_unit(world: Machine, name: str) -> Unit | None:
    """Read a unit by name; a template (``getty@.service``) stands for its instances. Masked units are none."""
    template = re.sub(r"@[^.]*\.", "@.", name)
    for candidate in dict.fromkeys((name, template)):
        for folder in _FOLDERS:
            entry = world.tree.get(f"{folder}/{candidate}", follow=False)
            if entry is None:
                continue
            found = world.text(f"{folder}/{candidate}")
            return Unit(name, found[0], _settings(found[1])) if found and found[1].strip() else None
    return None


def _enabled(world: Machine) -> tuple[dict[str, str], bool]:
    """Return the names of enabled units with the path that enables each, and whether that is all of them."""
    enabled: dict[str, str] = {}
    for folder in _FOLDERS:
        for pattern in ("*.target.wants/*", "*.target.requires/*", "*.service.wants/*"):
            for path in world.glob(f"{folder}/{pattern}"):
                enabled.setdefault(path.rpartition("/")[2], path)
    machine_id = world.text("/etc/machine-id")
    if machine_id is None or machine_id[1].strip() in {"", "uninitialized"}:  # a first boot applies the presets
        enabled = _preset(world) | enabled
    if world.test("-x", _RC_LOCAL):  # systemd-rc-local-generator
        enabled.setdefault("rc-local.service", _RC_LOCAL)
    _pulled_in(world, enabled)
    wanted = {name: path for name, path in enabled.items() if name.endswith((".service", ".socket"))}
    return dict(sorted(wanted.items())[:_MAX_UNITS]), len(enabled) < _MAX_UNITS


def _pulled_in(world: Machine, enabled: dict[str, str]) -> None:
    """Add the units that enabled units want or require, however far down."""
    waiting = sorted(enabled)
    while waiting and len(enabled) < _MAX_UNITS:
        unit = read_unit(world, waiting.pop())
        for setting in unit.settings if unit else ():
            if setting.section != "Unit" or setting.key not in _PULLING:
                continue
            for name in setting.value.split():
                if name not in enabled and unit and len(enabled) < _MAX_UNITS:
                    enabled[name] = unit.path
                    waiting.append(name)


def _preset(world: Machine) -> dict[str, str]:
    """Return the installable units whose first matching preset line says ``enable`` by name, not by ``*``."""
    lines: list[tuple[str, str, str]] = []
    for path in sorted({path for folder in _PRESETS for path in world.glob(f"{folder}/*.preset")}, key=_base):
        found = world.text(path)
        words = [line.split() for line in (found[1] if found else "").splitlines()[:500]]
        lines += [(one[0], one[1], path) for one in words if len(one) > 1 and one[0] in {"enable", "disable"}]
    enabled: dict[str, str] = {}
    for folder in _FOLDERS:
        for path in world.glob(f"{folder}/*.service") + world.glob(f"{folder}/*.socket"):
            name = _base(path)
            verdict = next((line for line in lines if fnmatchcase(name, line[1])), None)
            if verdict and verdict[0] == "enable" and verdict[1].strip("*"):
                unit = read_unit(world, name)
                if unit and any(setting.section == "Install" for setting in unit.settings):
                    enabled.setdefault(name, verdict[2])
    return enabled


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _served_by(socket: Unit) -> str:
    if socket.value("Service"):
        return socket.value("Service")
    stem = socket.name.removesuffix(".socket")
    return f"{stem}@.service" if socket.value("Accept").lower() in {"yes", "true", "1"} else f"{stem}.service"


def _conditions_hold(world: Machine, unit: Unit) -> bool:
    for setting in unit.settings:
        operator = {
            "ConditionPathExists": "-e",
            "ConditionFileIsExecutable": "-x",
            "ConditionPathIsDirectory": "-d",
        }.get(setting.key)
        negated = setting.value.startswith("!")
        path = setting.value.lstrip("!|")
        runtime = path.startswith(("/proc", "/sys", "/dev", "/run"))
        if operator and not runtime and world.test(operator, path) is negated:
            return False
    return True


def _of_service(
    world: Machine, unit: Unit, trail: tuple[Place, ...], scripts: list[Command], budget: list[int]
) -> list[Command]:
    """Run the ``ExecStart`` lines with the variables of the environment files."""
    found: list[Command] = []
    variables: dict[str, str | None] = {}
    for setting in unit.all("Environment"):
        variables |= dict(part.split("=", 1) for part in setting.value.strip('"').split() if "=" in part)
    for setting in unit.all("EnvironmentFile"):
        text = world.text(setting.value.lstrip("-"))
        if text:
            reader = Run(world, text[0], text[1], [], variables=variables, budget=budget)
            reader.follow()
    for setting in unit.all("ExecStart"):
        place = Place(unit.path, setting.line, f"ExecStart={setting.value}")
        run = Run(
            world,
            unit.path,
            setting.value.lstrip("-@:+!|"),
            found,
            trail,
            variables=dict(variables),
            scripts=scripts,
            budget=budget,
        )
        run.within = place
        run.follow()
    user = unit.value("User")
    return [Command(one.words, one.trail, one.certain, one.user or user) for one in found]


def _settings(text: str) -> tuple[Setting, ...]:
    found: list[Setting] = []
    section, pending, started = "", "", 0
    for number, line in enumerate(text.splitlines()[:5000], start=1):
        stripped = line.strip()
        if not pending and (not stripped or stripped[0] in "#;"):
            continue
        header = _SECTION.match(stripped)
        if header and not pending:
            section = header[1]
            continue
        started = started if pending else number
        whole = f"{pending}{stripped}"
        if whole.endswith("\\"):
            pending = whole[:-1] + " "
            continue
        pending = ""
        key, equals, value = whole.partition("=")
        if equals:
            found.append(Setting(section, key.strip(), value.strip(), started))
    return tuple(found)
