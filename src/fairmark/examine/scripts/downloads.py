"""Code that a script fetches and runs in one go, before anybody can have looked at it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fairmark.examine.scripts.flow import bounded_text
from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.lines import hits
from fairmark.examine.scripts.shell_lexer import Word, plain, shown
from fairmark.examine.scripts.shell_reader import Command, read_commands

_FETCHERS = ("wget", "curl", "uclient-fetch", "tftp", "ftpget")
_FETCH = re.compile(r"(?<![\w./-])(?:/usr/bin/|/bin/)?(?:wget|curl|uclient-fetch)\b")
_PIPED = re.compile(r"\b(?:wget|curl|uclient-fetch)\b[^;&\n]{0,300}\|\s*(?:sudo\s+)?(?:/bin/)?(?:ba|da|a)?sh\b")
_SHELLS = frozenset({"sh", "ash", "bash", "dash", ".", "source", "lua", "python", "python3", "perl", "php", "node"})
_VERIFIES = re.compile(
    r"\bopenssl\s+(?:dgst|pkeyutl|rsautl|cms|smime)\b|\bgpgv?2?\b|\busign\b|\bsignify\b|\bminisign\b|\bucert\b|\bcosign\b|"
    r"\bverify_sig\w*|\bcheck_sig\w*|\bssh-keygen\s+-Y|\bhmac\.|\bverify\(|openssl_verify|public_encrypt"
)
_CHECKSUM = re.compile(r"\b(?:sha(?:1|256|512)|md5)sum\b|\bhashlib\.|hash_file\(")
_CODE_MARKS: dict[Language, tuple[str, ...]] = {
    Language.PYTHON: ("urlopen", "requests.get"),
    Language.PHP: ("file_get_contents", "://"),
    Language.LUA: ("http.request", "httpget"),
    Language.JAVASCRIPT: (),
    Language.PERL: ("LWP::Simple",),
}
_IN_CODE = {
    Language.PYTHON: re.compile(
        r"\b(?:exec|eval)\s*\(\s*(?:compile\()?[^#\n]{0,80}(?:urlopen|requests\.get|http\w*\.get)\s*\([^#\n]{0,200}"
    ),
    Language.PHP: re.compile(
        r"\beval\s*\([^;\n]{0,60}(?:file_get_contents|curl_exec)\s*\((?!\s*[\"']php:)[^;\n]{0,200}|\b(?:include|require)(?:_once)?\s*\(?\s*[\"']https?://[^;\n]{0,200}"
    ),
    Language.LUA: re.compile(
        r"\b(?:loadstring|load)\s*\([^;\n]{0,60}(?:http\.request|httpget|wget)\s*[(\"'][^;\n]{0,200}"
    ),
    Language.JAVASCRIPT: re.compile(r"\beval\s*\([^;\n]{0,40}(?:await fetch|axios\.get|\bgot\()[^;\n]{0,200}"),
    Language.PERL: re.compile(r"\beval\s*\(?[^;\n]{0,40}(?:LWP::Simple::get|\bget)\s*\(\s*[\"']http[^;\n]{0,200}"),
}


@dataclass(frozen=True, slots=True)
class RunDownload:
    """A line that runs what it fetched. ``protected``: over TLS with the server checked; ``plain``: surely without."""

    line: int
    protected: bool
    plain: bool
    checksum: bool


def run_downloads(text: str, language: Language) -> Iterator[RunDownload]:
    """Yield the lines that run fetched code; a script that checks a signature is passed over."""
    marks = _FETCHERS if language is Language.SHELL else ("wget", "curl", *_CODE_MARKS[language])
    if not any(one in text for one in marks):
        return
    code = bounded_text(text)
    found = _in_shell(code) if language is Language.SHELL else _in_code(code, language)
    if not found or _VERIFIES.search(code):
        return
    checksum = _CHECKSUM.search(code) is not None
    for number, how in sorted(found):
        insecure = re.search(r"\s-\w*k\b|--insecure|--no-check-certificate|verify\s*=\s*False", how) is not None
        addresses = re.findall(r"\b(https?|t?ftp)://", how)
        yield RunDownload(
            number,
            protected=bool(addresses) and not insecure and all(one == "https" for one in addresses),
            plain=any(one != "https" for one in addresses) or insecure,
            checksum=checksum,
        )


def _in_code(code: str, language: Language) -> set[tuple[int, str]]:
    has_head = re.match(r"#!.*\b(?:lua|python\d?|perl)\b", code) is not None  # reported with the updates
    patterns = [_IN_CODE[language]] if "eval" in code or "exec" in code or "load" in code or "inc" in code else []
    patterns += [_PIPED] if not has_head and ("wget" in code or "curl" in code) else []
    return {(hit.number, hit.line) for pattern in patterns for hit in hits(code, language, pattern)}


def _in_shell(code: str) -> set[tuple[int, str]]:
    """Find ``eval "$(curl ...)"``, ``sh -c "$(wget ...)"``, ``. <(curl ...)``, and a fetched file that is run later."""
    found: set[tuple[int, str]] = set()
    fetched: dict[str, str] = {}
    variables: dict[str, str] = {}
    every = read_commands(code)
    for index, command in enumerate(every):
        for name, word, _ in command.assignments:
            variables[name] = _expanded(word, variables)
        if command.kind != "simple" or not command.words:
            continue
        name = command.name
        if name in {"eval", "sh", "bash", "ash", "source", "."}:
            found |= {(command.line, text) for text in _substituted(command, variables)}
        if name in {"wget", "curl", "uclient-fetch", "tftp", "ftpget"}:
            fetched |= _target(name, command, variables)
        _runs(command, fetched, variables, found)
        if name in _SHELLS and command.piped and index and not code.startswith("#!"):
            before = " ".join(shown(word) for word in every[index - 1].words)
            if _FETCH.search(before):
                found.add((command.line, before))
    return found


def _substituted(command: Command, variables: dict[str, str]) -> list[str]:
    """Return the fetching commands whose output a shell takes as its text."""
    direct = command.name in {"eval", "source", "."} or any(plain(word) == "-c" for word in command.words[1:2])
    pieces = [piece for word in command.words[1:] for piece in word if piece.kind == "command"]
    pieces += [piece for one in command.redirects for piece in one.word if piece.kind == "command"]
    from_process = any(
        piece.kind == "command" and not piece.quoted and len(word) == 1 for word in command.words[1:] for piece in word
    )
    if not direct and not from_process:
        return []
    texts = [re.sub(r"\$\{?(\w+)\}?", lambda match: variables.get(match[1], match[0]), piece.text) for piece in pieces]
    return [text for text in texts if _FETCH.search(text) and _prints(text)]


def _prints(text: str) -> bool:
    """Whether a fetching command writes to its standard output, and nothing picks a value out of it."""
    if re.search(r"\|\s*(?:grep|sed|awk|cut|jq|jsonfilter|tr|head|tail|wc)\b", text):
        return False
    if re.search(r"\bcurl\b", text):
        return not re.search(r"\s-\w*[oI]\b|--output|-w\b", text)
    return re.search(r"-\w*O\s*-(?:\s|$|[\"'])|-O\s*/dev/stdout", text) is not None


def _expanded(word: Word, variables: dict[str, str]) -> str:
    return "".join(
        variables.get(piece.text, "$" + piece.text) if piece.kind == "variable" else piece.text for piece in word
    )[:1000]


def _target(name: str, command: Command, variables: dict[str, str]) -> dict[str, str]:
    """Return the file that a command fetches into -> the command."""
    texts = [_expanded(word, variables) for word in command.words]
    shown_text = " ".join(texts)
    options = {"wget": "-O", "uclient-fetch": "-O", "curl": "-o", "tftp": "-l"}
    targets = [
        texts[index + 1]
        for index, text in enumerate(texts[:-1])
        if re.fullmatch(rf"-\w*{options.get(name, '-O')[1]}|--output(?:-document)?", text)
    ]
    targets += [_expanded(one.word, variables) for one in command.redirects if one.sign in {">", ">|"}]
    if name == "ftpget" and len(texts) > 2:
        targets.append(texts[-2])
    return {target: shown_text for target in targets if target not in {"-", "/dev/null", "/dev/stdout"} and target}


def _runs(command: Command, fetched: dict[str, str], variables: dict[str, str], found: set[tuple[int, str]]) -> None:
    texts: Sequence[str] = [_expanded(word, variables) for word in command.words]
    program = texts[0]
    if program in fetched and len(program) > 1:
        found.add((command.line, fetched[program]))
    elif command.name in _SHELLS:
        for text in texts[1:3]:
            if text in fetched:
                found.add((command.line, fetched[text]))
