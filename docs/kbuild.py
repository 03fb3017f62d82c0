"""Read the Kbuild files of one Linux tree: under which options each source file is built, and as part of which object.

Used by ``kernel_files.py``. ``Makefile`` is one file with its variables, ``Tree`` all of them, walked from the top as
the build does. What is no plain option counts for nothing, so that a condition is never stronger than the tree's.
"""

# ruff: noqa: INP001 - part of a script

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

SOURCES = (".c", ".S")
BUILT_IN = "!"  # among conditions: the object never becomes a module
MOST = 400  # words of one expression: beyond that, nothing is said

Conditions = frozenset[str]
Word = tuple[str, Conditions]
Way = tuple[Conditions, str]
"""The options that must all be set, and the module that the file is then part of ('' for none)."""


# --- one Kbuild file ---------------------------------------------------------------------------

_ASSIGNMENT = re.compile(r"^([\w.$(){}:,=/+@%-]+?)\s*(\+=|:=|::=|\?=|=)\s*(.*)$")
_FLAGS = re.compile(r"(?:cc|as|c|ld|a|subdir-cc)flags.*|[CA]FLAGS.*|KBUILD.*", re.IGNORECASE)
_IS_SET = (
    re.compile(r"ifdef\s+CONFIG_(\w+)$"),
    re.compile(r"ifeq\s*\(\s*\$\(CONFIG_(\w+)\)\s*,\s*[ym]\s*\)"),
    re.compile(r"ifneq\s*\(\s*\$\(CONFIG_(\w+)\)\s*,\s*n?\s*\)$"),
    re.compile(r'ifeq\s+"?\$\(CONFIG_(\w+)\)"?\s+"?[ym]"?'),
)
_SUFFIX = re.compile(r"^(.*?)-((?:\$[({].*)|y|m|objs|objs-y|objs-m)$")
_FUNCTION = re.compile(
    r"(addprefix|addsuffix|patsubst|subst|if|filter|filter-out|sort|strip|wildcard)\s+(.*)$", re.DOTALL
)
_REPLACING = re.compile(r"([\w.$()/-]+):([^=]*)=(.*)$")


def logical_lines(text: str) -> Iterator[str]:
    """Give lines without comments, continued ones joined, and the two common ways to say "never a module" named."""
    text = re.sub(r"\\\n", " ", text)
    text = re.sub(r"\$\(subst m,\s*y,\s*(\$\(CONFIG_\w+\))\)", rf"\1$({BUILT_IN})", text)
    text = re.sub(r"\$\(subst y,\s*\$\(CONFIG_\w+\),\s*(\$\(CONFIG_\w+\))\)", r"\1", text)
    for line in text.splitlines():
        yield re.sub(r"(?<!\\)#.*", "", line)


def condition(line: str) -> Conditions:
    """Return the option that a conditional asks to be set; nothing where it asks for something else."""
    return next((frozenset({match[1]}) for one in _IS_SET if (match := one.match(line))), frozenset())


def base_and_conditions(name: str) -> tuple[str, Conditions | None]:
    """Read ``obj-$(CONFIG_X)`` as (obj, {X}) and ``foo-objs`` as (foo, {}); None for another variable."""
    match = _SUFFIX.match(name)
    if not match:
        return name, None
    base, suffix = match.groups()
    options = frozenset(re.findall(r"CONFIG_(\w+)", suffix))
    base = re.sub(r"-objs$", "", base)
    if f"$({BUILT_IN})" in suffix:
        return base, options | {BUILT_IN}
    plain = len(options) == 1 and "if" not in suffix and "or " not in suffix
    return base, options if plain else frozenset()


def split_outside(text: str, *, at: str) -> list[str]:
    """Split at a character (" " for any blank) that stands outside of brackets."""
    found, depth, current = [], 0, ""
    for character in text:
        depth += (character in "({") - (character in ")}")
        if depth <= 0 and (character.isspace() if at == " " else character == at):
            found.append(current)
            current = ""
        else:
            current += character
    found.append(current)
    return [one for one in found if one] if at == " " else found


def pieces(word: str) -> Iterator[str]:
    """Split a word into plain text and references, each reference as ``$(...)``."""
    at = 0
    while at < len(word):
        if word[at : at + 2] in {"$(", "${"}:
            depth, end = 1, at + 2
            while end < len(word) and depth:
                depth += (word[end] in "({") - (word[end] in ")}")
                end += 1
            yield "$(" + word[at + 2 : end - 1] + ")"
        else:
            end = word.find("$", at + 1)
            end = len(word) if end < 0 else end
            yield word[at:end]
        at = end


