"""Lines that switch off the check of a server's certificate."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fairmark.examine.scripts.language import Language
from fairmark.examine.scripts.lines import Hit, hits

_CURL = (
    r"(?<![\w.-])curl\b(?:(?![|;&]|\bcurl\b).){0,400}?[ \t]"
    r"(?:--insecure\b|-[sSfLIigvNO#4x6]{0,6}k[sSfLIigvNO#46]{0,6}(?=[\s\"']|$))"
)
_WGET = r"(?:wget|uclient-fetch)\b(?:(?![|;&]).){0,400}?[ \t]--no-check-certificate\b"
_COMMAND_LINE = re.compile(
    rf"{_CURL}|{_WGET}"
    rf"|\bmosquitto_(?:pub|sub|rr)\b(?:(?![|;&]).){{0,400}}?[ \t]--insecure\b|\bhttp\.sslVerify[= ]false\b"
    r"|\bGIT_SSL_NO_VERIFY=(?:1|true)\b|\bNODE_TLS_REJECT_UNAUTHORIZED=[\"']?0|\bPYTHONHTTPSVERIFY=0\b"
)
_BY_LANGUAGE = {
    Language.PYTHON: re.compile(
        r"\bverify\s*=\s*False\b|_create_unverified_context\s*(?:\(|$)|\bverify_mode\s*=\s*(?:ssl\.)?CERT_NONE\b"
        r"|\bcert_reqs\s*=\s*[\"']?(?:ssl\.)?CERT_NONE\b|\btls_insecure_set\(\s*True\b|\bverify_ssl\s*=\s*False\b"
        r"|\bdisable_ssl_certificate_validation\s*=\s*True\b|\bvalidate_certs?\s*=\s*False\b"
    ),
    Language.PHP: re.compile(
        r"\bCURLOPT_SSL_VERIFY(?:PEER|HOST)\s*(?:,|=>)\s*(?:false|0)\b|[\"']verify_peer(?:_name)?[\"']\s*=>\s*(?:false|0)\b"
        r"|[\"']verify[\"']\s*=>\s*false\b",
        re.IGNORECASE,
    ),
    Language.PERL: re.compile(
        r"\bverify_hostname\s*=>\s*[\"']?0|\bSSL_verify_mode\s*=>\s*(?:0x0+\b|0\b|[\"']?[\w:]*SSL_VERIFY_NONE)"
        r"|PERL_LWP_SSL_VERIFY_HOSTNAME['\"]?\}?\s*=\s*[\"']?0|\bverify_SSL\s*=>\s*0"
    ),
    Language.LUA: re.compile(
        r"\bverify\s*=\s*\{?\s*[\"']none[\"']|\bssl_verify(?:peer|host)?\s*=\s*(?:false|0)\b"
        r"|\bSSL_VERIFY(?:PEER|HOST)\s*(?:,|\]\s*=)\s*(?:false|0)\b|\bsetopt_ssl_verify(?:peer|host)\s*\(\s*(?:false|0)\b"
    ),
    Language.JAVASCRIPT: re.compile(
        r"\brejectUnauthorized['\"]?\s*:\s*false\b|\bNODE_TLS_REJECT_UNAUTHORIZED['\"\]]*\s*=\s*['\"]?0|\bstrictSSL['\"]?\s*:\s*false\b"
    ),
}
_MARKS = {
    **dict.fromkeys(
        ("--insecure", "no-check-certificate", "http.sslVerify", "GIT_SSL_NO_VERIFY", "HTTPSVERIFY", "TLS_REJECT"), None
    ),
    "curl": re.compile(r"[ \t]-\w{0,8}k"),
}
_OWN_MARKS = {
    Language.PYTHON: (
        *("verify=", "verify =", "_unverified_context", "CERT_NONE", "tls_insecure_set", "verify_ssl", "validate_cert"),
        "disable_ssl_certificate_validation",
    ),
    Language.PHP: ("SSL_VERIFY", "ssl_verify", "verify_peer", "'verify'", '"verify"'),
    Language.PERL: ("verify_hostname", "SSL_verify_mode", "SSL_VERIFY_HOSTNAME", "verify_SSL"),
    Language.LUA: ("verify", "VERIFY"),
    Language.JAVASCRIPT: ("rejectUnauthorized", "REJECT_UNAUTHORIZED", "strictSSL"),
}
_LOCAL = re.compile(r"https?://(?:127\.|localhost|\[?::1)|http://(?!\S*\$)")
_NOT_TLS = re.compile(r"capture_peer_cert|\bjwt\b|\bjws\b|\bdecode\s*\(|\bjose\b")
_CHOICE = re.compile(r"\b(?:if|elif|elsif|else|case|unless|when|switch|except|catch)\b|\?|\)\s*$")
_ABOUT = re.compile(r"insecure|verif|check|strict|skip|trust|ignore|self.?sign|unsafe|debug|valid|cert", re.IGNORECASE)
_DEFINES = re.compile(r"\s*(?:def|function|sub|local function)\s|\s*[\"']?\w+[\"']?\s*:\s*\w+\s*=")
_FUNCTION = re.compile(r"\s*(?:async\s+)?(?:def|function|sub)\s+\w+\s*\(")
_SERVER = re.compile(
    r"\bListen\s*=>|\bSSL_server\s*=>\s*[\"']?1|\bPROTOCOL_TLS_SERVER\b|\bPurpose\.CLIENT_AUTH\b|\bserver_side\s*=\s*True\b"
    r"|\brequestCert\b|\bcipher_server_preference\b"
)
_CLIENT = re.compile(r"\bPeer(?:Addr|Host)\s*=>|\bPROTOCOL_TLS_CLIENT\b|\bserver_hostname\s*=")
_FURTHEST = 60
_NEAR = 12


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A line that switches the check off. ``chosen``: only where the owner chose it, as far as can be seen."""

    line: int
    chosen: bool


