"""Settings of OpenWrt with the line of each option, so that a finding can point at it.

``examine.uci`` reads the same form for the start scripts, which need no lines.
"""

import shlex
from dataclasses import dataclass, field

from fairmark.examine.configs.lines import MAX_SETTINGS, Setting, last, numbered
from fairmark.examine.subject import FileFacts


@dataclass(slots=True)
class Section:
    """``config type 'name'`` and its options, lists among them value by value."""

    type: str
    name: str
    start: Setting
    settings: list[Setting] = field(default_factory=list)

    def get(self, option: str) -> Setting | None:
        """Return the last setting of an option."""
        return last(self.settings, option)

    def value(self, option: str, default: str = "") -> str:
        """Return the last value of an option."""
        found = self.get(option)
        return found.value if found else default

    def is_off(self, option: str) -> bool:
        """Whether an option says no."""
        found = self.get(option)
        return found is not None and found.is_off

    def is_on(self, option: str) -> bool:
        """Whether an option says yes."""
        found = self.get(option)
        return found is not None and found.is_on


def uci(file: FileFacts) -> tuple[Section, ...]:
    """Read a UCI file. A line that cannot be read is passed over."""
    found: list[Section] = []
    count = 0
    for number, line in numbered(file):
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            continue
        count += 1
        if count > MAX_SETTINGS:
            break
        if words[:1] == ["config"] and len(words) > 1:
            start = Setting(file, number, "config", " ".join(words[1:]))
            found.append(Section(words[1], words[2] if len(words) > 2 else "", start))
        elif words[:1] in (["option"], ["list"]) and len(words) > 2 and found:
            section = f"{found[-1].type} {len(found)}"
            found[-1].settings.append(Setting(file, number, words[1].lower(), words[2], section))
    return tuple(found)
