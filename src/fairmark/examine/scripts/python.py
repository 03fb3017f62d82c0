"""Python: CGI, http.server, Flask, Bottle, Django, Tornado, FastAPI, and messages of sockets and brokers."""

import re
from collections.abc import Mapping

from fairmark.examine.scripts.flow import Harm, Via
from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.words import (
    ALL_HARMS,
    EVERY,
    PATH_HARMS,
    Arguments,
    Header,
    Words,
    does,
    opens,
    runs_shell,
)

_CGI_NAME = re.compile(r"QUERY_STRING|HTTP_|REQUEST_URI|PATH_INFO|CONTENT_TYPE")
_IMPORT_FROM = re.compile(r"(?m)^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+\(?([\w*, \t]+)")
_IMPORT_AS = re.compile(r"(?m)^[ \t]*import[ \t]+([\w.]+)[ \t]+as[ \t]+(\w+)")
_CONVERTED = re.compile(r"<(?:(?P<kind>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>|\{(?P<braced>\w+)(?::(?P<type>\w+))?\}")
_ROUTE = re.compile(r"\b(?:route|get|post|put|delete|patch|api_route|websocket)\b")
_MESSAGES = ("paho", "import socket", "from socket", "websockets", "zmq")


def _subprocess(given: Arguments) -> tuple[Harm, tuple[int, ...]] | None:
    """``subprocess`` starts a shell when told so, or when the program is one."""
    texts = ["".join(token.text for token in one) for one in given]
    is_list = bool(given) and bool(given[0]) and given[0][0].is_sign("[")  # what follows the first is no command then
    through_shell = not is_list and any(text in {"shell=True", "shell=1"} for text in texts)
    return (Harm.COMMAND, (0,)) if through_shell or runs_shell(given[:1]) else None


def _executes(given: Arguments) -> tuple[Harm, tuple[int, ...]] | None:
    return (Harm.COMMAND, EVERY) if runs_shell(given[1:4]) or runs_shell(given[1:]) else None


def _entries(header: Header) -> frozenset[int]:
    """A route hands the variable parts of its path to the parameters of the same name."""
    texts = [token.text for token in header.before if token.kind == "text"]
    is_route = header.before[:1] and header.before[0].is_sign("@")
    if not is_route or not any(_ROUTE.fullmatch(token.text) for token in header.before):
        return frozenset()
    wanted = set()
    for text in texts:
        for match in _CONVERTED.finditer(text[:500]):
            if match["kind"] in {None, "path", "string", "default", "any"} and match["type"] in {None, "path", "str"}:
                wanted.add(match["name"] or match["braced"])
    if "fastapi" in header.code:
        wanted |= _typed_as_text(header)
    return frozenset(index for index, name in enumerate(header.parameters) if name in wanted)


def _typed_as_text(header: Header) -> set[str]:
    """FastAPI takes parameters that the path does not name from the query; numbers are checked for it."""
    shown = " ".join(token.text for token in header.statement)
    numeric = set(re.findall(r"(\w+) : (?:int|float|bool|UUID|\w*Enum|date|datetime)\b", shown))
    braced = {name for text in header.before for name in re.findall(r"\{(\w+)\}", text.text)}
    typed = set(re.findall(r"(\w+) : (?:str|Optional|Annotated)\b", shown))
    return (typed | braced) - numeric


