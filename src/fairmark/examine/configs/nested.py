"""Settings as JSON, XML or YAML, flattened: each value with its name, the path of names above it, and its line.

The readers are forgiving and bounded: a remark in JSON, a tag that is never closed, a nesting of a million
brackets end in fewer settings, never in an error. No entity of XML is expanded.
"""

import json
import re
from collections.abc import Iterator

from fairmark.examine.configs.lines import MAX_LINE, MAX_SETTINGS, Setting, ini, numbered, unquoted
from fairmark.examine.configs.sections import uci
from fairmark.examine.subject import FileFacts

_MAX_DEPTH = 32
_JSON_TOKEN = re.compile(
    r"(?P<space>\s+|//[^\n]*|/\*.{0,400}?\*/)|(?P<text>\"(?:[^\"\\\n]|\\.){0,1000}\")|(?P<plain>[-+\w.]+)|(?P<mark>[\[\]{}:,])|.",
    re.DOTALL,
)
_TAG = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z_][\w:.-]*)(?P<rest>[^<>]*?)(?P<empty>/?)>|<[!?][^<>]*>")
_ATTRIBUTE = re.compile(r"([A-Za-z_][\w:.-]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_YAML = re.compile(r"(?P<indent>[ ]*)(?P<item>-\s+)?(?P<name>[\w.\"'/-]+)\s*:(?:\s+(?P<value>.*))?")


def flat(file: FileFacts) -> tuple[Setting, ...]:
    """Read a settings file in whatever form it is: UCI, JSON, XML and YAML are recognised, all else goes by lines."""
    text = (file.text or "").lstrip("\ufeff \t\r\n")
    if "/etc/config/" in file.path and text.startswith(("config ", "package ", "#")):
        return tuple(one for section in uci(file) for one in section.settings)
    if text.startswith("{") or re.match(r"\[\s*[\[{\"]", text):
        return tuple(_bounded(_json(file)))
    if text.startswith("<"):
        return tuple(_bounded(_xml(file)))
    if file.path.endswith((".yml", ".yaml")):
        return tuple(_bounded(_yaml(file)))
    return ini(file)


def _bounded(settings: Iterator[Setting]) -> Iterator[Setting]:
    for count, one in enumerate(settings):
        if count >= MAX_SETTINGS:
            return
        yield one


def _json(file: FileFacts) -> Iterator[Setting]:
    """Walk over the tokens with a stack of names; an object in a list is named by its number."""
    names: list[str] = []
    counts: list[int | None] = []  # how many things a list holds so far; None for an object
    pending, key, line = "", "", 1
    for token in _JSON_TOKEN.finditer(file.text or ""):
        at = line
        line += token[0].count("\n")
        mark = token["mark"]
        in_list = bool(counts) and counts[-1] is not None
        if mark in {"{", "["}:
            if len(names) >= _MAX_DEPTH:
                return
            names.append(_numbered(counts) if in_list else key)
            counts.append(0 if mark == "[" else None)
            key, pending = key if mark == "[" else "", ""
        elif mark in {"}", "]"} and names:
            names.pop()
            counts.pop()
            key = names[-1] if counts and counts[-1] is not None else ""
        elif mark == ":":
            key, pending = pending, ""
        elif token["text"] is not None or token["plain"] is not None:
            pending = _decoded(token["text"]) if token["text"] is not None else token["plain"]
            if in_list or key:
                yield Setting(file, at, key.lower(), pending, ".".join(name for name in names if name).lower())
                key = key if in_list else ""


def _numbered(counts: list[int | None]) -> str:
    """Return the number of the next thing in the list that is open, and count it."""
    number = counts[-1] or 0
    counts[-1] = number + 1
    return str(number)


def _decoded(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return text[1:-1]


def _xml(file: FileFacts) -> Iterator[Setting]:
    """Yield the text of elements, their attributes, and ``name=... value=...`` pairs as settings."""
    text = file.text or ""
    names: list[str] = []
    line, at, opened = 1, 0, ""
    for tag in _TAG.finditer(text):
        between = text[at : tag.start()]
        line += between.count("\n")
        if tag["name"] is None:
            line, at = line + tag[0].count("\n"), tag.end()
            continue
        name = tag["name"].rpartition(":")[2].lower()
        if tag["close"]:
            value = between.strip()
            if opened == name and value and len(value) <= MAX_LINE:
                yield Setting(file, line, name, value, ".".join(names[:-1]))
            if name in names:
                del names[len(names) - 1 - names[::-1].index(name) :]
            opened = ""
        else:
            yield from _attributes(file, line, name, tag["rest"], names)
            if not tag["empty"]:
                if len(names) >= _MAX_DEPTH:
                    return
                names.append(name)
                opened = name
        line, at = line + tag[0].count("\n"), tag.end()


def _attributes(file: FileFacts, line: int, name: str, rest: str, names: list[str]) -> Iterator[Setting]:
    found = {key.lower(): double or single for key, double, single in _ATTRIBUTE.findall(rest[:MAX_LINE])}
    above = ".".join((*names, name))
    label = found.get("name") or found.get("key") or found.get("id") or ""
    if label and "value" in found:
        yield Setting(file, line, label.lower(), found["value"], above)
        return
    for key, value in found.items():
        if not key.startswith("xmlns"):
            yield Setting(file, line, key, value, above)


def _yaml(file: FileFacts) -> Iterator[Setting]:
    """Read ``name: value`` lines; the indentation says what stands under what."""
    above: list[tuple[int, str]] = []
    lines = (file.text or "").splitlines()
    for number, _ in numbered(file):
        match = _YAML.fullmatch(lines[number - 1].rstrip())
        if not match:
            continue
        indent = len(match["indent"]) + len(match["item"] or "")
        while above and above[-1][0] >= indent:
            above.pop()
        name = match["name"].strip("\"'").lower()
        value = re.sub(r"(?<=\S)\s+#.*$", "", match["value"] or "").strip()
        section = ".".join(one for _, one in above)
        if value:
            yield Setting(file, number, name, unquoted(value), section)
        elif len(above) < _MAX_DEPTH:
            above.append((indent, name))
