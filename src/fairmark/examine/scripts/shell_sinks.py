"""The commands of a shell script that do harm with input: who reads it as commands, whose path it is."""

import re
from collections.abc import Iterator, Mapping, Sequence

from fairmark.examine.scripts.flow import CLEAN, Harm, Taint, weakened
from fairmark.examine.scripts.shell_lexer import Word, plain, shown
from fairmark.examine.scripts.shell_reader import Command

_SHELLS = frozenset({"sh", "ash", "bash", "dash", "ksh", "zsh"})
_INTERPRETERS = {"lua": "-e", "python": "-c", "python3": "-c", "perl": "-e", "php": "-r", "node": "-e", "ucode": "-e"}
_WRAPPERS = frozenset(
    {"exec", "nohup", "setsid", "nice", "time", "command", "sudo", "timeout", "busybox", "env", "start-stop-daemon"}
)
_READERS = frozenset({"cat", "more", "less", "tac", "gunzip", "zcat", "hexdump", "strings", "base64", "uuencode"})
_READERS_WITH_OPTIONS = frozenset({"head", "tail", "xxd", "od"})
_WRITERS = frozenset({"rm", "mv", "cp", "mkdir", "rmdir", "touch", "ln", "tee", "unlink", "install", "chmod", "chown"})
Reached = tuple[Harm, str, Taint]


def harms_of(
    command: Command, values: Sequence[Taint], incoming: Taint, written: Mapping[str, Taint]
) -> Iterator[Reached]:
    """Yield the harms that a command does with what flows into its words and its standard input.

    ``written`` are files that the script filled with input, by path.
    """
    words, taints = _unwrapped(command.words, values)
    if not words:
        return
    name = plain(words[0]).rpartition("/")[2]
    if not name:
        yield from _chosen_program(words[0], taints[0])
    elif name in _SHELLS or name == "su":
        yield from _shell(name, words, taints, incoming, written)
    elif name in {".", "source"} and len(words) > 1:
        yield Harm.CODE, name, taints[1]
        yield Harm.CODE, f"{name} {plain(words[1])}", written.get(plain(words[1]), CLEAN)
    elif name in _INTERPRETERS:
        yield from _interpreter(name, words, taints)
    else:
        yield from _others(name, words, taints, incoming, written)


def _others(
    name: str, words: tuple[Word, ...], taints: Sequence[Taint], incoming: Taint, written: Mapping[str, Taint]
) -> Iterator[Reached]:
    rest = frozenset(one for value in taints[1:] for one in value)
    if name == "eval":
        yield Harm.COMMAND, "eval", rest
    elif name in {"crontab", "at", "batch"}:
        yield Harm.COMMAND, name, incoming | written.get(plain(words[1]) if len(words) > 1 else "", CLEAN)
    elif name == "xargs":
        yield from _xargs(words, incoming)
    elif name in {"awk", "gawk", "mawk"}:
        yield from _awk(words, rest | incoming)
    else:
        if plain(words[0]) in written:
            yield Harm.COMMAND, plain(words[0]), written[plain(words[0])]
        yield from _paths(name, words, taints)


def _unwrapped(words: tuple[Word, ...], values: Sequence[Taint]) -> tuple[tuple[Word, ...], Sequence[Taint]]:
    """Take ``exec``, ``nohup`` and the like off."""
    for _ in range(4):
        if not words or plain(words[0]).rpartition("/")[2] not in _WRAPPERS:
            break
        index = 1
        while index < len(words) and (re.match(r"-|\d+s?$|\w+=", plain(words[index])) is not None):
            index += 1
        words, values = words[index:], values[index:]
    return words, values


def _chosen_program(word: Word, taint: Taint) -> Iterator[Reached]:
    """Input names the program: in full, or within a folder or between fixed parts."""
    is_whole = len([piece for piece in word if piece.text or piece.kind != "text"]) == 1
    yield Harm.COMMAND, "the name of a command", taint if is_whole else weakened(taint)


def _shell(
    name: str, words: tuple[Word, ...], taints: Sequence[Taint], incoming: Taint, written: Mapping[str, Taint]
) -> Iterator[Reached]:
    texts = [plain(word) for word in words]
    for index in range(1, len(words) - 1):
        if re.fullmatch(r"-[a-z]*c", texts[index]):
            yield Harm.COMMAND, f"{name} -c", taints[index + 1]
            return
    if name == "su":
        return
    operands = [index for index in range(1, len(words)) if not texts[index].startswith("-")]
    if not operands:
        yield Harm.COMMAND, name, incoming
        return
    first = operands[0]
    yield Harm.COMMAND, f"{name} {texts[first]}".strip(), written.get(texts[first], CLEAN)
    is_whole = len(words[first]) == 1
    yield Harm.CODE, name, taints[first] if is_whole else weakened(taints[first])


def _xargs(words: tuple[Word, ...], incoming: Taint) -> Iterator[Reached]:
    texts = [plain(word).rpartition("/")[2] for word in words]
    runs = [index for index, text in enumerate(texts[1:], start=1) if text in _SHELLS]
    if runs and any(re.fullmatch(r"-\w*c", text) for text in texts[runs[0] :]):
        has_place = any("{}" in text or "%" in text for text in texts[runs[0] :])
        yield Harm.COMMAND, "xargs sh -c", incoming if has_place else CLEAN


def _interpreter(name: str, words: tuple[Word, ...], taints: Sequence[Taint]) -> Iterator[Reached]:
    for index in range(1, len(words) - 1):
        if plain(words[index]) == _INTERPRETERS[name]:
            yield Harm.CODE, f"{name} {_INTERPRETERS[name]}", taints[index + 1]


def _awk(words: tuple[Word, ...], taint: Taint) -> Iterator[Reached]:
    """A program of awk that calls ``system`` hands over what it reads."""
    if any(re.search(r"\bsystem\s*\(|\|\s*getline", shown(word)[:2000]) for word in words[1:]):
        yield Harm.COMMAND, "system() of awk", taint


def _paths(name: str, words: tuple[Word, ...], taints: Sequence[Taint]) -> Iterator[Reached]:
    rest = range(1, len(words))
    if name in _READERS_WITH_OPTIONS:
        numbers = {index + 1 for index in rest if re.fullmatch(r"-[ncsl]", plain(words[index]))}
        yield from ((Harm.READ, name, taints[index]) for index in rest if index not in numbers)
    elif name in _READERS or name in _WRITERS:
        harm = Harm.READ if name in _READERS else Harm.WRITE
        yield from ((harm, name, taints[index]) for index in rest)
    elif name == "sed" and any(plain(word).startswith("-i") for word in words[1:]):
        yield Harm.WRITE, "sed -i", taints[-1]
    elif name == "dd":
        sides = {index: shown(words[index])[:3] for index in rest}
        yield from ((Harm.READ, "dd", taints[index]) for index in rest if sides[index] == "if=")
        yield from ((Harm.WRITE, "dd", taints[index]) for index in rest if sides[index] == "of=")
    else:
        options = _TARGETS.get(name, ())
        targets = (index for index in rest if plain(words[index - 1]) in options)
        yield from ((Harm.WRITE, f"{name} {plain(words[index - 1])}", taints[index]) for index in targets)


_TARGETS = {"wget": ("-O", "-P"), "curl": ("-o",), "tar": ("-C",), "unzip": ("-d",)}
