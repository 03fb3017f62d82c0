"""What is known about the names of a script at one place of it."""

from dataclasses import dataclass, field

from fairmark.examine.scripts.checks import NONE, STRICT, WEAK
from fairmark.examine.scripts.flow import CLEAN, Taint


@dataclass(slots=True)
class Scope:
    """What is known about names: what flows into them, and which were checked."""

    taints: dict[str, tuple[Taint, tuple[int, ...]]] = field(default_factory=dict)
    safe: dict[str, str] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    """Names that equal a fixed text inside the blocks deeper than this."""
    own: set[str] = field(default_factory=set)
    made: dict[str, frozenset[str]] = field(default_factory=dict)
    """Of which names that hold input a value was put together: once they are checked, so is it."""

    def inner(self) -> "Scope":
        """Return the scope of a function inside this one."""
        return Scope(dict(self.taints), dict(self.safe), dict(self.held), set(), dict(self.made))

    def taint(self, key: str) -> Taint:
        """Return what flows into a name; checked names are clean or weak."""
        known = self.taints.get(key)
        return known[0] if known else CLEAN

    def safety(self, key: str) -> str:
        """Return how well a name was checked, by itself or by all the names that it was put together of."""
        parts = self.made.get(key)
        if key in self.safe or not parts:
            return self.safe.get(key, NONE)
        checks = {self.safe.get(part, NONE) for part in parts}
        return STRICT if checks == {STRICT} else WEAK if NONE not in checks else NONE

    def make(self, key: str, parts: frozenset[str]) -> None:
        """Note of which names a new value was put together."""
        if parts and key not in parts:
            self.made[key] = parts

    def hold(self, key: str, depth: int) -> None:
        """Note that a name has a fixed value in this statement and the blocks that it opens."""
        self.held.setdefault(key, depth)

    def leave(self, depth: int) -> None:
        """Forget what held only in blocks that are left."""
        for key in [key for key, held in self.held.items() if depth <= held]:
            del self.held[key]

    def forget(self, key: str) -> None:
        """A name has a new value: what was checked before says nothing about it."""
        for known in (self.safe, self.held):
            for one in [one for one in known if one == key or one.startswith((key + ".", key + "["))]:
                del known[one]
        self._forget_parts(key)

    def clear(self, key: str, block: tuple[int, ...]) -> None:
        """A name has a harmless value."""
        for one in [one for one in self.taints if one.startswith((key + ".", key + "["))]:
            del self.taints[one]
        self.taints[key] = (CLEAN, block)
        self._forget_parts(key)

    def _forget_parts(self, key: str) -> None:
        """What was made of the old value keeps it: a check of the new one proves nothing."""
        for one in [one for one, parts in self.made.items() if one == key or key in parts]:
            del self.made[one]
