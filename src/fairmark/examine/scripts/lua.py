"""Lua: LuCI controllers, views and models of OpenWrt, uhttpd handlers, CGILua, haserl, OpenResty."""

import re
from collections.abc import Mapping
from functools import lru_cache

from fairmark.examine.scripts.flow import Harm
from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.words import ALL_HARMS, PATH_HARMS, Arguments, Header, Words, does, opens, runs_shell

_CGI_NAME = re.compile(r"QUERY_STRING|HTTP_|REQUEST_URI|PATH_INFO")
_REQUIRE = re.compile(r"(?m)\blocal[ \t]+(\w+)[ \t]*=[ \t]*require[ \t]*\(?[ \t]*[\"']([\w.]+)[\"']")
_CALLED = re.compile(r"\b(?:call|post|post_on|alias_call)\s*\(\s*(?:\{[^}]{0,200}\}\s*,\s*)?[\"'](\w+)[\"']")
_TAKES_ARGUMENTS = re.compile(r"\bleaf\s*=\s*true")


@lru_cache(maxsize=4)
def _routes(code: str) -> tuple[frozenset[str], bool]:
    """Return the functions that LuCI calls with parts of the address, and whether the script makes a form."""
    named = frozenset(match[1] for match in _CALLED.finditer(code)) if _TAKES_ARGUMENTS.search(code) else frozenset()
    return named, re.search(r"\b(?:Map|SimpleForm)\s*\(", code) is not None


def _entries(header: Header) -> frozenset[int]:
    """Parameters that LuCI fills: parts of the address for a controller, the value of a field for a form."""
    routes, is_form = _routes(header.code)
    if header.name in routes:
        return frozenset(range(len(header.parameters)))
    if is_form and header.name == "write" and len(header.parameters) > 1:
        texts = [token.text for token in header.statement]
        owner = texts[texts.index("write") - 2] if "write" in texts and texts.index("write") > 1 else ""
        if owner and not re.search(
            rf"\b{re.escape(owner)}\.(?:validate\b|datatype\s*=\s*[\"'](?!string))", header.code
        ):
            is_text = re.search(
                rf"\b{re.escape(owner)}\s*=\s*[^\n]{{0,120}}\boption\s*\(\s*(?:Value|TextValue|DynamicList)\b",
                header.code,
            )
            return frozenset({1}) if is_text else frozenset()
    return frozenset()


def _aliases(code: str) -> Mapping[str, str]:
    return {match[1]: match[2] for match in _REQUIRE.finditer(code)}


def _forks(given: Arguments) -> tuple[Harm, tuple[int, ...]] | None:
    return (Harm.COMMAND, (2, 3)) if runs_shell(given) else None


