"""A catalogue as a library of CISO Assistant, to be loaded there as a framework.

Source: the public description of its library format (one YAML document: library, framework, requirement nodes named by
URN, groups of requirements). A group of ours is a node that cannot be assessed, a provision one that can; its status
is an implementation group, and so is each level it counts at: the mandatory ones can be chosen alone. Who judges it
stands in the annotation, what settles it is the typical evidence.
"""

import re
from typing import Any

import yaml

from fairmark.model.standard import Automation, Catalogue, Provision, Status

PACKAGER = "fairmark"
LIBRARY_VERSION = 1
LONGEST_NAME = 200
_JUDGED_BY = {
    Automation.AUTOMATABLE: "a tool",
    Automation.PARTLY: "a tool and a person",
    Automation.DOCUMENT: "documents",
    Automation.HUMAN: "a person",
}
_MEANINGS = {
    Status.MANDATORY: "Demanded of every device.",
    Status.CONDITIONAL: "Demanded where its condition holds.",
    Status.RECOMMENDED: "Recommended; where it is not met, a reason is recorded.",
    Status.INFORMATIVE: "Demands nothing.",
    Status.INFORMATIVE: "Demands nothing.",
}


def render(catalogue: Catalogue) -> bytes:
    """Return the library. Same catalogue, same bytes."""
    name = _word(catalogue.id)  # another edition has another id
    title = _short(catalogue.name)
    about = {"locale": "en", "ref_id": name, "name": title}
    statuses = [status for status in Status if any(one.status is status for one in catalogue.provisions)]
    framework = {
        "urn": _urn("framework", name),
        "ref_id": name,
        "name": title,
        "description": f"{catalogue.publisher}: {catalogue.name}. Edition: {catalogue.edition}. "
        f"Confidence: {catalogue.confidence or 'not stated'}.",
        "implementation_groups_definition": [
            *(
                {"ref_id": status.value, "name": status.value.capitalize(), "description": _MEANINGS[status]}
                for status in statuses
            ),
            *(
                {"ref_id": _level(key), "name": f"Level {key}", "description": text}
                for key, text in catalogue.levels.items()
            ),
        ],
        "requirement_nodes": _nodes(catalogue, name),
    }
    library = {
        "urn": _urn("library", name),
        **about,
        "description": "Titles are paraphrases by Fairmark; the normative text stays with its publisher.",
        "copyright": catalogue.provenance or "not stated",
        "version": LIBRARY_VERSION,
        "provider": catalogue.publisher,
        "packager": PACKAGER,
        "objects": {"framework": framework},
    }
    text = yaml.safe_dump(library, sort_keys=False, allow_unicode=True, width=110)
    return text.encode()


def _nodes(catalogue: Catalogue, name: str) -> list[dict[str, Any]]:
    """Return the nodes in reading order: each group, then its provisions; those without a group stand first."""
    taken: set[str] = set()
    nodes = [_provision(one, name, "", taken) for one in catalogue.provisions if one.group not in catalogue.groups]
    for key, title in catalogue.groups.items():
        urn = _node_urn(name, f"group-{key}", taken)
        nodes.append({"urn": urn, "assessable": False, "depth": 1, "ref_id": key, "name": title})
        nodes += [_provision(one, name, urn, taken) for one in catalogue.provisions if one.group == key]
    return nodes


def _provision(one: Provision, name: str, parent: str, taken: set[str]) -> dict[str, Any]:
    node: dict[str, Any] = {
        "urn": _node_urn(name, one.id, taken),
        "assessable": True,
        "depth": 2 if parent else 1,
    }
    if parent:
        node["parent_urn"] = parent
    groups = [one.status.value, *map(_level, one.levels)]
    node |= {"ref_id": one.id, "name": _short(one.title), "implementation_groups": groups}
    told = [one.title] if _short(one.title) != one.title else []
    told += [f"Applies where: {one.condition_text}."] if one.condition_text else []
    if told:
        node["description"] = "\n".join(told)
    node["annotation"] = f"Judged by {_JUDGED_BY[one.automation]}."
    if one.settled_by:
        node["typical_evidence"] = one.settled_by
    return node


def _level(key: str) -> str:
    return f"level-{_word(key)}"


def _short(text: str) -> str:
    """Return a name of at most 200 characters, the most that one may have there."""
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 3]}..."


def _urn(kind: str, *names: str) -> str:
    return ":".join(("urn", PACKAGER, "risk", kind, *names))


def _node_urn(name: str, key: str, taken: set[str]) -> str:
    """Return a URN of its own for every node: ids that differ only in case or signs get a number."""
    first = wanted = _urn("req_node", name, _word(key))
    number = 1
    while wanted in taken:
        number += 1
        wanted = f"{first}-{number}"
    taken.add(wanted)
    return wanted


def _word(text: str) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-.") or "unnamed"
