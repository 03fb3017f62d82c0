"""What is known about the names of a script at one place of it."""

from dataclasses import dataclass, field

from fairmark.examine.scripts.flow import CLEAN, Taint


@dataclass(slots=True)
class Scope:
    """What is known about names: what flows into them, and which were checked."""

    taints: dict[str, tuple[Taint, tuple[int, ...]]] = field(default_factory=dict)
    safe: dict[str, str] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    """Names that equal a fixed text inside the blocks deeper than this."""
    own: set[str] = field(default_factory=set)

    def inner(self) -> "Scope":
        """Return the scope of a function inside this one."""
        return Scope(dict(self.taints), dict(self.safe), dict(self.held), set())

    def taint(self, key: str) -> Taint:
        """Return what flows into a name; checked names are clean or weak."""
        known = self.taints.get(key)
        return known[0] if known else CLEAN

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

    def clear(self, key: str, block: tuple[int, ...]) -> None:
        """A name has a harmless value."""
        for one in [one for one in self.taints if one.startswith((key + ".", key + "["))]:
            del self.taints[one]
        self.taints[key] = (CLEAN, block)
