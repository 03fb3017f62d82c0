"""What a watch has told already, so that a nightly run tells each thing once, and since when it has been seen."""

from datetime import date
from typing import Literal

from pydantic import Field, ValidationError

from fairmark.errors import UnreadableInputError
from fairmark.model.value import Value, canonical_json
from fairmark.workflows.watch import Closed, News, Place, WatchReport, What

MAX_STATE_BYTES = 64 << 20
SCHEMA: Literal["fairmark.watch/1"] = "fairmark.watch/1"


class Told(Value):
    """One thing that was told: what it was (None: that it was taken back), and the day of the first sight."""

    cve: str
    component: str
    version: str
    what: What | None
    first_seen: date

    @property
    def place(self) -> Place:
        """What the flaw is called inside its build."""
        return self.cve, self.component, self.version


class WatchState(Value):
    """Everything that was told, by build."""

    format: Literal["fairmark.watch/1"] = Field(default=SCHEMA, alias="schema")
    told: dict[str, tuple[Told, ...]] = Field(default_factory=dict)

    def earlier(self) -> dict[str, tuple[Place, ...]]:
        """Return what was told as news and not taken back since, by build."""
        return {build: tuple(one.place for one in rows if one.what) for build, rows in self.told.items()}


def read_state(content: bytes, name: str) -> WatchState:
    """Read a state back; a file with nothing in it is the beginning.

    Raises:
        UnreadableInputError: when it is no state; it is not overwritten.
    """
    if not content.strip():
        return WatchState()
    try:
        return WatchState.model_validate_json(content)
    except ValidationError:
        hint = "Move it away to begin anew: everything that is new is then told once more."
        raise UnreadableInputError(f"{name} is no state of a watch", hint=hint) from None


def written(state: WatchState) -> bytes:
    """Return the file's content; the same state gives the same bytes."""
    return canonical_json(state) + b"\n"


def untold(report: WatchReport, state: WatchState, today: date) -> tuple[WatchReport, WatchState]:
    """Return the report without what was told before unless it is graver now, and the state after it.

    What is no longer news stays in the state: a chance that sinks and rises again is told once. What was taken
    back is told once too, and is news again when it comes back.
    """
    memory = {build: {one.place: one for one in rows} for build, rows in state.told.items()}
    news, closed = [], []
    for one in report.news:
        rows = memory.setdefault(one.build, {})
        known = rows.get((one.cve, one.component, one.version))
        if known is None or known.what is None or _rank(one.what) < _rank(known.what):
            first = min(known.first_seen, today) if known else today
            made = _told(one, one.what, first)
            rows[made.place] = made
            news.append(one.model_copy(update={"first_seen": first, "known_since": one.known_since or first}))
    for gone in report.closed:
        rows = memory.setdefault(gone.build, {})
        known = rows.get((gone.cve, gone.component, gone.version))
        if known is None or known.what is not None:
            made = _told(gone, None, known.first_seen if known else today)
            rows[made.place] = made
            closed.append(gone)
    told = {build: tuple(rows[place] for place in sorted(rows)) for build, rows in sorted(memory.items()) if rows}
    return report.model_copy(update={"news": tuple(news), "closed": tuple(closed)}), WatchState(told=told)


def _told(one: News | Closed, what: What | None, first: date) -> Told:
    return Told(cve=one.cve, component=one.component, version=one.version, what=what, first_seen=first)


def _rank(what: What) -> int:
    return list(What).index(what)
