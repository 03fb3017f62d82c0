"""What a program between two pipes lets through: all of it, a safe part of it, or nothing of it."""

import re
from collections.abc import Sequence

from fairmark.examine.scripts.checks import STRICT, WEAK, picks_safely, replaces, strength
from fairmark.examine.scripts.flow import CLEAN, Harm, Taint, cleared, weakened
from fairmark.examine.scripts.shell_lexer import Word, plain, shown
from fairmark.examine.scripts.words import PATH_HARMS

PASSES_ARGUMENTS = frozenset({"echo", "printf", "expr", "print"})
_FILTERS = frozenset(
    (  # noqa: SIM905 - words read best in a row
        "cat sed awk gawk mawk cut tr head tail grep egrep fgrep urldecode tee rev sort uniq jq jsonfilter fold xargs "
        "httpd base64 xxd busybox iconv dd paste sh-escape perl python python3 lua od uudecode read_stdin unescape"
    ).split()
)
_NAMED_DECODERS = re.compile(
    r"\w*(?:url_?decode|unescape|decode_?uri|get_?(?:param|arg|var|query|cgi)|parse_?(?:query|param|post)|proccgi)\w*"
)
_SED = re.compile(
    r"\s*(?:[^s]{0,40}?)s(?P<sign>[^\w\s\\])(?P<pattern>(?:(?!(?P=sign))(?:[^\\]|\\.))*)(?P=sign)(?P<with>(?:(?!(?P=sign))(?:[^\\]|\\.))*)(?P=sign)(?P<flags>[\w]*)",
    re.DOTALL,
)


def passed(name: str, words: Sequence[Word], arguments: Taint, piped: Taint) -> Taint:
    """Return what of its arguments and of its standard input a program writes."""
    if name == "busybox" and len(words) > 1:
        name, words = plain(words[1]), words[1:]
    if name in PASSES_ARGUMENTS:
        return _printed(name, words, arguments)
    if name in {"basename", "dirname"}:
        return cleared(arguments, PATH_HARMS) if name == "basename" else arguments
    if _NAMED_DECODERS.fullmatch(name[:80]):
        return arguments | piped
    return _filtered(name, [shown(word) for word in words[1:]], arguments, piped) if name in _FILTERS else CLEAN


def _filtered(name: str, given: Sequence[str], arguments: Taint, piped: Taint) -> Taint:
    both = piped | arguments
    if name in {"tr", "cat", "head", "tail"}:
        return _translated(given, piped) if name == "tr" else piped
    if name == "sed":
        return _edited(given, both)
    if name in {"grep", "egrep", "fgrep"}:
        return _grepped(given, piped)
    if name in {"base64", "xxd", "od"}:
        return piped if any(one in {"-d", "-D", "--decode", "-r"} for one in given) else CLEAN
    makes_numbers = any(re.search(r"print(?:f \"%d\"|\s+int\()", one) for one in given)
    return CLEAN if name in {"awk", "gawk", "mawk"} and makes_numbers else both


def _printed(name: str, words: Sequence[Word], arguments: Taint) -> Taint:
    if name == "printf" and len(words) > 1:
        letters = re.findall(r"%[-0-9.]*([a-zA-Z])", shown(words[1]))
        if letters and all(one in "dixXuofFeEgG" for one in letters):
            return CLEAN
        if letters == ["q"]:
            return cleared(arguments, (Harm.COMMAND, Harm.CODE))
    if name == "expr" and any(plain(word) in {"length", "+", "-", "/", "%"} for word in words[1:]):
        return CLEAN
    return arguments


def _translated(given: Sequence[str], piped: Taint) -> Taint:
    """``tr -cd`` and ``tr -dc`` keep a class; ``tr -d`` takes signs out."""
    options = "".join(one for one in given if re.fullmatch(r"-[a-zA-Z]+", one))
    if "c" in options.lower() and ("d" in options or "s" in options or len(given) > 2):
        return CLEAN
    if "d" in options and any(re.search(r"[;|&`$]", one) for one in given):
        return weakened(piped)
    return piped


def _edited(given: Sequence[str], piped: Taint) -> Taint:
    """Read the substitutions of ``sed``."""
    taint = piped
    for one in given:
        for command in re.split(r"(?:;|\n)\s*(?=s[^\w\s\\])", one[:2000]):
            match = _SED.match(command)
            if match is None:
                continue
            pattern = re.sub(r"\\([(){}+|?])", r"\1", match["pattern"])
            how = replaces(pattern) if not re.search(r"\\\d", match["with"]) else ""
            if how == STRICT or (re.search(r"\\\d", match["with"]) and "(" in pattern and picks_safely(pattern)):
                return CLEAN
            if how == WEAK:
                taint = weakened(taint)
    return taint


def _grepped(given: Sequence[str], piped: Taint) -> Taint:
    """``grep -o`` picks, ``grep`` with a whole-line pattern checks."""
    options = "".join(one for one in given if one.startswith("-"))
    pattern = next((one for one in given if not one.startswith("-")), "")
    if "o" in options and pattern and picks_safely(pattern):
        return CLEAN
    return CLEAN if strength(pattern) == STRICT and "v" not in options and not pattern.startswith("[^") else piped


def grep_proves(words: Sequence[Word]) -> str:
    """Say what it means for a text that ``grep`` finds (or with ``-v`` does not find) a pattern in it."""
    given = [shown(word) for word in words[1:]]
    options = "".join(one for one in given if one.startswith("-"))
    pattern = next((one for one in given if not one.startswith("-")), "")
    if "x" in options and "f" in options:
        return STRICT
    basic = re.sub(r"\\([(){}+|?])", r"\1", pattern)
    if "x" in options and not basic.startswith("^"):
        basic = f"^{basic}$"
    return strength(basic)
