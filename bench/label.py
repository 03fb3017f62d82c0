"""Labels: how large, how well a scanner reads them, what a check costs beside the bare signature, and mutants.

The codes are turned by up to 12 degrees, blurred, and 3 pixels wide a module; zxing-cpp reads them. Verification is
timed from the digits to the checked claims, against Ed25519 with a key that is loaded already. ``--mutants N`` labels
that are nearly right (10,000 by default) go through Python and through the browser's script, run by Node.js.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from measure import ROOT, conclude, interleaved, load
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, rotate

sys.path.insert(0, str(ROOT))

from fairmark.certify import label, page, qr
from fairmark.certify.cose import parse, public_key
from fairmark.certify.label_verdict import judge
from fairmark.certify.status import State, publish, status_list
from fairmark.certify.trust import Register
from tests.certify.browser_verifier import in_javascript, in_python
from tests.certify.mutants import mutants
from tests.doubles import labels as given

ROUNDS = 15
CHECKS = 1000
HOST = "registry.certs.iot.example.org"
Figures = dict[str, float | int | str | None]


def size() -> Figures:
    """Return the size of a label with a digest of 32 bytes, and of its code with a host of 30 characters."""
    claims = given.claims(model="a model of 19 bytes", number=0xFFFF_FFFF, status=(1, 999_999))
    content = label.make(claims, given.LAB)
    code = qr.code(label.address(HOST, claims, content))
    million = dict.fromkeys(random.Random(6).sample(range(1_000_000), 10_000), State.WITHDRAWN)  # noqa: S311 - a sample
    listed = publish(status_list(1, million, size=1_000_000, now=given.NOW), given.STATUS)
    return {
        "label_bytes": len(content),
        "qr_version": int(code.version),
        "qr_error_correction": code.error,
        "status_list_bytes": len(listed),
        "page_script_bytes": len(page.script().encode()),
    }


def decoded() -> Figures:
    """Return how many of 20 codes are read: 3 pixels a module, turned, shifted by parts of a pixel, blurred."""
    chance = random.Random(12)  # noqa: S311 - a sample
    read = 0
    for number in range(20):
        claims = replace(given.claims(), number=number + 1, status=(1, 900_000 + number))
        text = label.address(HOST, claims, label.make(claims, given.LAB))
        rows = [[255 * (not dark) for dark in row] for row in qr.code(text).matrix_iter(scale=3, border=qr.QUIET)]
        picture: NDArray[np.float64] = np.pad(np.array(rows, dtype=float), 30, constant_values=255)
        turned = rotate(picture, -12 + 24 * number / 19, order=3, mode="constant", cval=255)
        noisy = gaussian_filter(turned, 0.8) + np.random.default_rng(number).normal(0, 6, turned.shape)
        shade = noisy * np.linspace(0.75 + 0.2 * chance.random(), 1, noisy.shape[1])
        found = zxingcpp.read_barcodes(np.clip(shade, 0, 255).astype(np.uint8))
        read += [one.text for one in found] == [text]
    return {"decoded_of_20": read}


def speed() -> Figures:
    """Return what a check costs in units of one bare Ed25519 verification, interleaved."""
    claims = given.claims()
    content = label.make(claims, given.LAB)
    digits, keys = label.to_digits(content), [public_key(given.LAB)]
    message, bare = parse(content), Ed25519PublicKey.from_public_bytes(given.LAB.public)
    signed = b"\x84\x6aSignature1\x49" + message.header + b"\x40\x58" + bytes([len(message.payload)]) + message.payload
    text, register, statuses = given.written(claims), Register(given.trust()), given.statuses()
    work: dict[str, Callable[[], object]] = {
        "bare": lambda: bare.verify(message.signature, signed),
        "ours": lambda: label.check(label.from_digits(digits), keys),
        "verdict": lambda: judge(text, register, statuses, now=given.NOW),
    }

    def timed(run: Callable[[], object]) -> float:
        started = time.process_time()
        for _ in range(CHECKS):
            run()
        return time.process_time() - started

    seconds = interleaved({name: lambda run=run: timed(run) for name, run in work.items()}, ROUNDS)  # type: ignore[misc]
    return {
        "verify_ratio_to_ed25519": seconds["ours"] / seconds["bare"],
        "verdict_ratio_to_ed25519": seconds["verdict"] / seconds["bare"],
        "verify_us": seconds["ours"] / CHECKS * 1e6,
    }


def agreement(count: int) -> Figures:
    """Return how many labels that are nearly right get the same answer from Python and from the browser's script."""
    cases = list(mutants(count))
    ours, theirs = (ask(cases, given.trust(), given.statuses()) for ask in (in_python, in_javascript))
    same = sum(one == other for one, other in zip(ours, theirs, strict=True))
    return {"mutants": count, "mutants_agreed": same, "kinds_of_answer": len({one["kind"] for one in ours})}


def main() -> int:
    """Run everything and print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mutants", type=int, default=10_000)
    given_options = options.parse_args()
    conclude("label", {**size(), **decoded(), **speed(), **agreement(given_options.mutants), "load": load()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
