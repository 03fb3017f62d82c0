"""PHP: pages under a web server, with the request in the superglobals."""

import re

from fairmark.examine.scripts.expressions import literal
from fairmark.examine.scripts.flow import Harm
from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.words import ALL_HARMS, PATH_HARMS, Arguments, Words, does, opens

_INPUT = re.compile(r"php://input|php://stdin")
_UNFILTERED = re.compile(r"\A(?!.*FILTER_(?:VALIDATE|SANITIZE_NUMBER))")
_CGI_NAME = re.compile(r"QUERY_STRING|HTTP_|REQUEST_URI|PATH_INFO")


def _runs_list(given: Arguments) -> tuple[Harm, tuple[int, ...]] | None:
    """``proc_open`` with a list starts no shell."""
    starts_list = bool(given) and any(token.is_sign("[") or token.text == "array" for token in given[0][:1])
    return None if starts_list else (Harm.COMMAND, (0,))


def _moves(_: Arguments) -> tuple[Harm, tuple[int, ...]]:
    return Harm.WRITE, (1,)


def _reads(given: Arguments) -> tuple[Harm, tuple[int, ...]] | None:
    """Reading an address of the net is no reading of a file."""
    text = literal(given[0][:1]) if given and given[0] else None
    return None if text and re.match(r"https?://", text) else (Harm.READ, (0,))


PHP = Words(
    language=Language.PHP,
    source_marks=(
        *(
            "$_GET",
            "$_POST",
            "$_REQUEST",
            "$_COOKIE",
            "$_FILES",
            "php://input",
            "filter_input",
            "$HTTP_",
            "HTTP_",
            "QUERY_STRING",
        ),
        *("REQUEST_URI", "PATH_INFO", "PHP_SELF", "PHP_AUTH"),
    ),
    sink_marks=(
        *(
            "exec(",
            "system(",
            "passthru",
            "popen(",
            "proc_open",
            "eval(",
            "fopen(",
            "file_get_contents",
            "file_put_contents",
        ),
        *("readfile", "unlink(", "move_uploaded_file", "copy(", "rename(", "create_function", "unserialize(", "rmdir("),
        *("show_source", "highlight_file", " file(", "exec (", "system (", "eval ("),
    ),
    sink_pattern=re.compile(
        r"\b(?:include|require)(?:_once)?\b[^;\n]{0,200}\$|(?:[=(]|\becho|\breturn)[ \t]*`|\bassert\s*\("
    ),
    source_key=re.compile(
        r"\$(?:_GET|_POST|_REQUEST|_COOKIE|HTTP_GET_VARS|HTTP_POST_VARS|HTTP_COOKIE_VARS|HTTP_RAW_POST_DATA)"
        r"|\$_SERVER\[(?:HTTP_\w+|QUERY_STRING|REQUEST_URI|PATH_INFO|PHP_SELF|PHP_AUTH_\w+)\]"
        r"|\$_FILES(?:\[\w*\])*\[name\]|\$_FILES"
    ),
    source_calls={
        "file_get_contents": _INPUT,
        "getallheaders": None,
        "apache_request_headers": None,
        "getenv": _CGI_NAME,
        "filter_input": _UNFILTERED,
    },
    sinks={
        **dict.fromkeys(
            ("exec", "system", "passthru", "shell_exec", "popen", "pcntl_exec", "expect_popen"), does(Harm.COMMAND, 0)
        ),
        "proc_open": _runs_list,
        **dict.fromkeys(("eval", "assert", "include", "include_once", "require", "require_once"), does(Harm.CODE, 0)),
        "create_function": does(Harm.CODE, 0, 1),
        "unserialize": does(Harm.CODE, 0),
        "fopen": opens(1),
        **dict.fromkeys(
            ("file_get_contents", "readfile", "file", "highlight_file", "show_source", "parse_ini_file"), _reads
        ),
        **dict.fromkeys(("file_put_contents", "unlink", "rmdir", "SplFileObject"), does(Harm.WRITE, 0)),
        "move_uploaded_file": _moves,
        "copy": does(Harm.WRITE, 0, 1),
        "rename": does(Harm.WRITE, 0, 1),
    },
    cleaners={
        **dict.fromkeys(
            (
                *(
                    "intval",
                    "floatval",
                    "doubleval",
                    "boolval",
                    "isset",
                    "empty",
                    "strlen",
                    "count",
                    "md5",
                    "sha1",
                    "hash",
                ),
                *(
                    "crc32",
                    "bin2hex",
                    "base64_encode",
                    "is_numeric",
                    "in_array",
                    "array_key_exists",
                    "strcmp",
                    "hexdec",
                ),
                *(
                    "octdec",
                    "ip2long",
                    "abs",
                    "round",
                    "is_array",
                    "password_verify",
                    "password_hash",
                    "crypt",
                    "uniqid",
                ),
                *("strtotime", "date", "mktime", "number_format", "array_search", "ord", "long2ip", "checkdate"),
            ),
            ALL_HARMS,
        ),
        "escapeshellarg": (Harm.COMMAND,),
        "escapeshellcmd": (Harm.COMMAND,),
        "basename": PATH_HARMS,
        "var_export": (Harm.CODE,),
    },
    checks=frozenset(
        {
            *(
                "preg_match",
                "ereg",
                "eregi",
                "preg_match_all",
                "ctype_digit",
                "ctype_alnum",
                "ctype_alpha",
                "ctype_xdigit",
            ),
            *(
                "is_numeric",
                "in_array",
                "array_key_exists",
                "filter_var",
                "is_int",
                "ip2long",
                "strpos",
                "strstr",
                "stripos",
            ),
            *("str_contains", "strpbrk", "inet_pton", "array_search", "isset_in", "strcspn", "strspn"),
        }
    ),
    complete_checks=frozenset(
        {
            *(
                "ctype_digit",
                "ctype_alnum",
                "ctype_alpha",
                "ctype_xdigit",
                "is_numeric",
                "in_array",
                "array_key_exists",
            ),
            *("is_int", "ip2long", "inet_pton", "array_search", "strspn"),
        }
    ),
    path_checks=frozenset({"strpos", "stripos", "str_starts_with", "strncmp", "substr_compare"}),
    replacers={"preg_replace": 0, "str_replace": 0, "ereg_replace": 0},
    formats=frozenset({"sprintf", "vsprintf"}),
    exits=frozenset({"return", "exit", "die", "throw", "continue", "break"}),
    grows_first=frozenset({"array_push", "array_unshift"}),
    fills={"parse_str": (1, 0)},
    bare_calls=frozenset({"include", "include_once", "require", "require_once"}),
)
