"""OSCAL 1.2.1 as plain data: ids, properties, and how our values fit into its slots without losing anything.

Source: NIST OSCAL 1.2.1 (catalogue, component definition, assessment plan, assessment results, plan of action and
milestones). What OSCAL has a slot for goes there; every other field of a value that differs from its default becomes
a property in our name space, under the field's own name, so that a reader gets the value back exactly. A text that no
property may hold (empty, more than one line, spaces at its ends) is written as JSON, and its class says so.
"""

import json
import re
from collections.abc import Collection, Iterable
from typing import Any

from fairmark.model.value import Value, canonical_json, sha256_hex
from fairmark.render.identity import document, document_uuid

VERSION = "1.2.1"
NAMESPACE = "urn:fairmark:oscal"
JSON_CLASS = "json"
_WITHOUT_TITLE = "(no title)"
_PROPERTY = re.compile(r"\S(?:[^\n\r\x00-\x1f\x7f\x85\u2028\u2029]*\S)?")
_MARKUP = re.compile(r"[\\`*<\[]|\{(?=\{)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def render(kind: str, content: dict[str, Any]) -> bytes:
    """Write one OSCAL document; properties and lists that are empty are left out, as OSCAL wants it."""
    return document({kind: _without_empty(content)})


def uuid(*parts: Any) -> str:
    """Return the UUID (version 5) of what the parts name: the same content, the same UUID."""
    return document_uuid("oscal", sha256_hex(canonical_json(parts)))


def control_id(catalogue: str, provision: str) -> str:
    """Return the id of a control: a token that begins with a letter, one for each pair.

    >>> control_id("en303645", "5.1-2A"), control_id("8425", "a b_c")
    ('en303645_5.1-2A', 'c_8425_a__20__b__5f__c')
    """
    first = token(catalogue)
    return f"{first if first[:1].isalpha() else 'c_' + first}_{token(provision)}"


def group_id(catalogue: str, group: str) -> str:
    """Return the id of a group; no control has the same, since an underscore in a provision's id is written out."""
    return f"{control_id(catalogue, 'group')}_{token(group)}"


def statement_id(catalogue: str, provision: str) -> str:
    """Return the id of the statement of a control, which findings point to."""
    return f"{control_id(catalogue, provision)}_smt"


def token(text: str) -> str:
    """Write a text with letters and digits of ASCII, dots and hyphens; everything else by its number."""
    return re.sub(r"[^A-Za-z0-9.-]", lambda found: f"__{ord(found[0]):x}__", text)


def prop(name: str, value: Any, *, own: bool = True) -> dict[str, Any]:
    """Return one property; ``own=False`` for those that OSCAL itself defines, such as ``label``."""
    made: dict[str, Any] = {"name": name} | ({"ns": NAMESPACE} if own else {})
    if isinstance(value, str) and _PROPERTY.fullmatch(value):
        return made | {"value": value}
    return made | {"value": json.dumps(value, sort_keys=True), "class": JSON_CLASS}


def props(value: Value, *, without: Collection[str] = ()) -> list[dict[str, Any]]:
    """Return the fields of a value that differ from their defaults as properties, save those in ``without``."""
    plain = value.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=set(without))
    return [prop(name, plain[name]) for name in sorted(plain)]


def title_of(text: str) -> str:
    """Return a text for a title: one line of markup, never empty. ``title_props`` keeps what this loses."""
    return markup(" ".join(text.split())) or _WITHOUT_TITLE


def title_props(name: str, text: str) -> list[dict[str, Any]]:
    """Return the property that a reader needs where ``title_of`` changed the text, mostly none."""
    return [] if plain_text(title_of(text)) == text else [prop(name, text)]


def markup(text: str) -> str:
    r"""Write a text so that Markdown shows it as it is: no element, no link, no emphasis by accident.

    >>> markup("<b> & *x*")
    '\\<b> & \\*x\\*'
    """
    return _MARKUP.sub(lambda found: "\\" + found[0], text)


def plain_text(text: str) -> str:
    """Undo ``markup``: a backslash before a punctuation mark goes."""
    return _ESCAPED.sub(r"\1", text)


def version_of(text: str) -> str:
    """Return a text as the version of a document, ``-`` where it cannot be one."""
    return text if _PROPERTY.fullmatch(text) else "-"


def metadata(
    title: str, *, version: str, modified: str, remarks: str = "", extra: Iterable[Any] = ()
) -> dict[str, Any]:
    """Return the metadata of a document; ``extra`` are its properties."""
    return {
        "title": title_of(title),
        "last-modified": modified,
        "version": version_of(version),
        "oscal-version": VERSION,
        "props": list(extra),
        "remarks": remarks,
    }


def resource(identity: str, title: str, **more: Any) -> dict[str, Any]:
    """Return a resource of the back matter, which ``#UUID`` refers to."""
    return {"uuid": identity, "title": title_of(title)} | more


def _without_empty(thing: Any) -> Any:
    """Leave out empty lists and empty texts of objects: OSCAL wants a member to be whole or not there."""
    if isinstance(thing, dict):
        return {key: _without_empty(one) for key, one in thing.items() if one not in ("", [], None)}
    return [_without_empty(one) for one in thing] if isinstance(thing, list) else thing
