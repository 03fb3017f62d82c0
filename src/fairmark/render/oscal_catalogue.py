"""A catalogue as an OSCAL catalogue: every provision a control, our fields its properties, nothing lost."""

from typing import Any

from fairmark.model.standard import Catalogue, Provision
from fairmark.model.value import canonical_json, sha256_hex
from fairmark.render import oscal

KIND = "catalog"
PROSE = ("condition_text", "settled_by")
"""Fields of a provision that are sentences: they become parts with prose."""
TITLED = ("name", "edition")
ELSEWHERE = ("id", "title", "group", *PROSE)
"""Fields of a provision that have a slot of their own."""
_NO_DATE = "1970-01-01T00:00:00Z"
_REMARKS = (
    "Titles are paraphrases by Fairmark; the normative text stays with its publisher. A catalogue carries no date of "
    "its own: the time above is a stand-in, the property digest tells versions apart."
)


def render(catalogue: Catalogue) -> bytes:
    """Return the OSCAL catalogue. Same catalogue, same bytes."""
    digest = catalogue_digest(catalogue)
    rows: dict[str, list[dict[str, Any]]] = {key: [] for key in catalogue.groups}
    loose: list[dict[str, Any]] = []
    for number, one in enumerate(catalogue.provisions):
        rows.get(one.group, loose).append(_control(catalogue, one, number))
    about = [
        oscal.prop("digest", digest),
        *oscal.props(catalogue, without=("groups", "provisions", *TITLED)),
        *oscal.title_props("name", catalogue.name),
        *(
            []
            if oscal.version_of(catalogue.edition) == catalogue.edition
            else [oscal.prop("edition", catalogue.edition)]
        ),
    ]
    content = {
        "uuid": oscal.uuid("catalogue", digest),
        "metadata": oscal.metadata(
            catalogue.name, version=catalogue.edition, modified=_NO_DATE, remarks=_REMARKS, extra=about
        ),
        "controls": loose,
        "groups": [_group(catalogue, key, title, rows[key]) for key, title in catalogue.groups.items()],
    }
    return oscal.render(KIND, content)


def catalogue_digest(catalogue: Catalogue) -> str:
    """Return the SHA-256 of the catalogue's content."""
    return sha256_hex(canonical_json(catalogue))


def _group(catalogue: Catalogue, key: str, title: str, controls: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": oscal.group_id(catalogue.id, key),
        "class": "group",
        "title": oscal.title_of(title),
        "props": [oscal.prop("label", key, own=False), *oscal.title_props("title", title)],
        "controls": controls,
    }


def _control(catalogue: Catalogue, one: Provision, number: int) -> dict[str, Any]:
    identity = oscal.control_id(catalogue.id, one.id)
    outside = [] if one.group in catalogue.groups else [oscal.prop("group", one.group)]
    statement = {"id": oscal.statement_id(catalogue.id, one.id), "name": "statement", "prose": oscal.markup(one.title)}
    prose = [
        {"name": field, "ns": oscal.NAMESPACE, "prose": oscal.markup(text)}
        for field in PROSE
        if (text := getattr(one, field))
    ]
    return {
        "id": identity,
        "class": "provision",
        "title": oscal.title_of(one.title),
        "props": [
            oscal.prop("label", one.id, own=False),
            oscal.prop("sort-id", f"{number:06d}", own=False),
            *oscal.props(one, without=ELSEWHERE),
            *oscal.title_props("title", one.title),
            *outside,
        ],
        "parts": [statement, *prose],
    }