def unchecked_tls(text: str, language: Language) -> Iterator[Unchecked]:
    """Yield the lines of a script that talk TLS without looking at whom they talk to."""
    patterns = []
    if any(mark in text and (more is None or more.search(text)) for mark, more in _MARKS.items()):
        patterns.append(_COMMAND_LINE)
    if any(mark in text for mark in _OWN_MARKS.get(language, ())):
        patterns.append(_BY_LANGUAGE[language])
    lines = text.split("\n") if patterns else []
    for pattern in patterns:
        for hit in hits(text, language, pattern):
            if _is_only_local(hit.line[hit.start :]) or _NOT_TLS.search(hit.line) or _is_server(lines, hit.number):
                continue
            is_default = _DEFINES.match(hit.line) is not None or _is_parameter(lines, hit.number)
            yield Unchecked(hit.number, is_default or _is_chosen(lines, hit))


def _is_server(lines: list[str], number: int) -> bool:
    """Whether the lines around open a port: whoever calls need not show a certificate there."""
    around = lines[max(0, number - _NEAR) : number + _NEAR]
    return any(map(_SERVER.search, around)) and not any(map(_CLIENT.search, around))


def _is_parameter(lines: list[str], number: int) -> bool:
    """Whether the line goes on with the parameters of a function: a default, which whoever calls may change."""
    before = lines[max(0, number - 1 - _NEAR) : number - 1]
    head = next((at for at in range(len(before) - 1, -1, -1) if _FUNCTION.match(before[at])), None)
    depth = 0
    for line in before[head:] if head is not None else ():
        depth += line.count("(") - line.count(")")
        if depth <= 0:
            break
    return depth > 0


def _is_only_local(rest: str) -> bool:
    """Whether the only address is inside the device, or is none with TLS at all."""
    return _LOCAL.search(rest) is not None and "https://" not in _LOCAL.sub("", rest)


def _is_chosen(lines: list[str], hit: Hit) -> bool:
    """Whether a condition about this very check is on the line, or around it."""
    before, after = hit.line[: hit.start], hit.line[hit.start :]
    if re.search(r"\s\?\s|&&|\bif\b", before) and _ABOUT.search(before):
        return True
    if re.search(r"\bif\b.{1,200}\belse\b", after):
        return True
    column = _column(hit.line)
    opens = ""
    sibling = False  # whether the branch that we are in is another one of the condition in this column
    for line in reversed(lines[max(0, hit.number - 1 - _FURTHEST) : hit.number - 1]):
        here = _column(line)
        if not line.strip() or here > column or (here == column and not (sibling and line.rstrip().endswith(opens))):
            continue
        if _CHOICE.search(line) and _ABOUT.search(line):
            return True
        sibling = re.match(r"[\s}]*(?:else|elif|elsif|except|catch|\*\))", line) is not None
        opens = "{" if line.lstrip().startswith("}") else ""  # what the line with the condition must then end in
        column = here
    return False


def _column(line: str) -> int:
    return len(line) - len(line.lstrip())
