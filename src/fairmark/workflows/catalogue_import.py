"""Take a catalogue over from somebody else's file: OSCAL (JSON), a table (CSV), or YAML in the form of ours.

What comes in is turned into one catalogue file and checked against the whole library before a
byte of it is kept. A table needs the columns ``id`` and ``title``; ``status``, ``group``,
``condition``, ``condition_text`` and ``automation`` may stand beside them.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.model.data import load_yaml
from fairmark.model.standard import Automation, Status
from fairmark.model.value import canonical_json
from fairmark.model.vocabulary import vocabulary
from fairmark.standards.library import CATALOGUES, CROSSWALK, PACKAGE, assemble
from fairmark.standards.own import own_files
from fairmark.workflows.own_catalogues import MAX_BYTES, parsed

MAX_IMPORT_BYTES = 64 << 20
MOST_ROWS = 20_000
LONGEST_CELL = 2_000
COLUMNS = ("id", "title", "status", "group", "condition", "condition_text", "automation")
_SLUG = re.compile(r"[^a-z0-9.]+")
FILLED_IN = "What the file does not say is filled in: a person judges it, and it always applies."
_HINT = "Accepted: an OSCAL catalogue (.json), a table (.csv), or YAML in the form of ours (.yaml)."


@dataclass(frozen=True, slots=True)
class Imported:
    """A catalogue file, ready to be kept."""

    id: str
    edition: str
    provisions: int
    file: str
    content: bytes
    notes: tuple[str, ...]


def imported(
    content: bytes, name: str, *, catalogue: str = "", edition: str = "", title: str = "", replace: bool = False
) -> Imported:
    """Return the catalogue in ``content`` as a file of ours, checked together with everything that is here already.

    Args:
        content: the foreign file.
        name: its name; the ending says how it is read.
        catalogue: id to use instead of the file's own; a table has none.
        edition: edition to use instead.
        title: name to use instead.
        replace: an own catalogue of the same id is left out of the check.

    Raises:
        UnreadableInputError: with every fault, when it cannot be taken over.
    """
    data, is_ours = _data(content, name, catalogue)
    data |= {key: text for key, text in (("id", catalogue), ("edition", edition), ("name", title)) if text}
    own = {one.name: one.data for one in own_files() if not (replace and _id_of(one.data) == data.get("id"))}
    ours = {one: load_yaml(PACKAGE, one) for one in CATALOGUES}
    made = assemble(ours, load_yaml(PACKAGE, CROSSWALK), vocabulary(), own | {name: data}).catalogues[-1]
    by_text = is_ours and not (catalogue or edition or title)
    return Imported(
        id=made.id,
        edition=made.edition,
        provisions=len(made.provisions),
        file=f"{made.id}.{'yaml' if by_text else 'json'}",
        content=content if by_text else canonical_json(data) + b"\n",
        notes=() if is_ours else (FILLED_IN,),
    )


def _id_of(data: object) -> str:
    return str(data.get("id", "")) if isinstance(data, dict) else ""


def _data(content: bytes, name: str, catalogue: str) -> tuple[dict[str, Any], bool]:
    """Return the content in the shape of a catalogue file, and whether it had that shape already."""
    ending = name.rpartition(".")[2].lower()
    if ending in {"yaml", "yml"}:
        return _mapping(parsed(content, name).data), True
    if ending == "csv":
        return _from_table(content, name, catalogue), False
    if ending == "json":
        from fairmark.workflows.oscal_read import read_catalog  # noqa: PLC0415 - a third of the time of the others

        if b'"catalog"' not in content[:4096]:
            return _mapping(parsed(content, name).data), False
        data = read_catalog(content, name)
        return data | {"id": _slug(data["id"])}, False
    raise WrongUsageError(f"{name}: the ending says nothing about its form", hint=_HINT)


def _mapping(data: object) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise UnreadableInputError("the file holds no catalogue", hint=_HINT)
    return dict(data)


def _slug(text: str) -> str:
    return _SLUG.sub("-", text.lower()).strip("-.")[:80] or "imported"


def _from_table(content: bytes, name: str, catalogue: str) -> dict[str, Any]:
    rows = list(_rows(content, name))
    groups = {row["group"] for row in rows}
    statuses = Counter(row["status"] for row in rows)
    return {
        "id": catalogue or _slug(name.rpartition("/")[2].rpartition(".")[0]),
        "name": name.rpartition("/")[2].rpartition(".")[0],
        "edition": "as imported",
        "kind": "guidance",
        "publisher": "not stated",
        "unit": "provision",
        "markets": [],
        "confidence": "as the table gives it; not compared with the publisher's text",
        "provenance": "a table of the user",
        "groups": {group: group for group in sorted(groups)},
        "count": {"provisions": len(rows), **dict(sorted(statuses.items()))},
        "provisions": rows,
    }


def _rows(content: bytes, name: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table as provisions; raises with the line of the first fault."""
    if len(content) > MAX_BYTES * 8:
        raise UnreadableInputError(f"{name} is larger than {MAX_BYTES * 8:,} bytes", hint=_HINT)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableInputError(f"{name} is not UTF-8 text", hint="Save the table as UTF-8.") from None
    reader = csv.DictReader(io.StringIO(text), strict=True, dialect=_dialect(text))
    try:
        header = [str(one).strip().lower() for one in reader.fieldnames or ()]
        _require_columns(header, name)
        reader.fieldnames = header
        for number, row in enumerate(reader, start=1):
            if number > MOST_ROWS:
                raise UnreadableInputError(f"{name} has more than {MOST_ROWS:,} rows", hint=_HINT)
            yield _provision(row, f"{name}: line {reader.line_num}")
    except csv.Error as error:
        hint = "Quote cells that hold commas."
        raise UnreadableInputError(f"{name}: line {reader.line_num}: {error}", hint=hint) from None


