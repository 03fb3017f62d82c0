r"""What a file says of its own version although no rule knows it: two techniques that hold for any upstream.

- *build path*: the compiler left the path of a source file in it, in a folder that is named after
  the file itself and a version: ``/build/libnl3-3.4.0/lib/addr.c`` in ``libnl-3.so.200.26.0``;
- *file number*: the number in the name of a library file stands as a text inside it too:
  ``libgit2.so.1.5.1`` holds "libgit2 1.5.1". A number such as 1.0.0 proves nothing and is left out.

`bench/accuracy.py` counts how often each is right. A rule of ours for the same component goes before them.
"""

import re
from collections.abc import Callable, Iterator

from fairmark.examine.library_files import library_file
from fairmark.examine.pattern_rules import component_name
from fairmark.examine.subject import PatternHit

BUILD_PATH, FILE_NUMBER = "build path", "file number in the text"
TECHNIQUES = (BUILD_PATH, FILE_NUMBER)

_MAX_PLACES = 64
_LIBRARY = re.compile(rb"(lib[\w+-]{2,60}?)(?:-\d{1,3}(?:\.\d{1,3}){0,3})?\.so(?:\.(\d{1,4}(?:\.\d{1,4}){0,3}))?")
_PROGRAM = re.compile(rb"[A-Za-z][\w+-]{2,60}")
_FOLDER = re.compile(rb"\d{0,2}[-_]v?(\d{1,4}(?:\.\d{1,4}){1,3}[a-z]?)(?:[+~-][A-Za-z][\w.]{0,20})?/")
_SOURCE = re.compile(rb"[\w./+-]{1,160}\.(?:c|cc|cpp|cxx|h|hh|hpp)(?=\0)")
_NUMBER = re.compile(r"(?!\d\.0\.0$|0\.\d\.0$)\d{1,4}\.\d{1,4}\.\d{1,4}")
_IN_TEXT = re.compile(rb"(?:[A-Za-z][\w -]{0,40}[ /-]v?|[\0\xff]v?|\nv?)$")


def technique_of(rule: str) -> tuple[str, str] | None:
    """Split the ``rule`` of a hit into technique and component; None for the id of a rule of ours."""
    technique, _, component = rule.partition(":")
    return (technique, component) if technique in TECHNIQUES else None


def self_named(near: bytes, offset: Callable[[int], int], data: bytes, name: bytes) -> Iterator[PatternHit]:
    """Give what a file of this name says of itself.

    ``near`` is its text around the digit-dot-digits, ``offset`` turns a place there into one of ``data``.
    """
    library = _LIBRARY.fullmatch(name)
    stem = library[1] if library else name
    if library is None and not _PROGRAM.fullmatch(name):
        return
    component = _component(stem, name)
    paths = dict(_build_paths(near, offset, data, stem))
    if len(paths) == 1:
        yield from (PatternHit(f"{BUILD_PATH}:{component}", version, at) for version, at in paths.items())
    elif library and library[2] and _NUMBER.fullmatch(number := library[2].decode()):
        at = _standing(near, library[2])
        if at >= 0:
            yield PatternHit(f"{FILE_NUMBER}:{component}", number, offset(at))


def _component(stem: bytes, name: bytes) -> str:
    known = library_file(name.decode("latin-1"))
    return known.component if known else component_name(stem.decode("latin-1").lower())


def _build_paths(near: bytes, offset: Callable[[int], int], data: bytes, stem: bytes) -> Iterator[tuple[str, int]]:
    for literal in {b"/" + stem, b"/" + stem.removeprefix(b"lib")}:
        at = near.find(literal)
        for _ in range(_MAX_PLACES):
            if at < 0:
                break
            end = at + len(literal)
            if folder := _FOLDER.match(near, end):
                start = offset(folder.start(1))
                if _SOURCE.match(data, start + folder.end() - folder.start(1)):
                    yield folder[1].decode("latin-1"), start
            at = near.find(literal, end)


def _standing(near: bytes, number: bytes) -> int:
    """Return where the number stands by itself or after a name, -1 where it does not."""
    at = near.find(number)
    for _ in range(_MAX_PLACES):
        if at < 0:
            return -1
        end = at + len(number)
        before = near[max(0, at - 48) : at]
        if not near[end : end + 2].strip(b".")[:1].isdigit() and (not before or _IN_TEXT.search(before)):
            return at
        at = near.find(number, end)
    return -1
