"""The page that checks labels in a browser: one file that needs nothing else and asks nobody.

Its sources are ``verify.html``, ``verify.css``, ``verify.js`` (the check) and ``verify_page.js`` (the page). The
content security policy inside admits this one script and this one style sheet, by digest, and no request at all.
"""

import base64
import re
import zlib
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from typing import Any

from fairmark.certify.label_verdict import DAY, day_text, words
from fairmark.certify.status import Status
from fairmark.certify.trust import TrustList
from fairmark.model.data import read_data
from fairmark.model.value import canonical_json

_PACKAGE = "fairmark.certify"
_SLOT = re.compile(r"\{\{(\w+)\}\}")
_LITERAL = re.compile(r"[\"`/]")
_SPACED = re.compile(r" ?([=!<>]=+|=>|&&|\|\||>>|[-+*%?:=<>{},;()&]) ?")


def render(trust: TrustList, statuses: Mapping[int, Status]) -> bytes:
    """Return the page for a trust list and the status lists that were checked."""
    code, look = script(), read_data(_PACKAGE, "verify.css").decode().strip()
    parts = {
        "script": code,
        "script_hash": _digest(code),
        "style": look,
        "style_hash": _digest(look),
        "made": f"the trust list is of {day_text(trust.issued // DAY)}.",
        "issuers": _issuers(trust),
        "lists": _lists(statuses),
        # In a data block only "<" could end the block; JSON can spell it otherwise.
        "data": canonical_json(embedded(trust, statuses)).decode().replace("<", "\\u003c"),
    }
    # One pass over the template, so that nothing that is filled in is taken for a slot.
    return _SLOT.sub(lambda slot: parts[slot[1]], read_data(_PACKAGE, "verify.html").decode()).encode()


def script() -> str:
    """Return the script as the page carries it."""
    return checker() + "\n" + _short("verify_page.js")


def checker() -> str:
    """Return the part of the script that checks a label and knows no page."""
    return _short("verify.js")


def _short(name: str) -> str:
    """Return a script without what only its readers need.

    Comment lines and indentation go; so do spaces around operators, on lines that hold no text and no expression.
    """
    lines = (line.strip() for line in read_data(_PACKAGE, name).decode().splitlines())
    code = (line for line in lines if line and not line.startswith("//"))
    return "\n".join(line if _LITERAL.search(line) else _SPACED.sub(r"\1", line) for line in code)


def embedded(trust: TrustList, statuses: Mapping[int, Status]) -> dict[str, Any]:
    """Return what the script works on: whom to believe, what still stands, and the words."""
    lists = {
        str(number): {
            "issued": status.list.issued,
            "expires": status.list.expires,
            "size": status.list.size,
            "bits": base64.b64encode(zlib.compress(status.list.bits, 9)).decode(),
            "reasons": {str(index): [why.day, int(why.reason)] for index, why in status.reasons.items()},
        }
        for number, status in statuses.items()
    }
    return {"trust": trust.model_dump(mode="json"), "statuses": lists, "words": words()}


def _issuers(trust: TrustList) -> str:
    if not trust.issuers:
        return "<p>Nobody's: its trust list is empty, and every label will be of an unknown issuer.</p>"
    known = sorted({(one.name, one.scheme, one.host) for one in trust.issuers})
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in known)
    head = "<tr><th scope=col>Issuer</th><th scope=col>Scheme</th><th scope=col>Registry</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _lists(statuses: Mapping[int, Status]) -> str:
    if not statuses:
        return "It carries no status list: whether a certificate still stands it cannot say."
    dates = (f"list {number} as of {day_text(one.list.issued // DAY)}" for number, one in sorted(statuses.items()))
    return f"What still stands it knows from status {', '.join(dates)}."


def _digest(text: str) -> str:
    return base64.b64encode(sha256(text.encode()).digest()).decode()