def _dialect(text: str) -> type[csv.Dialect]:
    """Return the usual form, with the semicolon as separator where the header uses it."""
    first = text.split("\n", 1)[0]

    class _Semicolon(csv.excel):
        delimiter = ";"

    return _Semicolon if first.count(";") > first.count(",") else csv.excel


def _require_columns(header: list[str], name: str) -> None:
    missing = [column for column in ("id", "title") if column not in header]
    strange = sorted(set(header) - set(COLUMNS))
    if missing or strange or len(header) != len(set(header)):
        faults = [f"no column {one}" for one in missing]
        faults += [f"a column {one[:40]!r} that is not known" for one in strange]
        faults += ["a column stands twice"] if len(header) != len(set(header)) else []
        raise UnreadableInputError(f"{name}: {'; '.join(faults)}", hint=f"Columns: {', '.join(COLUMNS)}.")


def _provision(row: Mapping[str | None, Any], where: str) -> dict[str, Any]:
    if None in row or any(cell is None for cell in row.values()):
        raise UnreadableInputError(f"{where}: the row has another number of cells than the header", hint=_HINT)
    cells = {str(key): str(cell).strip() for key, cell in row.items()}
    if long := [key for key, cell in cells.items() if len(cell) > LONGEST_CELL]:
        raise UnreadableInputError(f"{where}: {long[0]} is longer than {LONGEST_CELL} characters", hint=_HINT)
    status = cells.get("status") or Status.MANDATORY.value
    automation = cells.get("automation") or Automation.HUMAN.value
    for value, known in ((status, Status), (automation, Automation)):
        if value not in {one.value for one in known}:
            hint = f"Expected one of {', '.join(one.value for one in known)}."
            raise UnreadableInputError(f"{where}: {value[:40]!r} is not known", hint=hint)
    kept = {key: cells[key] for key in ("condition", "condition_text") if cells.get(key)}
    made = {"id": cells["id"], "title": cells["title"], "status": status, "automation": automation}
    return {**made, "group": cells.get("group") or "all", **kept}
