"""JavaScript on the device: Node with Express, Koa or bare http, ucode of OpenWrt, pages of GoAhead and AppWeb."""

import re
from collections.abc import Mapping

from fairmark.examine.scripts.flow import Harm, Via
from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.words import ALL_HARMS, PATH_HARMS, Arguments, Header, Words, does, runs_shell

_CHILD = r"(?:node:)?child_process"
_DESTRUCTURED = re.compile(
    r"(?:const|let|var|import)\s*\{([^}]{1,300})\}\s*(?:=\s*require\s*\(\s*|from\s*)[\"']((?:node:)?[\w/-]+)[\"']"
)
_REQUIRED = re.compile(r"(?:const|let|var)\s+(\w+)\s*=\s*require\s*\(\s*[\"']((?:node:)?[\w/-]+)[\"']\s*\)(?:\.(\w+))?")
_IMPORTED = re.compile(r"import\s+(?:\*\s+as\s+)?(\w+)\s+from\s*[\"']((?:node:)?[\w/-]+)[\"']")
_CGI_NAME = re.compile(r"QUERY_STRING|HTTP_|REQUEST_URI|PATH_INFO")
_MODULES = frozenset({"child_process", "fs", "fs/promises", "path", "vm", "shelljs", "fs-extra"})


def _aliases(code: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for match in _DESTRUCTURED.finditer(code):
        module = _module(match[2])
        for one in match[1].split(",") if module else ():
            words = re.split(r"\s*(?::|\bas\b)\s*", one.strip())
            if words[0]:
                found[words[-1].strip()] = f"{module}.{words[0].strip()}"
    for match in _REQUIRED.finditer(code):
        if module := _module(match[2]):
            found[match[1]] = f"{module}.{match[3]}" if match[3] and match[3] != "promises" else module
    for match in _IMPORTED.finditer(code):
        if module := _module(match[2]):
            found[match[1]] = module
    return found


def _module(name: str) -> str:
    plain = name.removeprefix("node:")
    return ("fs" if plain in {"fs/promises", "fs-extra"} else plain) if plain in _MODULES else ""


def _spawns(given: Arguments) -> tuple[Harm, tuple[int, ...]] | None:
    """``spawn`` and ``execFile`` start a shell when told so, or when the program is one."""
    options = "".join(token.text for one in given[1:] for token in one)
    if re.search(r"\bshell:(?:true|1|/)", options):
        return Harm.COMMAND, (0, 1)
    return (Harm.COMMAND, (1,)) if runs_shell(given[:2]) else None


def _sends(given: Arguments) -> tuple[Harm, tuple[int, ...]] | None:
    """``sendFile`` with a root stays below it."""
    return None if any(token.text == "root" for one in given[1:] for token in one) else (Harm.READ, (0,))


def _system(given: Arguments) -> tuple[Harm, tuple[int, ...]] | None:
    """``system`` of ucode: a list starts no shell."""
    return None if given and given[0] and given[0][0].is_sign("[") else (Harm.COMMAND, (0,))


def _entries(header: Header) -> frozenset[int]:
    """What a message brings: ``ws.on('message', m => ...)``, ``req.on('data', c => ...)``."""
    texts = [token.text for token in header.statement[-24:]]
    for at, text in enumerate(texts):
        if text == "on" and texts[at + 1 : at + 2] == ["("] and texts[at + 2 : at + 3] in (["message"], ["data"]):
            is_process = at > 1 and texts[at - 2] in {
                "stdout",
                "stderr",
                "child",
                "proc",
                "stream",
                "process",
                "worker",
                "port",
                "serial",
            }
            return frozenset() if is_process else frozenset(range(len(header.parameters)))
    return frozenset()


def _via(code: str) -> Via:
    return Via.REQUEST if re.search(r"express|http|koa|fastify|req\.|request", code) else Via.MESSAGE


JAVASCRIPT = Words(
    language=Language.JAVASCRIPT,
    source_marks=(
        *(
            "req.query",
            "req.body",
            "req.params",
            "req.url",
            "req.headers",
            "req.cookies",
            "req.files",
            "req.param",
            "req.get",
        ),
        *(
            "request.query",
            "request.body",
            "request.params",
            "request.url",
            "request.headers",
            "ctx.query",
            "ctx.request",
        ),
        *("ctx.params", "formvalue", "getVar", "QUERY_STRING", "on('message'", 'on("message"', "queryStringParameters"),
        *("on('data'", 'on("data"', "query[", "form["),
    ),
    sink_marks=(
        *(
            "child_process",
            "shelljs",
            "eval(",
            "Function(",
            "system(",
            "popen(",
            "'fs",
            '"fs',
            "node:fs",
            "sendFile",
            "download(",
        ),
        *("vm.", "writefile", "readfile"),
    ),
    sink_pattern=None,
    source_key=re.compile(
        r"(?:req|request|ctx|ctx\.request|this\.req)\.(?:query|body|params|headers|url|cookies|files|originalUrl|rawBody|header|querystring|path)"
        r"|event\.(?:queryStringParameters|body)|env\.(?:QUERY_STRING|PATH_INFO|HTTP_\w+)"
        r"|process\.env\.(?:QUERY_STRING|PATH_INFO|HTTP_\w+)|(?:params|query|form)\[\w+\]"
    ),
    source_calls={
        ".formvalue": None,
        "req.param": None,
        "req.get": None,
        "req.header": None,
        "request.getVar": None,
        "getVar": None,
        "getenv": _CGI_NAME,
    },
    sinks={
        "child_process.exec": does(Harm.COMMAND, 0),
        "child_process.execSync": does(Harm.COMMAND, 0),
        **dict.fromkeys(
            (f"child_process.{name}" for name in ("spawn", "spawnSync", "execFile", "execFileSync")), _spawns
        ),
        "shelljs.exec": does(Harm.COMMAND, 0),
        "shell.exec": does(Harm.COMMAND, 0),
        **dict.fromkeys(("system", "popen", "fs.popen"), _system),
        **dict.fromkeys(
            ("eval", "Function", "vm.runInNewContext", "vm.runInThisContext", "vm.runInContext"), does(Harm.CODE, 0)
        ),
        **dict.fromkeys(
            (
                "fs.readFile",
                "fs.readFileSync",
                "fs.createReadStream",
                "fs.readdir",
                "fs.readdirSync",
                "readfile",
                "fs.readfile",
                "res.download",
            ),
            does(Harm.READ, 0),
        ),
        "res.sendFile": _sends,
        "res.sendfile": _sends,
        **dict.fromkeys(
            (
                "fs.writeFile",
                "fs.writeFileSync",
                "fs.appendFile",
                "fs.createWriteStream",
                "fs.unlink",
                "fs.unlinkSync",
                "writefile",
                "fs.rm",
                "fs.rmSync",
            ),
            does(Harm.WRITE, 0),
        ),
        "fs.rename": does(Harm.WRITE, 0, 1),
        "fs.renameSync": does(Harm.WRITE, 0, 1),
    },
    cleaners={
        **dict.fromkeys(
            (
                *(
                    "parseInt",
                    "parseFloat",
                    "Number",
                    "Boolean",
                    "int",
                    "Number.parseInt",
                    "length",
                    "net.isIP",
                    "isNaN",
                    "isIP",
                ),
                *("crypto.createHash", ".indexOf", ".digest", "Math.floor", "BigInt", "Date.parse", "md5"),
            ),
            ALL_HARMS,
        ),
        **dict.fromkeys(
            ("shellQuote.quote", "shellescape", "shell_escape", "shellEscape", "shquote", "shellquote"), (Harm.COMMAND,)
        ),
        **dict.fromkeys(("path.basename", "basename", "sanitize"), PATH_HARMS),
    },
    checks=frozenset(
        {
            ".test",
            ".match",
            ".exec",
            ".includes",
            ".has",
            "match",
            "net.isIP",
            "net.isIPv4",
            "isIP",
            "isIPv4",
            "Number.isInteger",
            "isNaN",
            "hasOwnProperty",
            ".hasOwnProperty",
            "index",
            "exists",
        }
    ),
    complete_checks=frozenset(
        {"net.isIP", "net.isIPv4", "isIP", "isIPv4", "Number.isInteger", "isNaN", ".hasOwnProperty", ".has", "exists"}
    ),
    path_checks=frozenset({".indexOf", ".startsWith"}),
    replacers={".replace": 0, ".replaceAll": 0, "replace": 1},
    formats=frozenset({"sprintf"}),
    exits=frozenset({"return", "throw", "exit", "next", "continue", "break"}),
    grows=frozenset({"push", "unshift", "concat"}),
    entries=_entries,
    aliases=_aliases,
    via=_via,
)