def renamed(word: str, old: str, new: str) -> str:
    """Replace by a pattern with ``%``, or an ending."""
    left, percent, right = old.partition("%")
    if percent and word.startswith(left) and word.endswith(right):
        return new.replace("%", word[len(left) : len(word) - len(right)]) if "$" not in new else word
    return word[: -len(old)] + new if old and not percent and word.endswith(old) else word


class Makefile:
    """The variables of one folder's Kbuild or Makefile: for each, texts and the conditions they stand under."""

    def __init__(self, root: Path, folder: str) -> None:
        self.root, self.folder = root, folder
        self.variables: dict[str, list[tuple[str, Conditions, bool]]] = {}
        path = next((one for name in ("Kbuild", "Makefile") if (one := root / folder / name).is_file()), None)
        if path:
            self._read(path, frozenset(), 0)

    def _read(self, path: Path, outer: Conditions, depth: int) -> None:
        stack: list[Conditions] = []
        for line in logical_lines(path.read_text(errors="replace")):
            text = line.strip()
            if re.match(r"(?:ifdef|ifndef|ifeq|ifneq)\b", text):
                stack.append(condition(text))
            elif text.startswith("else") and stack:
                stack[-1] = condition(text[4:].strip())
            elif text.startswith("endif") and stack:
                stack.pop()
            elif match := re.match(r"-?include\s+(.*)$", text):
                self._include(match[1], outer.union(*stack), depth)
            elif (match := _ASSIGNMENT.match(text)) and (line[:1] != "\t" or "-" in match[1]):
                self._assign(match, outer.union(*stack))

    def _include(self, names: str, conditions: Conditions, depth: int) -> None:
        for word, _ in self.expanded(names):
            path = self.root / word
            if depth < 6 and path.is_file() and "scripts/" not in word:
                self._read(path, conditions, depth + 1)

    def _assign(self, match: re.Match[str], conditions: Conditions) -> None:
        name, sign, value = match.groups()
        base, own = base_and_conditions(name)
        if _FLAGS.fullmatch(base):
            return
        if base == "obj" and own == frozenset() and not name.endswith("-m"):
            own = frozenset({BUILT_IN})
        conditions |= own or frozenset()
        kept = self.variables.setdefault(base, [])
        if sign == ":=":
            kept.extend((word, more | conditions, True) for word, more in self.expanded(value))
        else:
            kept.append((value, conditions, False))

    def of(self, base: str, seen: tuple[str, ...] = ()) -> list[Word]:
        """Return the words of a variable, whatever its endings."""
        if base in seen or len(seen) > 12:
            return []
        found: list[Word] = []
        for value, conditions, is_expanded in self.variables.get(base, ()):
            words = [(value, frozenset[str]())] if is_expanded else self.expanded(value, (*seen, base))
            found += [(word, more | conditions) for word, more in words]
        return found

    def expanded(self, text: str, seen: tuple[str, ...] = ()) -> list[Word]:
        """Return the words of a text, references replaced; a word with one that is not understood is left out."""
        found: list[Word] = []
        for token in split_outside(text, at=" "):
            parts = list(pieces(token))
            if len(parts) == 1 and parts[0].startswith("$("):
                found += self._called(parts[0][2:-1].strip(), seen)
                continue
            words: list[Word] = [("", frozenset())]
            for part in parts:
                more = self._called(part[2:-1], seen) if part.startswith("$(") else [(part, frozenset[str]())]
                words = [(one + two, first | second) for one, first in words for two, second in more][:MOST]
            found += words
        return found

    def _called(self, inner: str, seen: tuple[str, ...]) -> list[Word]:
        if match := _FUNCTION.match(inner):
            return self._function(match[1], split_outside(match[2], at=","), seen)
        if match := _REPLACING.match(inner):
            return [(renamed(word, match[2], match[3]), more) for word, more in self._variable(match[1], seen)]
        return self._variable(inner, seen)

    def _variable(self, name: str, seen: tuple[str, ...]) -> list[Word]:
        if name in {"src", "obj"}:
            return [(self.folder, frozenset())]
        if name in {"srctree", "objtree"}:
            return [(".", frozenset())]
        if name.startswith("CONFIG_") or "$" in name:
            return []
        base, _ = base_and_conditions(name)
        return self.of(base if base in self.variables else name, seen)

    def _function(self, name: str, given: list[str], seen: tuple[str, ...]) -> list[Word]:
        if name in {"addprefix", "addsuffix"} and len(given) == 2:
            ends = self.expanded(given[0], seen)
            words = self.expanded(given[1], seen)
            pairs = [(end, word, one | two) for end, one in ends for word, two in words][:MOST]
            return [(end + word if name == "addprefix" else word + end, more) for end, word, more in pairs]
        if name in {"patsubst", "subst"} and len(given) == 3:
            old, new = given[0].strip(), given[1].strip()
            words = self.expanded(given[2], seen)
            return [(word.replace(old, new) if name == "subst" else renamed(word, old, new), c) for word, c in words]
        if name == "if" and len(given) >= 2:
            asked = re.fullmatch(r"\$\(CONFIG_(\w+)\)|\$\(filter [ym]+, ?\$\(CONFIG_(\w+)\)\)", given[0].strip())
            more = frozenset({asked[1] or asked[2]}) if asked else frozenset()
            found = [(word, one | more) for word, one in self.expanded(given[1], seen)]
            return found + [pair for other in given[2:] for pair in self.expanded(other, seen)]
        if name in {"filter", "filter-out"} and len(given) == 2:
            return self.expanded(given[1], seen)
        return self.expanded(",".join(given), seen) if name in {"sort", "strip"} else []


