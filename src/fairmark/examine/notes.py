"""Gather what went wrong inside one container, so that a million bad names make one gap."""

from dataclasses import dataclass, field

from fairmark.model.gap import Gap, GapReason

_NAMED = 20  # names that a gap lists before it says how many more there are


@dataclass(slots=True)
class _Note:
    names: list[str] = field(default_factory=list)
    count: int = 0
    size: int = 0


class Notes:
    """Gaps of one container, one per reason and sentence, each naming the first files it concerns."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._notes: dict[tuple[GapReason, str], _Note] = {}

    def add(self, reason: GapReason, sentence: str, name: str = "", size: int = 0) -> None:
        """Note that ``name`` (``size`` bytes) was not examined because of ``sentence``."""
        note = self._notes.setdefault((reason, sentence), _Note())
        note.size += size
        if name:
            note.count += 1
            if len(note.names) < _NAMED:
                note.names.append(name if len(name) <= 200 else name[:200] + "...")

    def gaps(self) -> tuple[Gap, ...]:
        """Return the gaps in a fixed order."""
        return tuple(
            Gap(where=self._where, reason=reason, detail=sentence + _listed(note), bytes=note.size)
            for (reason, sentence), note in sorted(self._notes.items(), key=lambda item: item[0])
        )


def _listed(note: _Note) -> str:
    if not note.names:
        return ""
    more = note.count - len(note.names)
    return ": " + ", ".join(note.names) + (f" and {more} more" if more else "")