LUA = Words(
    language=Language.LUA,
    source_marks=(
        *("formvalue", "getenv", "http.content", "getcookie", "QUERY_STRING", "ngx.", "cgilua", "POST", "GET", "FORM"),
        *("call(", "call (", "Map(", "SimpleForm(", "post(", "io.read", "stdin"),
    ),
    sink_marks=(
        *(
            "os.execute",
            "io.popen",
            "sys.exec",
            "sys.call",
            "exec",
            "execute",
            "popen",
            "loadstring",
            "dofile",
            "loadfile",
        ),
        *("io.open", "load(", "nixio", "fs.", "call(", "os.remove", "os.rename", "io.lines"),
    ),
    sink_pattern=None,
    source_key=re.compile(
        r"(?:ngx\.var\.(?:arg_\w+|http_\w+|cookie_\w+|query_string|request_uri|args|uri|request_body))"
        r"|env\.(?:QUERY_STRING|REQUEST_URI|PATH_INFO|HTTP_\w+|headers)|env\[(?:QUERY_STRING|REQUEST_URI|PATH_INFO)\]"
        r"|cgilua\.(?:QUERY|POST)|cgi\.(?:get|post)|(?:FORM|GET|POST|COOKIE|ENV)\.(?:\w+)|FORM\[\w*\]|GET\[\w*\]|POST\[\w*\]"
    ),
    source_calls={
        ".formvalue": None,
        ".formvaluetable": None,
        ".formvalues": None,
        "http.content": None,
        "luci.http.content": None,
        ".getcookie": None,
        "http.getenv": _CGI_NAME,
        "luci.http.getenv": _CGI_NAME,
        "os.getenv": _CGI_NAME,
        "nixio.getenv": _CGI_NAME,
        "req.get_uri_args": None,
        "req.get_post_args": None,
        "req.get_body_data": None,
        "req.get_headers": None,
        "uhttpd.recv": None,
        "io.read": None,
        "stdin.read": None,
    },
    sinks={
        **dict.fromkeys(
            ("os.execute", "io.popen", "sys.exec", "sys.call", "sys.execl", "util.exec", "util.execl"),
            does(Harm.COMMAND, 0),
        ),
        **dict.fromkeys(
            ("luci.util.execi", "util.execi", "sys.process.exec_shell", "luci.sys.fork_exec", "sys.fork_exec"),
            does(Harm.COMMAND, 0),
        ),
        **dict.fromkeys(("fork_exec", "fork_call", "execute_cmd", "luci.sys.fork_call"), does(Harm.COMMAND, 0)),
        "nixio.exec": _forks,
        "nixio.execp": _forks,
        **dict.fromkeys(("loadstring", "load", "dofile", "loadfile"), does(Harm.CODE, 0)),
        "io.open": opens(1),
        "nixio.open": opens(1),
        **dict.fromkeys(("io.lines", "fs.readfile", "nixio.fs.readfile", "luci.fs.readfile"), does(Harm.READ, 0)),
        **dict.fromkeys(
            (
                "fs.writefile",
                "fs.unlink",
                "fs.remove",
                "fs.rename",
                "fs.mkdir",
                "fs.rmdir",
                "fs.copy",
                "fs.move",
                "os.remove",
                "os.rename",
            ),
            does(Harm.WRITE, 0, 1),
        ),
    },
    cleaners={
        **dict.fromkeys(
            (
                "tonumber",
                "math.floor",
                "type",
                "string.len",
                ".len",
                "#",
                "ip.IPv4",
                "ip.IPv6",
                "nixio.crypt",
                ".byte",
                "string.byte",
            ),
            ALL_HARMS,
        ),
        **dict.fromkeys(
            ("util.shellquote", ".shellquote", "shellquote", "shellsqescape", "util.shellsqescape"), (Harm.COMMAND,)
        ),
        **dict.fromkeys(("fs.basename", "nixio.fs.basename", "luci.fs.basename"), PATH_HARMS),
    },
    checks=frozenset(
        {
            *(
                "string.match",
                ".match",
                "string.find",
                ".find",
                "ngx.re.match",
                "re.match",
                "datatypes.ipaddr",
                "datatypes.host",
            ),
            *(
                "datatypes.hostname",
                "datatypes.ip4addr",
                "datatypes.uinteger",
                "datatypes.port",
                "datatypes.integer",
                "util.contains",
            ),
            *(
                "tonumber",
                ".gmatch",
                "string.gmatch",
                "datatypes.macaddr",
                "datatypes.ip6addr",
                "dt.ipaddr",
                "dt.host",
                ".contains",
            ),
        }
    ),
    complete_checks=frozenset(
        {
            *(
                "datatypes.ipaddr",
                "datatypes.host",
                "datatypes.hostname",
                "datatypes.ip4addr",
                "datatypes.uinteger",
                "datatypes.port",
            ),
            *(
                "datatypes.integer",
                "util.contains",
                "tonumber",
                "datatypes.macaddr",
                "datatypes.ip6addr",
                "dt.ipaddr",
                "dt.host",
            ),
            ".contains",
        }
    ),
    replacers={"string.gsub": 1, ".gsub": 0},
    formats=frozenset({"string.format", ".format"}),
    exits=frozenset({"return", "error", "exit", "redirect", "break", "status", "goto"}),
    grows_first=frozenset({"table.insert"}),
    contexts=((re.compile(r"(?:.*\.)?(?:io|stdin)\.read"), ("CONTENT_LENGTH", "REQUEST_METHOD", "QUERY_STRING")),),
    entries=_entries,
    aliases=_aliases,
)
