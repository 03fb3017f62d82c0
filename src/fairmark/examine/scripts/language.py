"""Which language a text file is written in: by its first line, its name, and what it holds."""

import re
from enum import StrEnum


class Language(StrEnum):
    """A language that is followed."""

    SHELL = "shell"
    LUA = "lua"
    PYTHON = "python"
    PHP = "php"
    PERL = "perl"
    JAVASCRIPT = "javascript"


_FIRST_LINE = re.compile(
    r"#!\s*\S*?(?:/|\benv\s+(?:-\S+\s+)*|\s)"
    r"(?:(?P<shell>(?:ba|da|a|k|z)?sh|busybox\s+\w*sh|haserl)|(?P<lua>lua[\d.]*|luajit|cgilua|lua-cgi)"
    r"|(?P<python>python[\d.]*)|(?P<perl>perl[\d.]*)|(?P<php>php[\w.-]*)|(?P<javascript>node|nodejs|ucode))\b"
)
_LUA_INSIDE = re.compile(r"#!.*haserl.*lua")
_SUFFIXES = {
    "sh": Language.SHELL,
    "bash": Language.SHELL,
    "ash": Language.SHELL,
    "php": Language.PHP,
    "php3": Language.PHP,
    "php5": Language.PHP,
    "phtml": Language.PHP,
    "lua": Language.LUA,
    "lp": Language.LUA,
    "py": Language.PYTHON,
    "pl": Language.PERL,
    "pm": Language.PERL,
    "js": Language.JAVASCRIPT,
    "mjs": Language.JAVASCRIPT,
    "cjs": Language.JAVASCRIPT,
    "uc": Language.JAVASCRIPT,
    "ut": Language.JAVASCRIPT,
    "asp": Language.JAVASCRIPT,
    "ejs": Language.JAVASCRIPT,
    "jst": Language.JAVASCRIPT,
    "shtml": Language.SHELL,
}
_PAGES = frozenset({"htm", "html", "asp", "lp", "ut", "ejs", "jst", "shtml"})
_BLOCK = re.compile(r"<%[-+:=]?(?P<code>(?:[^%]|%(?!>))*+)(?:%>)?|\{%[-+]?(?P<ucode>(?:[^%]|%(?!\}))*+)(?:%\})?")
_PHP = re.compile(r"<\?(?:php\b|=)?(?P<code>(?:[^?]|\?(?!>))*+)(?:\?>)?")
_SHELL_CONTENT = re.compile(r"(?m)^[ \t]*(?:if \[|case \"?\$|echo |export \w+=|\w+=\$\(|\. /|fi\b|esac\b|done\b)")
_START_FOLDER = re.compile(r"/(?:init\.d|rc\.d|rc\d\.d|hotplug\.d|uci-defaults|cgi-bin)/|/rc\.local$|/rcS$")


def language_of(path: str, text: str) -> Language | None:
    r"""Return the language of a script, ``None`` for every other text.

    >>> language_of("/www/cgi-bin/ping", "#!/bin/sh\necho"), language_of("/a.txt", "hello")
    (<Language.SHELL: 'shell'>, None)
    """
    if text.startswith("#!"):
        return _by_first_line(text[:200].partition("\n")[0])
    name = path.rpartition("/")[2]
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    if suffix in {"htm", "html"}:
        return _page_language(path, text)
    if suffix in _SUFFIXES:
        return _by_suffix(suffix, text)
    if suffix == "inc" or text[:200].lstrip().startswith("<?php"):
        return Language.PHP if "<?" in text else None
    is_shell = suffix in {"", "cgi"} and _START_FOLDER.search(path) and _SHELL_CONTENT.search(text)
    return Language.SHELL if is_shell else None


def _by_first_line(line: str) -> Language | None:
    if _LUA_INSIDE.match(line):
        return Language.LUA
    match = _FIRST_LINE.match(line)
    if match:
        return next(Language(name) for name, found in match.groupdict().items() if found)
    return Language.SHELL if "/rc.common" in line else None


def _by_suffix(suffix: str, text: str) -> Language | None:
    language = _SUFFIXES[suffix]
    if language is Language.PHP and "<?" not in text:
        return None
    if suffix in _PAGES and "<%" not in text and "{%" not in text:
        return None
    return language


def _page_language(path: str, text: str) -> Language | None:
    """A page with code in it: Lua below LuCI's views, PHP, else the script of a small server."""
    if "<?php" in text:
        return Language.PHP
    if "<%" not in text:
        return None
    if "/luci" in path or re.search(r"<%[-+:=]?\s*(?:local\s|require\b|luci\.)|\bend\s*-?%>", text):
        return Language.LUA
    return Language.JAVASCRIPT


def code_of(path: str, text: str, language: Language) -> str:
    """Return only the code of a page that mixes it with markup; every line keeps its number."""
    if language is Language.PHP:
        return _kept(text, _PHP)
    suffix = path.rpartition(".")[2].lower()
    if suffix in _PAGES or "haserl" in text[:100]:
        return _kept(text, _BLOCK)
    return text


def _kept(text: str, pattern: re.Pattern[str]) -> str:
    """Return what the blocks hold, a new line after each, and as many line ends between as there were."""
    pieces: list[str] = []
    at = 0
    for match in pattern.finditer(text):
        pieces.append("\n" * text.count("\n", at, match.start()))
        inside = next((one for one in match.groups() if one is not None), "")
        pieces.append(" " + inside + " ; ")
        at = match.end()
        skipped = match[0].count("\n") - inside.count("\n")
        pieces.append("\n" * skipped)
    return "".join(pieces)
