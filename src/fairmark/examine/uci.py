"""Settings of OpenWrt: sections with options, as the UCI documentation of OpenWrt describes the file format."""

import shlex
from dataclasses import dataclass

_MAX_LINES = 20_000


@dataclass(frozen=True, slots=True)
class Section:
    """``config type 'name'`` with its options; a list keeps all its values. ``line`` is where it starts."""

    type: str
    name: str
    line: int
    options: dict[str, tuple[str, ...]]

    def value(self, option: str, default: str = "") -> str:
        """Return the (last) value of an option."""
        return self.options.get(option, (default,))[-1]


def sections(text: str) -> tuple[Section, ...]:
    """Read a UCI file. A line that cannot be read is passed over."""
    found: list[Section] = []
    for number, line in enumerate(text.splitlines()[:_MAX_LINES], start=1):
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            continue
        if words[:1] == ["config"] and len(words) > 1:
            found.append(Section(words[1], words[2] if len(words) > 2 else f"cfg{len(found)}", number, {}))
        elif words[:1] == ["option"] and len(words) > 2 and found:
            found[-1].options[words[1]] = (words[2],)
        elif words[:1] == ["list"] and len(words) > 2 and found:
            found[-1].options[words[1]] = (*found[-1].options.get(words[1], ()), words[2])
    return tuple(found)


def is_true(value: str) -> bool:
    """Whether OpenWrt takes the value for true."""
    return value.lower() in {"1", "on", "true", "yes", "enabled"}