def _aliases(code: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for match in _IMPORT_FROM.finditer(code):
        for one in match[2].split(","):
            words = one.split()
            if words and words[0] != "*":
                found[words[-1]] = f"{match[1]}.{words[0]}"
        if match[2].strip() == "*" and match[1] in {"os", "subprocess", "commands"}:
            found |= {"system": "os.system", "popen": "os.popen", "getoutput": f"{match[1]}.getoutput"}
    found |= {match[2]: match[1] for match in _IMPORT_AS.finditer(code)}
    return {short: long for short, long in found.items() if short not in {"request", "open"}}


def _via(code: str) -> Via:
    is_web = re.search(r"flask|bottle|http\.server|BaseHTTPServer|cgi|tornado|django|fastapi|aiohttp|web\.py", code)
    return Via.REQUEST if is_web else Via.MESSAGE if any(one in code for one in _MESSAGES) else Via.REQUEST


PYTHON = Words(
    language=Language.PYTHON,
    source_marks=(
        *(
            "request.args",
            "request.form",
            "request.values",
            "request.json",
            "request.data",
            "request.get_",
            "request.cookies",
        ),
        *(
            "request.headers",
            "request.files",
            "request.GET",
            "request.POST",
            "request.FILES",
            "request.query",
            "request.params",
        ),
        *(
            "request.body",
            "request.path",
            "request.url",
            "request.full_path",
            "request.arguments",
            "request.META",
            "FieldStorage",
        ),
        *(
            "HTTPRequestHandler",
            "QUERY_STRING",
            "PATH_INFO",
            "get_argument",
            "get_query_argument",
            "web.input",
            ".payload",
        ),
        *(".recv", "fastapi", "route("),
    ),
    sink_marks=(
        "system",
        "popen",
        "Popen",
        "subprocess",
        "eval",
        "exec",
        "getoutput",
        "open(",
        "send_file",
        ".save(",
        "remove(",
        "unlink(",
        "rmtree",
        "pickle",
        "create_subprocess_shell",
        "yaml",
        "read_text",
        "read_bytes",
    ),
    sink_pattern=None,
    source_key=re.compile(
        r"(?:flask\.|bottle\.|self\.)?request\.(?:args|form|values|json|data|cookies|headers|files|GET|POST|FILES|COOKIES|query|"
        r"query_params|params|forms|body|query_string|match_info|path|url|full_path|stream|uri|arguments|META)"
        r"|self\.(?:path|rfile|headers)|(?:msg|message)\.payload"
        r"|(?:os\.)?environ\[(?:QUERY_STRING|HTTP_\w+|REQUEST_URI|PATH_INFO)\]|env(?:iron)?\[(?:QUERY_STRING|HTTP_\w+|PATH_INFO)\]"
    ),
    source_calls={
        "cgi.FieldStorage": None,
        "FieldStorage": None,
        "os.getenv": _CGI_NAME,
        "environ.get": _CGI_NAME,
        "env.get": _CGI_NAME,
        ".get_argument": None,
        ".get_query_argument": None,
        ".get_body_argument": None,
        "web.input": None,
        "request.get_json": None,
        "request.get_data": None,
        ".recv": None,
        ".recvfrom": None,
    },
    sinks={
        "os.system": does(Harm.COMMAND, 0),
        "os.popen": does(Harm.COMMAND, 0),
        "os.popen2": does(Harm.COMMAND, 0),
        "os.popen3": does(Harm.COMMAND, 0),
        "popen2.popen3": does(Harm.COMMAND, 0),
        "commands.getoutput": does(Harm.COMMAND, 0),
        "commands.getstatusoutput": does(Harm.COMMAND, 0),
        "subprocess.getoutput": does(Harm.COMMAND, 0),
        "subprocess.getstatusoutput": does(Harm.COMMAND, 0),
        "subprocess.call": _subprocess,
        "subprocess.run": _subprocess,
        "subprocess.Popen": _subprocess,
        "subprocess.check_call": _subprocess,
        "subprocess.check_output": _subprocess,
        "sp.call": _subprocess,
        "asyncio.create_subprocess_shell": does(Harm.COMMAND, 0),
        "os.execl": _executes,
        "os.execv": _executes,
        "eval": does(Harm.CODE, 0),
        "exec": does(Harm.CODE, 0),
        "execfile": does(Harm.CODE, 0),
        "pickle.loads": does(Harm.CODE, 0),
        "cPickle.loads": does(Harm.CODE, 0),
        "pickle.load": does(Harm.CODE, 0),
        "yaml.unsafe_load": does(Harm.CODE, 0),
        "open": opens(1),
        "io.open": opens(1),
        "codecs.open": opens(1),
        "file": opens(1),
        "send_file": does(Harm.READ, 0),
        "flask.send_file": does(Harm.READ, 0),
        ".read_text": lambda _: None,
        ".save": does(Harm.WRITE, 0),
        "os.remove": does(Harm.WRITE, 0),
        "os.unlink": does(Harm.WRITE, 0),
        "os.rename": does(Harm.WRITE, 0, 1),
        "shutil.rmtree": does(Harm.WRITE, 0),
        "shutil.move": does(Harm.WRITE, 0, 1),
        "shutil.copy": does(Harm.WRITE, 0, 1),
        "shutil.copyfile": does(Harm.WRITE, 0, 1),
        "shutil.copyfileobj": lambda _: None,
    },
    cleaners={
        **dict.fromkeys(
            (
                *("int", "float", "bool", "len", "ord", "isinstance", "hash", "hex", "round", "hashlib.md5"),
                *("hashlib.sha256", "hashlib.sha1", "ipaddress.ip_address", "ipaddress.IPv4Address", "IPv4Address"),
                *("ipaddress.ip_network", "uuid.UUID", "UUID", "socket.inet_aton", "ip_address", "IPAddress"),
                *(".isdigit", ".count", ".index", "datetime.strptime", "datetime.datetime.strptime", ".hexdigest"),
                *("b64encode", "base64.b64encode", ".encode_base64", "secrets.token_hex", "time.strptime"),
            ),
            ALL_HARMS,
        ),
        **dict.fromkeys(("shlex.quote", "pipes.quote", "commands.mkarg"), (Harm.COMMAND,)),
        **dict.fromkeys(("os.path.basename", "secure_filename", "werkzeug.utils.secure_filename"), PATH_HARMS),
        **dict.fromkeys(
            ("safe_join", "flask.safe_join", "werkzeug.utils.safe_join", "send_from_directory"), PATH_HARMS
        ),
        "ast.literal_eval": (Harm.CODE,),
        "json.loads": (),
    },
    checks=frozenset(
        {
            *("int", "float"),
            *("re.match", "re.fullmatch", "re.search", "re.compile", ".match", ".fullmatch", ".search"),
            *(".isdigit", ".isalnum", ".isalpha", ".isnumeric", ".isdecimal", ".isidentifier"),
            *("ipaddress.ip_address", "ipaddress.IPv4Address", "socket.inet_aton", "inet_aton", "inet_pton"),
        }
    ),
    complete_checks=frozenset(
        {
            *("int", "float"),
            *(".isdigit", ".isalnum", ".isalpha", ".isnumeric", ".isdecimal", ".isidentifier"),
            *(
                "ipaddress.ip_address",
                "ipaddress.IPv4Address",
                "socket.inet_aton",
                "inet_aton",
                "inet_pton",
                "re.fullmatch",
            ),
        }
    ),
    path_checks=frozenset({".startswith", ".is_relative_to", "os.path.commonpath", "os.path.commonprefix"}),
    replacers={"re.sub": 0, ".replace": 0, ".sub": 0},
    exits=frozenset({"return", "raise", "exit", "abort", "sys", "continue", "send_error", "quit"}),
    grows=frozenset({"append", "extend", "insert", "add", "update"}),
    contexts=(
        (re.compile(r"self\.(?:path|rfile|headers)"), ("HTTPRequestHandler",)),
        (re.compile(r".*\.recv(?:from)?"), ("import socket", "from socket", "socketserver", "SocketServer")),
        (re.compile(r"(?:msg|message)\.payload"), ("mqtt",)),
    ),
    entries=_entries,
    aliases=_aliases,
    via=_via,
)
