"""Read OSCAL files that somebody else may have written: bounded, typed, every fault with its place.

Source: NIST OSCAL 1.2.1, the catalogue model; versions 1.0.0 to 1.2.x have the same catalogue. Only the JSON form is
read. A foreign catalogue says nothing about who can judge a control, when it applies, or how much it is demanded: so
a person judges it, it always applies, and it is mandatory until somebody writes down something else.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fairmark.errors import UnreadableInputError
from fairmark.model.value import Value, sha256_hex
from fairmark.render.oscal import JSON_CLASS, NAMESPACE, plain_text
from fairmark.standards.catalogue_file import CatalogueFile, ProvisionEntry
from fairmark.workflows.foreign_json import read_json

MAX_OSCAL_BYTES = 64 << 20
MOST_CONTROLS = 20_000
DEEPEST = 20
"""How deeply groups and controls may be nested; SP 800-53 needs three."""
_HINT = "Give an OSCAL document of version 1.0.0 to 1.2.x in its JSON form."
_VERSION = re.compile(r"1\.[0-2]\.[0-9]{1,3}")
_HALVES = re.compile("[\ud800-\udfff]")
_LONGEST = 20_000
_UNGROUPED = "controls"


@dataclass(frozen=True, slots=True)
class Place:
    """An object of the document, with the way to it for messages."""

    name: str
    way: str
    data: Mapping[str, Any]

    def fault(self, text: str) -> UnreadableInputError:
        """Return an error that names file and place."""
        return UnreadableInputError(f"{self.name}: {self.way}: {text}", hint=_HINT)

    def text(self, key: str, *, needed: bool = False) -> str:
        """Return the text under ``key``, '' where there is none; raises when it is no text, or needed and missing."""
        found = self.data.get(key, "")
        if not isinstance(found, str):
            raise self.fault(f"{key} must be text")
        if needed and not found.strip():
            raise self.fault(f"{key} is missing")
        if len(found) > _LONGEST or _HALVES.search(found):
            raise self.fault(f"{key} is too long or holds halves of characters")
        return found

    def object(self, key: str) -> "Place":
        """Return the object under ``key``; raises when it is missing or something else."""
        found = self.data.get(key)
        if not isinstance(found, dict):
            raise self.fault(f"{key} must be an object")
        return Place(self.name, f"{self.way}.{key}", found)

    def objects(self, key: str) -> list["Place"]:
        """Return the objects in the list under ``key``, none where it is missing; raises on anything else."""
        found = self.data.get(key, [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise self.fault(f"{key} must be a list of objects")
        return [Place(self.name, f"{self.way}.{key}[{number}]", one) for number, one in enumerate(found)]

    def prop(self, name: str, namespace: str = "") -> str:
        """Return the value of the first property with this name and name space, '' where there is none."""
        for one in self.objects("props"):
            if one.text("name") == name and one.text("ns") in {namespace, "http://csrc.nist.gov/ns/oscal"}:
                return one.text("value")
        return ""

    def own(self) -> dict[str, Any]:
        """Return the properties of our name space: field -> value."""
        return self.values(NAMESPACE)

    def values(self, namespace: str) -> dict[str, Any]:
        """Return the properties of a name space, name -> value; raises when a name stands twice."""
        found: dict[str, Any] = {}
        for one in self.objects("props"):
            key, text = one.text("name", needed=True), one.text("value", needed=True)
            if one.text("ns") != namespace:
                continue
            if key in found:
                raise one.fault(f"a second property has the name {key[:60]!r}")
            found[key] = _parsed(one, text) if one.text("class") == JSON_CLASS else text
        return found


def _parsed(place: Place, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise place.fault("its value is no JSON, though its class says so") from None


def read_document(content: bytes, name: str, kind: str) -> Place:
    """Return the one object of an OSCAL document of that kind (``catalog``, ``assessment-results``).

    Raises:
        UnreadableInputError: when it is too large, too deep, no JSON, of another kind or of a version not known.
    """
    data = read_json(content, name, limit=MAX_OSCAL_BYTES, hint=_HINT, unique=True)
    if not isinstance(data, dict) or len(set(data) - {"$schema"}) != 1:
        raise UnreadableInputError(f"{name} is no OSCAL document: it must hold one object of a known kind", hint=_HINT)
    if kind not in data:
        found = next(iter(set(data) - {"$schema"}))
        raise UnreadableInputError(f"{name} holds {found[:60]!r}, not an OSCAL {kind}", hint=_HINT)
    document = Place(name, "the file", data).object(kind)
    document = Place(name, kind, document.data)
    version = document.object("metadata").text("oscal-version", needed=True)
    if not _VERSION.fullmatch(version):
        raise document.fault(f"version {version[:20]!r} of OSCAL is not known here")
    return document


def read_catalog(content: bytes, name: str) -> dict[str, Any]:
    """Return a foreign catalogue in the shape of our catalogue files (``CatalogueFile``), ready to be checked and kept.

    The ids are those that people cite: the control's label, else its id. Nested groups become one level, with the way
    to them in the title; withdrawn controls are left out and counted in a note. What the file does not say is filled
    in as the module's docstring tells, and ``confidence`` says so. An export of ours brings its own ids, statuses and
    conditions along.

    Raises:
        UnreadableInputError: with the place of the first fault.
    """
    document = read_document(content, name, "catalog")
    metadata = document.object("metadata")
    groups: dict[str, str] = {}
    rows: list[dict[str, Any]] = []
    withdrawn = 0
    for group, control in _controls(document, groups):
        if control.prop("status").lower() == "withdrawn":
            withdrawn += 1
            continue
        rows.append(_provision(control, group))
    _refuse_repeated(document, rows)
    if not rows:
        raise document.fault("it holds no control")
    used = {row["group"] for row in rows}
    statuses = Counter(str(row["status"]) for row in rows)
    notes = [{"about": "withdrawn", "text": f"{withdrawn} withdrawn controls are left out."}] if withdrawn else []
    title = _line(metadata.text("title", needed=True))
    return {
        "id": _slug(title),
        "name": title,
        "edition": _line(metadata.text("version", needed=True)),
        "kind": "guidance",
        "publisher": _publisher(metadata),
        "unit": "control",
        "markets": [],
        "confidence": "as the OSCAL file has it; who judges, when it applies and how much it is demanded are not in it",
        "provenance": f"read from the OSCAL catalogue {_line(name)}, SHA-256 {sha256_hex(content)}",
        "notes": notes,
        "groups": {key: title for key, title in groups.items() if key in used},
        "count": {"provisions": len(rows), **dict(sorted(statuses.items()))},
        "provisions": rows,
    } | _ours(metadata, CatalogueFile)


def _controls(document: Place, groups: dict[str, str]) -> Iterator[tuple[str, Place]]:
    """Yield (group, control) in document order; fills ``groups`` with id -> title on the way."""
    waiting = [(document, "", "", 0)]
    seen = 0
    while waiting:
        place, group, path, depth = waiting.pop()
        if depth > DEEPEST:
            raise place.fault(f"groups and controls are nested more than {DEEPEST} deep")
        if place.way.rsplit(".", 1)[-1].startswith("controls["):
            seen += 1
            if seen > MOST_CONTROLS:
                raise document.fault(f"it holds more than {MOST_CONTROLS:,} controls")
            if not group:
                group = _UNGROUPED
                groups.setdefault(group, "Controls")
            yield group, place
        below = [(one, group, path, depth + 1) for one in place.objects("controls")]
        for one in place.objects("groups"):
            title = _line(plain_text(one.text("title", needed=True)))
            key = _cited(one) or _slug(title)
            whole = f"{path}: {title}" if path else title
            if groups.setdefault(key, whole) != whole:
                raise one.fault(f"two groups have the id {key[:60]!r}")
            below.append((one, key, whole, depth + 1))
        waiting.extend(reversed(below))


def _provision(control: Place, group: str) -> dict[str, Any]:
    control.text("id", needed=True)
    made = {
        "id": _cited(control),
        "title": _line(plain_text(control.text("title", needed=True))),
        "status": "mandatory",
        "group": group,
        "automation": "human",
    }
    parts = {one.text("name"): one.text("prose") for one in control.objects("parts") if one.text("ns") == NAMESPACE}
    told = {key: plain_text(text) for key, text in parts.items() if key in ProvisionEntry.model_fields}
    return made | told | _ours(control, ProvisionEntry)


def _ours(place: Place, kind: type[Value]) -> dict[str, Any]:
    """Return what an export of ours says in properties, as far as a catalogue file has a field for it."""
    return {key: value for key, value in place.own().items() if key in kind.model_fields}


def _cited(place: Place) -> str:
    return _line(place.prop("label") or place.text("id"))


def _refuse_repeated(document: Place, rows: list[dict[str, Any]]) -> None:
    seen: set[str] = set()
    for row in rows:
        if row["id"] in seen:
            raise document.fault(f"two controls have the id {row['id'][:60]!r}")
        seen.add(row["id"])


def _publisher(metadata: Place) -> str:
    """Return the name of the party that the file calls its creator or publisher, else of the first one."""
    names = {one.text("uuid"): one.text("name") for one in metadata.objects("parties")}
    for wanted in ("publisher", "creator"):
        for one in metadata.objects("responsible-parties"):
            parties = one.data.get("party-uuids")
            if one.text("role-id") == wanted and isinstance(parties, list):
                found = next((names[key] for key in parties if isinstance(key, str) and names.get(key)), "")
                if found:
                    return _line(found)
    return _line(next((name for name in names.values() if name), "not stated"))


def _line(text: str) -> str:
    """Return a text as one line without control characters."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-") or "catalogue"
