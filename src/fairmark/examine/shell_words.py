"""Two small readings of a command's words: what a wrapper really starts, and what ``test`` answers."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

UNKNOWN = "\N{REPLACEMENT CHARACTER}"
"""Stands in a word for what only the running device knows."""

_LONG_WITH_VALUE = frozenset(
    (  # noqa: SIM905 - words read best in a row
        "--exec --startas --pidfile --name --user --chuid --nicelevel --group --chroot --chdir --procsched --iosched "
        "--umask --signal --retry --stdout --stderr --output --pid --ppid --notify-timeout"
    ).split()
)
_SHORT_WITH_VALUE = "xapnucNgrdPIksRCO"
_PLAIN_WRAPPERS = frozenset({"nohup", "setsid", "exec", "command", "time", "busybox", "cttyhack", "sudo", "eval"})
_VALUE_WRAPPERS = {
    "nice": "n",
    "ionice": "cnp",
    "chrt": "p",
    "chpst": "uUbedo/nlLmfcrtspv",
    "stdbuf": "ioe",
    "sudo": "u",
}
_RUNTIME = ("/proc", "/sys", "/dev", "/mnt", "/media", "/overlay", "/data", "/mtd", "/usrdata")
_FILE_TESTS = frozenset({"-e", "-f", "-d", "-x", "-s", "-r", "-w", "-L", "-h", "-c", "-b", "-p", "-S"})
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")
_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda a, b: a == b,
    "-ne": lambda a, b: a != b,
    "-gt": lambda a, b: a > b,
    "-ge": lambda a, b: a >= b,
    "-lt": lambda a, b: a < b,
    "-le": lambda a, b: a <= b,
}


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """The command inside its wrappers (empty when nothing is started), and the user it is given."""

    words: tuple[str, ...]
    user: str = ""


def unwrapped(words: tuple[str, ...]) -> Unwrapped:
    """Take ``start-stop-daemon``, ``nohup``, ``nice``, ``busybox``, ``su -c`` and the like off a command."""
    user = ""
    for _ in range(8):
        name = words[0].rpartition("/")[2] if words else ""
        if name in {"start-stop-daemon", "su"}:
            inner = _start_stop_daemon(words[1:]) if name != "su" else _su(words[1:])
            return Unwrapped(inner.words, inner.user or user)
        if name == "setuidgid" and len(words) > 2:
            user, words = words[1], words[2:]
        elif name in {"service_start", "start_daemon", "startproc", "daemon"}:
            words = _after_options(words[1:], "npuU")
        elif name == "procd_set_param":
            return Unwrapped(words[2:] if words[1:2] == ("command",) else ())
        elif name == "env":
            words = tuple(word for index, word in enumerate(words) if index and "=" not in word and word[:1] != "-")
        elif name in _VALUE_WRAPPERS or name in _PLAIN_WRAPPERS:
            user = words[words.index("-u") + 1] if name == "chpst" and "-u" in words[:-1] else user
            words = _after_options(words[1:], _VALUE_WRAPPERS.get(name, ""))
        else:
            return Unwrapped(words, user)
    return Unwrapped(())


def absolute(folder: str, word: str) -> str:
    """Return the path of a relative word with a slash in it, when ``folder`` (empty: unknown) is the working directory.

    >>> absolute("/opt", "./run.sh"), absolute("/opt", "run.sh"), absolute("", "./run.sh")
    ('/opt/run.sh', 'run.sh', './run.sh')
    """
    if "/" not in word or word.startswith("/") or UNKNOWN in word or not folder:
        return word
    return f"{folder.rstrip('/')}/{word.removeprefix('./')}"[:4096]


def _after_options(words: Sequence[str], with_value: str) -> tuple[str, ...]:
    """Drop leading options; an option whose letter is in ``with_value`` takes the next word when it stands alone."""
    index = 0
    while index < len(words) and words[index].startswith(("-", "+")):
        option = words[index]
        takes = len(option) == 2 and option[1] in with_value
        index += 2 if takes else 1
        if option == "--":
            break
    return tuple(words[index:])


def _start_stop_daemon(words: Sequence[str]) -> Unwrapped:
    """Read the options of start-stop-daemon: ``--stop``, ``--test`` and friends start nothing."""
    taken: dict[str, str] = {}
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        if word == "--":
            break
        key, equals, value = word.partition("=")
        if key.startswith("--"):
            if key in _LONG_WITH_VALUE and not equals and index < len(words):
                value = words[index]
                index += 1
            taken[key] = value
        elif key.startswith("-"):
            index = _short_options(key[1:] + equals + value, words, index, taken)
        else:
            index -= 1
            break
    if taken.keys() & {"--stop", "-K", "--test", "-t", "--status", "-T", "--help"}:
        return Unwrapped(())
    program = taken.get("--startas") or taken.get("-a") or taken.get("--exec") or taken.get("-x") or ""
    user = taken.get("--chuid") or taken.get("-c") or taken.get("--user") or taken.get("-u") or ""
    return (
        Unwrapped((program, *words[index:]), user.partition(":")[0])
        if program
        else Unwrapped(tuple(words[index:]), user)
    )


def _short_options(letters: str, words: Sequence[str], index: int, taken: dict[str, str]) -> int:
    for at, letter in enumerate(letters):
        if letter in _SHORT_WITH_VALUE:
            value = letters[at + 1 :]
            if not value and index < len(words):
                value = words[index]
                index += 1
            taken["-" + letter] = value
            break
        taken["-" + letter] = ""
    return index


def _su(words: Sequence[str]) -> Unwrapped:
    """Read ``su [-] [-s shell] [user] -c command`` in any order."""
    command, names, index = "", [], 0
    while index < len(words):
        word = words[index]
        if word in {"-c", "--command", "-s", "--shell"} and index + 1 < len(words):
            command = words[index + 1] if word in {"-c", "--command"} else command
            index += 1
        elif not word.startswith("-"):
            names.append(word)
        index += 1
    return Unwrapped(("sh", "-c", command) if command else (), names[0] if names else "root")


@dataclass(frozen=True, slots=True)
class Test:
    """``test`` (``[``) over its words; ``None`` is "only the device knows".

    ``look`` answers a file test ``(operator, path)`` from the tree. Files below /tmp and /var/run
    do not exist when a device starts; those below /proc, /mnt and the like are unknown.
    """

    look: Callable[[str, str], bool]

    def answer(self, words: Sequence[str]) -> bool | None:
        """Evaluate: ``-o`` binds weaker than ``-a``; parentheses are not read."""
        for joint, settled in (("-o", True), ("||", True), ("-a", False), ("&&", False)):
            if joint in words[1:-1]:
                at = list(words).index(joint, 1)
                both = (self.answer(words[:at]), self.answer(words[at + 1 :]))
                return settled if settled in both else None if None in both else not settled
        if words and words[0] == "!":
            inner = self.answer(words[1:])
            return None if inner is None else not inner
        if len(words) == 2:
            return self._unary(words[0], words[1])
        if len(words) == 3:
            return _binary(words[0], words[1], words[2])
        if len(words) > 1 or UNKNOWN in "".join(words):
            return None
        return any(words)

    def _unary(self, operator: str, word: str) -> bool | None:
        if operator in {"-n", "-z"}:
            if word.strip(UNKNOWN) != word and not word.strip(UNKNOWN):
                return None
            return bool(word) is (operator == "-n")
        if operator not in _FILE_TESTS or UNKNOWN in word:
            return None
        if word.startswith(_RUNTIME):
            return None
        return self.look(operator, word)


def _binary(left: str, operator: str, right: str) -> bool | None:
    if UNKNOWN in left or UNKNOWN in right:
        return None
    if operator in {"=", "==", "!="}:
        return (left == right) is (operator != "!=")
    compare = _NUMBERS.get(operator)
    if compare and _NUMBER.fullmatch(left) and _NUMBER.fullmatch(right):
        return compare(int(left), int(right))
    return None
