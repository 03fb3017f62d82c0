"""Judge how much a check or filter takes out of input: by its pattern, or by the name of the function."""

import re

STRICT, WEAK, NONE = "strict", "weak", ""

_NEGATED_CLASS = re.compile(r"\[\^")
_OPEN = re.compile(r"(?<!\\)(?<!%)\.[*+\-?{]|\\[SDW][*+{]|%[SDWpgc][*+-]")
_META = re.compile(r"[;|&`]|\\?\$\(|\.\.|\\\.\\\.|%\.%\.")
_CHECK_NAME = re.compile(
    r"(?:is|has)?_?valid\w*|validate\w*|\w*_valid|\w*(?:sanit|whitelist|allow_?list|allowed)\w*|"
    r"is_?(?:ip|ipv4|ipv6|ip4addr|ip6addr|num|number|numeric|digit|int|integer|mac|host|hostname|port|safe|alnum|alpha|word)\w*|"
    r"(?:check|verify|test)_?(?:ip|host|name|num|int|port|param|arg|input|str|domain|addr|mac|safe|char)\w*",
    re.IGNORECASE,
)
_CLEANER_NAME = re.compile(
    r"\w*(?:shell_?quote|shell_?escape|escape_?(?:shell|arg|cmd)|quote_?(?:shell|arg)|sanit)\w*|quotemeta|shq|sh_quote|"
    r"escape_?shell_?(?:arg|cmd)|(?:only|keep|to)_?(?:digits|number|int|alnum)\w*|clean_?(?:input|param|str|arg|name|host|ip)\w*|"
    r"safe_?(?:str|string|arg|name|param|filename|path|join)\w*|secure_?\w*name",
    re.IGNORECASE,
)


_CLASS = re.compile(r"\[(?!\^)(?:[^\]\\]|\\.)+\]")
_SURPRISES = re.compile(r"[;|&`$<>()'\"]|\\[SWD]|%[SWDpgc]")


def _without_classes(pattern: str) -> str:
    """Write ``x`` for every class of harmless signs, so that what is left shows what else may stand there."""
    return _CLASS.sub(lambda match: "." + "*" if _SURPRISES.search(match[0][1:-1]) else "x", pattern)


def strength(pattern: str) -> str:
    """Say what a match with a regular expression (or pattern of Lua) proves about the whole text.

    Strict: the whole text is of a class without surprises, or a sign outside a class was looked for.
    Weak: some signs were looked for. Nothing: the pattern only picks a part.

    >>> strength("^[0-9.]+$"), strength("[^a-z0-9]"), strength("[;|&]"), strength("ip=([^&]*)")
    ('strict', 'strict', 'weak', '')
    """
    text = _without_classes(pattern[:400])
    anchored = text.startswith(("^", "\\A")) and text.endswith(("$", "\\z", "\\Z", "$/"))
    if anchored and not _OPEN.search(text) and not _NEGATED_CLASS.search(text):
        return STRICT
    text = pattern[:400]
    if re.fullmatch(r"\(?\[\^[^\]]+\][+*]?\)?", text) and not re.fullmatch(r"\(?\[\^.\][+*]?\)?", text):
        return STRICT
    return WEAK if _META.search(text) and "=" not in text else NONE


def picks_safely(pattern: str) -> bool:
    """Whether what a pattern picks out can only be of a class without surprises."""
    text = _without_classes(pattern[:400])
    picked = re.findall(r"\(((?:[^()\\]|\\.)*)\)", text) or [text]
    return not any(_OPEN.search(one) or _NEGATED_CLASS.search(one) or one in {"", ".", ".*", ".+"} for one in picked)


def replaces(pattern: str, flags: str = "") -> str:
    """Say what is left after everything that matches was replaced: strict, weak or nothing."""
    text = pattern[:400]
    if (
        re.fullmatch(r"\(?\[\^[^\]]{2,}\]\)?[+*]?", text)
        or ("c" in flags and "d" in flags)
        or text in {r"\W", r"\D", "%W", "%D"}
    ):
        return STRICT
    if text in {r"\W+", r"\D+", "%W+", "%D+"}:
        return STRICT
    return WEAK if re.search(r"[;|`]|\[[^\]]*&|\\?\$(?!$)|%\$|'|\.\.|\\\.\\\.", text) else NONE


def is_check_name(name: str) -> bool:
    """Whether a function is named like a check of its argument."""
    return len(name) <= 64 and _CHECK_NAME.fullmatch(name) is not None


def is_cleaner_name(name: str) -> bool:
    """Whether a function is named like one that makes its argument harmless."""
    return len(name) <= 64 and _CLEANER_NAME.fullmatch(name) is not None
