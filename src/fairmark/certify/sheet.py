"""Sheets of labels to print for a batch of one product: plain HTML without a script, one picture many times."""

import base64
from hashlib import sha256
from html import escape

from fairmark.certify import qr
from fairmark.certify.order import Order

MOST_COPIES = 1000
_STYLE = (
    "body{margin:1rem;font:1rem/1.4 system-ui,sans-serif;color:#000;background:#fff}"
    "ul{display:flex;flex-wrap:wrap;gap:4mm;padding:0;list-style:none}"
    "li{border:1px dashed #767676;padding:2mm;break-inside:avoid;max-width:100%}"
    "svg{display:block;max-width:100%;height:auto}"
    "@page{margin:10mm}@media print{header{display:none}body{margin:0}}"
)


def render(address: str, order: Order, *, copies: int) -> bytes:
    """Return a page with ``copies`` of a label."""
    picture = qr.svg(address, order)
    digest = base64.b64encode(sha256(_STYLE.encode()).digest()).decode()
    title = f"Labels: {order.model}"
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'\">"
        f"<title>{escape(title)}</title><style>{_STYLE}</style>"
    )
    told = (
        "Print at 100 %: a module of the code is 0.4 mm wide, and the white edge around it belongs to it. "
        "The address in words stands beside the code, so that a buyer can compare what a phone opens."
    )
    labels = f"<ul>{f'<li>{picture}</li>' * copies}</ul>"
    body = f"<main><header><h1>{escape(title)}</h1><p>{escape(told)}</p></header>{labels}</main>"
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>{body}</body></html>\n'.encode()
