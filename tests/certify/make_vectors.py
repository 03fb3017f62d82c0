"""Writes vectors.json: labels with the answers that every verifier must give. Run it when the format changes: never else."""

import json
from pathlib import Path
from typing import Any

from fairmark.certify import label
from fairmark.certify.page import embedded
from fairmark.model.value import canonical_json
from tests.certify.browser_verifier import Case, in_python
from tests.doubles import labels as given

FILE = Path(__file__).with_name("vectors.json")
YEARS = 10 * 365 * given.DAY


def cases() -> dict[str, Case]:
    """Return the named cases."""
    claims, now = given.claims, given.NOW
    good = given.written(claims())
    digits = label.take_apart(good).digits
    trial = {"issuer": 9, "scheme": 0, "level": 1}
    found: dict[str, Case] = {
        "genuine, EdDSA": (good, now),
        "genuine, ES256": (given.written(claims(), given.LAB_P256), now),
        "genuine, digits alone": (digits, now),
        "genuine, without GTIN": (given.written(claims(gtin=None)), now),
        "genuine, spaces around it": (f" \t{good}\r\n", now),
        "genuine, old list": (good, now + 30 * given.DAY),
        "genuine, look-alike address": (given.written(claims(), host="reg1stry.example.org"), now),
        "genuine, clock ten years behind": (good, now - YEARS),
        "genuine, clock ten years ahead": (good, now + YEARS),
        "test": (given.written(claims(**trial), given.TRIAL, host="trial.example.org"), now),
        "test, withdrawn": (given.written(claims(**trial, status=(1, 101)), given.TRIAL), now),
        "withdrawn with reason": (given.written(claims(status=(1, 101))), now),
        "withdrawn without reason": (given.written(claims(status=(1, 104))), now),
        "suspended": (given.written(claims(status=(1, 102))), now),
        "noted": (given.written(claims(status=(1, 103))), now),
        "beyond the list": (given.written(claims(status=(1, 4000))), now),
        "another list": (given.written(claims(status=(2, 1))), now),
        "support ended": (given.written(claims(support_until=given.TODAY - 1)), now),
        "expired": (given.written(claims(expires=given.TODAY - 1)), now),
        "last day": (given.written(claims(expires=given.TODAY)), now),
        "maker's statement": (given.written(claims(level=1)), now),
        "stolen key": (given.written(claims(issuer=8), given.STOLEN), now),
        "unknown key": (given.written(claims(), given.STRANGER), now),
        "another issuer's number": (given.written(claims(issuer=9)), now),
        "another scheme": (given.written(claims(scheme=0)), now),
        "outside the key's time": (given.written(claims(issued=given.TODAY - 500)), now),
        "another product": (good.replace("04006381333931", "04006381333948"), now),
        "HTML in the model": (given.written(claims(model="<img src=x>&{host}")), now),
        "model beyond ASCII": (given.written(claims(model="Caméra \U0001f4f7 200")), now),
        "level without a name": (given.written(claims(level=9)), now),
        "largest GTIN": (given.written(claims(gtin=99999999999997)), now),
        "a digit changed": (digits[:200] + ("1" if digits[200] == "0" else "0") + digits[201:], now),
        "a digit missing": (digits[:-1], now),
        "leading zero": ("0" + digits, now),
        "second fragment": (good + "#1", now),
        "Unicode digits": (good.replace("1", "\u0661"), now),
        "flood of digits": ("9" * 1201, now),
        "nothing": ("", now),
    }
    return found


def vectors() -> dict[str, Any]:
    """Return everything that another verifier needs."""
    trust, statuses = given.trust(), given.statuses()
    data = {name: value for name, value in embedded(trust, statuses).items() if name != "words"}
    named = cases()
    answers = in_python(named.values(), trust, statuses)
    rows = [
        {"name": name, "text": text, "now": now, "answer": answer}
        for (name, (text, now)), answer in zip(named.items(), answers, strict=True)
    ]
    found: dict[str, Any] = json.loads(canonical_json({**data, "cases": rows}))
    return found


if __name__ == "__main__":
    FILE.write_text(json.dumps(vectors(), indent=1, sort_keys=True) + "\n")
