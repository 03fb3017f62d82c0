"""Perl: CGI scripts, with the CGI module or with the environment and standard input."""

import re

from fairmark.examine.scripts.expressions import literal
from fairmark.examine.scripts.flow import Harm
from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.words import ALL_HARMS, EVERY, PATH_HARMS, Arguments, Words, does, runs_shell


def _system(given: Arguments) -> tuple[Harm, tuple[int, ...]] | None:
    """One text goes to a shell; a list does not, unless its program is one."""
    flat = [one for one in given if one]
    if runs_shell(flat):
        return Harm.COMMAND, EVERY
    return (Harm.COMMAND, (0,)) if len(flat) == 1 else None


def _open(given: Arguments) -> tuple[Harm, tuple[int, ...]] | None:
    """``open`` with two arguments reads signs of pipes and modes out of the name; with three it does not."""
    if len(given) < 2:
        return None
    mode = literal(given[1]) or ""
    if len(given) > 2:
        if mode.strip() in {"-|", "|-"}:
            return (Harm.COMMAND, (2,)) if len(given) == 3 or runs_shell(given[2:]) else None
        return (Harm.READ if mode.strip().startswith("<") and "+" not in mode else Harm.WRITE), (2,)
    first = next((token.text for token in given[1] if token.kind == "text"), "")
    last = next((token.text for token in reversed(given[1]) if token.kind == "text"), "")
    start = first.lstrip() if any(token.kind == "text" for token in given[1][:1]) else ""
    if start.startswith("|") or last.rstrip().endswith("|"):
        return Harm.COMMAND, (1,)
    if start.startswith((">", "+<")):
        return Harm.WRITE, (1,)
    return Harm.READ, (1,)  # that a name which is all input may end in a pipe sign is left out


PERL = Words(
    language=Language.PERL,
    source_marks=(
        "QUERY_STRING",
        "HTTP_",
        "REQUEST_URI",
        "PATH_INFO",
        "CGI",
        "CONTENT_LENGTH",
        "REQUEST_METHOD",
        "ReadParse",
    ),
    sink_marks=("system", "`", "qx", "exec", "open", "eval", "unlink", "rename", "require", "do "),
    sink_pattern=None,
    source_key=re.compile(r"ENV\[(?:QUERY_STRING|HTTP_\w+|REQUEST_URI|PATH_INFO|PATH_TRANSLATED)\]|<STDIN>|in\[\w+\]"),
    source_calls={
        "param": None,
        ".param": None,
        ".Vars": None,
        "url_param": None,
        ".url_param": None,
        ".cookie": None,
        "CGI.param": None,
        "CGI.Vars": None,
        ".query_string": None,
        ".path_info": None,
    },
    sinks={
        "system": _system,
        "exec": _system,
        "CORE.system": _system,
        "open": _open,
        "eval": does(Harm.CODE, 0),
        "require": does(Harm.CODE, 0),
        **dict.fromkeys(("unlink", "rename", "rmdir", "mkdir"), does(Harm.WRITE, 0, 1)),
        "sysopen": does(Harm.WRITE, 1),
    },
    cleaners={
        **dict.fromkeys(
            (
                "int",
                "length",
                "defined",
                "exists",
                "hex",
                "oct",
                "md5_hex",
                "sha1_hex",
                "abs",
                "ord",
                "scalar",
                "crypt",
            ),
            ALL_HARMS,
        ),
        **dict.fromkeys(("quotemeta", "shell_quote", "String.ShellQuote.shell_quote"), (Harm.COMMAND, Harm.CODE)),
        **dict.fromkeys(("basename", "File.Basename.basename"), PATH_HARMS),
    },
    checks=frozenset({"grep", "looks_like_number", "exists", "is_ipv4", "index", "any", "first"}),
    complete_checks=frozenset({"looks_like_number", "exists", "is_ipv4", "grep", "any", "first"}),
    formats=frozenset({"sprintf"}),
    exits=frozenset({"return", "exit", "die", "croak", "error", "next", "last", "bail", "fail"}),
    grows_first=frozenset({"push", "unshift"}),
    fills={"read": (1, -1), "sysread": (1, -1)},
    bare_calls=frozenset(
        {
            "system",
            "exec",
            "eval",
            "open",
            "unlink",
            "require",
            "rename",
            "push",
            "param",
            "int",
            "lc",
            "uc",
            "chomp",
            "split",
            "join",
        }
        | {
            "quotemeta",
            "basename",
            "defined",
            "exists",
            "length",
            "url_decode",
            "uri_unescape",
            "read",
            "grep",
            "sprintf",
        }
    ),
    contexts=((re.compile(r"<STDIN>|read|sysread"), ("CONTENT_LENGTH", "REQUEST_METHOD", "QUERY_STRING")),),
)
