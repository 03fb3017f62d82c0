"""What an issuer hands in to have a label made."""

import json
from typing import Any

from fairmark.certify.order import Order, read_order

ROW: dict[str, Any] = {
    "host": "trial.example.org",
    "issuer": 9,
    "model": "EC-100",
    "gtin": "04006381333931",
    "number": 204501,
    "scheme": 0,
    "level": 1,
    "issued": "2026-11-24",
    "expires": "2028-11-23",
    "support_until": "2029-05-31",
    "evidence": "ab" * 32,
    "status": {"list": 1, "index": 100},
    "printed": {
        "issuer": "Trial Issuer",
        "scheme": "demo",
        "level": "Declared",
        "automatic_updates": True,
        "sensors": ["camera", "microphone"],
    },
}


def order_file(**changed: Any) -> bytes:
    return json.dumps(ROW | changed).encode()


def order(**changed: Any) -> Order:
    return read_order(order_file(**changed), "claims.json")


def real(**changed: Any) -> Order:
    """Of a scheme that somebody answers for."""
    printed = {"issuer": "Example Laboratory", "scheme": "Example Scheme", "level": "Tested"}
    return order(**{"issuer": 7, "scheme": 3, "level": 2, "host": "registry.example.org", "printed": printed} | changed)
