"""Modules of Python, JavaScript and Lua, and what pkg-config knows: small text files that state a name and a version.

The installer of a language writes them beside what it installs, so they are as good as a package database. A file
that does not say what its kind always says is left out.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from fairmark.examine.pattern_rules import component_name
from fairmark.examine.subject import FileFacts, Subject
from fairmark.model.evidence import Evidence
from fairmark.model.image import Component

_PYTHON = re.compile(
    r".*/([A-Za-z0-9][\w.]{0,80})-(\d[\w.!+]{0,40}?)(?:-py\d(?:\.\d{1,2})?)?\.(?:dist|egg)-info(?:/METADATA|/PKG-INFO)?"
)
_NODE = re.compile(r".*/node_modules/((?:@[\w.-]{1,80}/)?[\w.-]{1,100})/package\.json")
_ROCK = re.compile(r".*/rocks(?:-5\.\d)?/([\w.-]{1,80})/(\d[\w.]{0,30})-\d{1,3}/rock_manifest")
_PKG_CONFIG = re.compile(r".*/pkgconfig/([\w.+-]{1,80})\.pc")
_VERSION = re.compile(r"\d[\w.!+-]{0,60}")
_MAX_EVIDENCE = 20


@dataclass(frozen=True, slots=True)
class _Module:
    kind: str
    name: str
    version: str
    purl: str
    upstream: str = ""


def modules(subject: Subject) -> Iterator[tuple[Component, list[Evidence]]]:
    """Give each module once a version, with the files that state it, in the order of kind and name."""
    groups: dict[tuple[str, str, str, str, str], list[FileFacts]] = {}
    for item in subject.files:
        if found := _module(item):
            key = (found.kind, found.name, found.version, found.purl, found.upstream)
            groups.setdefault(key, []).append(item)
    for (kind, name, version, purl, upstream), items in sorted(groups.items(), key=lambda pair: pair[0]):
        component = Component(
            name=name,
            version=version,
            purl=purl,
            source=kind,
            paths=tuple(sorted({item.path for item in items})),
            upstream=upstream,
            upstream_version=version if upstream else "",
        )
        statement = f"The {kind} states {name} {version}."
        yield component, [subject.evidence(item, statement) for item in items[:_MAX_EVIDENCE]]


def _module(item: FileFacts) -> _Module | None:
    if match := _PYTHON.fullmatch(item.path):
        name = re.sub(r"[-_.]+", "-", match[1]).lower()
        return _Module("metadata of a Python package", name, match[2], f"pkg:pypi/{name}@{quote(match[2])}")
    if match := _ROCK.fullmatch(item.path):
        return _Module("manifest of a Lua rock", match[1], match[2], f"pkg:luarocks/{match[1]}@{quote(match[2])}")
    if item.text is None:
        return None
    if match := _NODE.fullmatch(item.path):
        return _node(match[1], item.text)
    if match := _PKG_CONFIG.fullmatch(item.path):
        version = re.search(r"^Version:[ \t]*(\S{1,60})[ \t]*$", item.text, re.MULTILINE)
        if version and _VERSION.fullmatch(version[1]):
            name = component_name(match[1])
            return _Module("pkg-config file", name, version[1], f"pkg:generic/{name}@{quote(version[1])}", name)
    return None


def _node(name: str, text: str) -> _Module | None:
    try:
        stated = json.loads(text)
    except (ValueError, RecursionError):
        return None
    version = stated.get("version") if isinstance(stated, dict) and stated.get("name") == name else None
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        return None
    return _Module("package.json", name, version, f"pkg:npm/{quote(name, safe='/')}@{quote(version)}")
