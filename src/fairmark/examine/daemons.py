"""At which ports a started program waits, told from its arguments and settings (``rules/daemons.yaml``)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from fairmark.examine.startup import TreeWorld
from fairmark.examine.uci import sections
from fairmark.model.data import load_yaml

_PORT = re.compile(r"(?:(?P<address>.*):)?(?P<port>[0-9]{1,5})")
ACCOUNT_LOGINS = ("telnet", "ftp", "remote-shell", "ssh")
_LOOPBACK = re.compile(r"(?:127\.[0-9.]+|\[?::1\]?|localhost|lo|unix:.*|/.*)")
_CONFIG_OPTIONS = ("-c", "-f", "-C", "--config", "--config-file", "--conf-file")


@dataclass(frozen=True, slots=True)
class Setting:
    """A line of a settings file that decided something."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a program waits: outer ports, and the lines that say so. ``local``: only inside the device."""

    ports: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    local: bool = False
    switched_off: bool = False


@dataclass(frozen=True, slots=True)
class Daemon:
    """One entry of the list of daemons."""

    service: str
    kind: str
    ports: tuple[str, ...]
    port_options: tuple[str, ...]
    bind_options: tuple[str, ...]
    silent_options: tuple[str, ...]
    settings: tuple[dict[str, Any], ...]
    uci: dict[str, Any]
    knows_no_passwords: bool

    @property
    def keeps_no_passwords(self) -> bool:
        """Whether its passwords, if it knows any, are those of the account database."""
        return self.knows_no_passwords or self.kind in ACCOUNT_LOGINS


@cache
def daemons() -> dict[str, Daemon]:
    """Return the daemons by the name of their program."""
    found: dict[str, Daemon] = {}
    for row in load_yaml("fairmark.examine", "rules/daemons.yaml")["daemons"]:
        daemon = Daemon(
            row["service"],
            row["kind"],
            tuple(row["ports"]),
            tuple(row["port"]),
            tuple(row["bind"]),
            tuple(row.get("silent", ())),
            tuple(row.get("settings", ())),
            row.get("uci", {}),
            row.get("logins") == "none",
        )
        found |= dict.fromkeys(row["program"], daemon)
    return found


def listening(world: TreeWorld, daemon: Daemon, arguments: Sequence[str]) -> Listening:
    """Tell where a known daemon waits when it is started with these arguments."""
    if any(option in arguments for option in daemon.silent_options):
        return Listening(local=True)
    uci = _by_uci(world, daemon)
    if uci.switched_off:
        return uci
    places = [value for option in daemon.port_options for value in option_values(arguments, option)]
    by_option = _outer(places)
    bound = [value for option in daemon.bind_options for value in option_values(arguments, option)]
    if bound and all(_LOOPBACK.fullmatch(value) for value in bound):
        return Listening(local=True)
    if by_option or places:
        return Listening(_with_protocol(daemon, by_option), local=not by_option)
    if uci.ports or uci.local:
        return uci
    return _by_files(world, daemon, arguments) or Listening(daemon.ports)


def unknown_listening(arguments: Sequence[str]) -> Listening:
    """Tell the port of a program that is not in the list, from ``-p`` or ``--port`` alone."""
    places = [value for option in ("-p", "--port", "-port") for value in option_values(arguments, option)]
    return Listening(tuple(f"tcp/{port}" for port in _outer(places)))


def option_values(arguments: Sequence[str], option: str) -> list[str]:
    """Return the values of an option: ``-p 23``, ``-p23``, ``--port=23``."""
    values: list[str] = []
    for index, word in enumerate(arguments):
        if word == option and index + 1 < len(arguments):
            values.append(arguments[index + 1])
        elif word.startswith("--") and word.startswith(option + "="):
            values.append(word.partition("=")[2])
        elif len(option) == 2 and word.startswith(option) and word[2:3].isdigit():
            values.append(word[2:])
    return values


def _outer(places: Sequence[str]) -> tuple[str, ...]:
    """Return the port numbers of places that are not loopback addresses."""
    found: list[str] = []
    for place in places:
        match = _PORT.fullmatch(place.strip("\"'"))
        inside = match and match["address"] and _LOOPBACK.fullmatch(match["address"])
        if match and not inside and 0 < int(match["port"]) < 65536:
            found.append(match["port"])
    return tuple(dict.fromkeys(found))


def _with_protocol(daemon: Daemon, ports: Sequence[str]) -> tuple[str, ...]:
    protocols = tuple(dict.fromkeys(port.partition("/")[0] for port in daemon.ports)) or ("tcp",)
    return tuple(f"{protocol}/{port}" for port in ports for protocol in protocols)


def _by_uci(world: TreeWorld, daemon: Daemon) -> Listening:
    """Read OpenWrt settings: switched off when every section of the type is."""
    path = f"/etc/config/{daemon.uci.get('file')}"
    found = world.text(path) if daemon.uci and world.tree.get("/etc/rc.common") else None
    every = [one for one in sections(found[1]) if one.type == daemon.uci["type"]] if found else []
    live = [
        one
        for one in every
        if not any(one.value(switch["option"]) == switch["value"] for switch in daemon.uci["disabled"])
    ]
    if every and not live:
        return Listening(switched_off=True, settings=(Setting(path, every[0].line, f"config {every[0].type}"),))
    places = [value for one in live for option in daemon.uci.get("ports", ()) for value in one.options.get(option, ())]
    ports = _outer(places)
    settings = tuple(Setting(path, one.line, f"config {one.type} {one.name}") for one in live)
    return Listening(_with_protocol(daemon, ports), settings if places else (), local=bool(places) and not ports)


def _by_files(world: TreeWorld, daemon: Daemon, arguments: Sequence[str]) -> Listening | None:
    named = [value for option in _CONFIG_OPTIONS for value in option_values(arguments, option)]
    named += [word for word in arguments if word.startswith("/etc/")]
    for block in daemon.settings:
        found = next((text for path in (*named, *block["files"]) if (text := world.text(path))), None)
        if found:
            return _by_file(daemon, block, *found)
    return None


def _by_file(daemon: Daemon, block: dict[str, Any], path: str, text: str) -> Listening | None:
    ports: list[str] = []
    bound: list[str] = []
    lines: list[Setting] = []
    for number, raw in enumerate(text.splitlines()[:20_000], start=1):
        line = raw.strip()
        if not line or line.startswith(("#", ";", "//")):
            continue
        if "off" in block and re.match(block["off"], line):
            return Listening(local=True, settings=(Setting(path, number, line),))
        for key, into in (("port", ports), ("bind", bound)):
            match = re.match(block[key], line) if key in block else None
            if match:
                into.append(match[1])
                lines.append(Setting(path, number, line))
    if bound and all(_LOOPBACK.fullmatch(address) for address in bound):
        return Listening(local=True, settings=tuple(lines))
    outer = _outer(ports)
    if ports and not outer:
        return Listening(local=True, settings=tuple(lines))
    return Listening(_with_protocol(daemon, outer) if outer else daemon.ports, tuple(lines))
