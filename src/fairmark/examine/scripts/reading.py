"""Choose the reader for a script, and the questions that are asked of its comparisons."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fairmark.examine.scripts.flow import Compared, Flows
from fairmark.examine.scripts.javascript import JAVASCRIPT
from fairmark.examine.scripts.language import Language, code_of
from fairmark.examine.scripts.lua import LUA
from fairmark.examine.scripts.perl import PERL
from fairmark.examine.scripts.php import PHP
from fairmark.examine.scripts.python import PYTHON
from fairmark.examine.scripts.shell_flow import follow_shell
from fairmark.examine.scripts.taint import follow

_WORDS = {one.language: one for one in (LUA, PYTHON, PHP, PERL, JAVASCRIPT)}
_SECRET_NAME = re.compile(
    r"(?i)(?:^|[^a-z])(?:\w*pass(?:word|wd|phrase|code)?|pwd|pw|pin|secret|auth_?key|api_?key|token|psw)(?:[^a-z]|$)"
)
_ONLY_SECRET = re.compile(r"(?i)(?:^|[^a-z_])(?:password|passwd|pass|pwd|psw|pin)(?:[^a-z_]|$)")
_CALLER_NAME = re.compile(r"(?i)user[-_]?agent|HTTP_X_\w*|REFERER")
_USUAL = re.compile(
    r"(?i)(?:true|false|none|null|undefined|enabled?|disabled?|start|stop|default|admin|post|change|reset|save|apply|login|logout|"
    r"submit|text|json|html|yes|auto|static|dhcp|open|wpa\w*|http|https|XMLHttpRequest|multipart\S*|application/\S*|empty|unknown|"
    r"telnetd?|ssh|dropbear|on|off|reboot|enable_?\w*|disable_?\w*|start_?\w*|\*+|\w+\.(?:html?|php|asp|cgi))"
)
_OPENS = re.compile(
    r"\b(?:telnetd|utelnetd|dropbear|sshd|adbd|nc\b[^\n]{0,60}\s-e|/bin/(?:ba)?sh\s+-i|start_telnet\w*|enable_telnet\w*|telnet\s+start|telnet_enable\s*=\s*1)"
)
_NEAR = 10


@dataclass(frozen=True, slots=True)
class FixedWord:
    """A fixed text that lets a request in: a password that the script knows, or a word that opens a shell."""

    is_password: bool
    line: int
    literal: str
    opens_line: int = 0


def read_script(path: str, text: str, language: Language) -> Flows:
    """Follow input through a script of any language."""
    code = code_of(path, text, language)
    if language is not Language.SHELL:
        return follow(code, _WORDS[language])
    is_page = "/cgi" in path or path.endswith((".cgi", ".fcgi"))
    return follow_shell("#haserl" + code if "haserl" in text[:100] else code, is_page=is_page)


def _is_password(one: Compared) -> bool:
    """Whether a password is compared: a plain word may as well be a choice, unless the name is nothing but password."""
    if not _SECRET_NAME.search(one.name):
        return False
    is_word = re.fullmatch(r"[a-z_]+|[A-Z_]+", one.literal) is not None
    return not is_word or _ONLY_SECRET.search(one.name) is not None


def fixed_words(compared: tuple[Compared, ...], text: str) -> Iterator[FixedWord]:
    """Yield the comparisons of input with a fixed text that let the caller in."""
    lines = text.splitlines()
    for one in compared:
        if _USUAL.fullmatch(one.literal):
            continue
        opens = next(
            (
                number
                for number, line in enumerate(lines[one.line - 1 : one.line + _NEAR], start=one.line)
                if _OPENS.search(line[:1000]) and not line.lstrip().startswith(("#", "//", "--", "killall", "pkill"))
            ),
            0,
        )
        if opens:
            yield FixedWord(is_password=False, line=one.line, literal=one.literal, opens_line=opens)
        elif _is_password(one):
            yield FixedWord(is_password=True, line=one.line, literal=one.literal)
        elif _CALLER_NAME.search(one.name) and re.search(r"\d", one.literal) and "/" not in one.literal:
            yield FixedWord(is_password=False, line=one.line, literal=one.literal)