# --- one tree ----------------------------------------------------------------------------------


def tidy(path: str) -> str:
    """Resolve ``..`` and ``.``."""
    found: list[str] = []
    for part in path.split("/"):
        if part == "..":
            found = found[:-1]
        elif part not in {".", ""}:
            found.append(part)
    return "/".join(found)


class Tree:
    """All Kbuild files of one kernel, walked from the top as the build does."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folders: dict[str, set[Conditions]] = {}
        self.files: dict[str, set[tuple[Conditions, str, Conditions]]] = defaultdict(set)
        self._makefiles: dict[str, Makefile] = {}
        self._queue: list[tuple[str, Conditions]] = []
        self._walk()

    def _walk(self) -> None:
        tops = [self.root / name for name in ("Kbuild", "Makefile")]
        text = re.sub(r"\\\n", " ", "\n".join(path.read_text() for path in tops if path.is_file()))
        pattern = r"^(?:obj|core|drivers|net|virt|libs)-(y|\$\(CONFIG_(\w+)\))\s*[:+]?=\s*(.*)$"
        for match in re.finditer(pattern, text, re.MULTILINE):
            for word in match[3].split():
                if word.endswith("/") and "$" not in word:
                    self._descend(word, frozenset({match[2]}) if match[2] else frozenset())
        while self._queue:
            folder, guard = self._queue.pop()
            if guard in self.folders[folder] and (self.root / folder).is_dir():
                self._folder(folder, guard)

    def _descend(self, path: str, guard: Conditions) -> None:
        folder = tidy(path)
        known = self.folders.setdefault(folder, set())
        if any(one <= guard for one in known):
            return
        known -= {one for one in known if guard <= one}
        if len(known) > 12:
            known.clear()
            guard = frozenset()
        known.add(guard)
        self._queue.append((folder, guard))

    def _folder(self, folder: str, guard: Conditions) -> None:
        makefile = self._makefiles.setdefault(folder, Makefile(self.root, folder))
        library = [(word, more | {BUILT_IN}) for word, more in makefile.of("lib")]
        for word, conditions in [*makefile.of("obj"), *library, *makefile.of("core")]:
            plain = conditions - {BUILT_IN}
            if word.endswith("/"):
                self._descend(f"{folder}/{word}", guard | plain)
            elif word.endswith(".o"):
                module = word[:-2].rpartition("/")[2].replace("-", "_")
                self._object(makefile, word[:-2], guard | plain, (module, conditions), 0)

    def _object(
        self, makefile: Makefile, base: str, guard: Conditions, top: tuple[str, Conditions], depth: int
    ) -> None:
        """Follow an object to its sources: its own, or those of the objects that it is made of."""
        members = [one for one in makefile.of(base) if one[0].endswith(".o")] if base in makefile.variables else []
        for word, more in members if depth < 6 else ():
            if word[:-2] == base:
                self._source(makefile.folder, base, guard | more, top)
            else:
                self._object(makefile, word[:-2], guard | more, top, depth + 1)
        if not members:
            self._source(makefile.folder, base, guard, top)

    def _source(self, folder: str, base: str, guard: Conditions, top: tuple[str, Conditions]) -> None:
        path = tidy(f"{folder}/{base}")
        for end in SOURCES:
            if (self.root / (path + end)).is_file():
                self.files[path + end].add((guard, *top))
