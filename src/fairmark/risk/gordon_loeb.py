"""A note on how much security one asset can be worth at most.

L. Gordon, M. Loeb, The Economics of Information Security Investment, ACM TISSEC 5(4), 2002. A breach
happens with probability v and costs L; spending z lowers the probability to S(z, v). For their two
classes of S it never pays to spend more than v L / e. That holds for one asset under their
assumptions, so it is printed as a note and decides nothing.
"""

import math
from dataclasses import dataclass

from fairmark.numerics.law import require_amount


@dataclass(frozen=True, slots=True)
class Investment:
    """The best spending on one asset, and the most it could ever be (v L / e)."""

    best: float
    ceiling: float


def ceiling(vulnerability: float, loss: float) -> float:
    """Return v L / e, in the money of ``loss``."""
    require_amount("vulnerability", vulnerability)
    require_amount("loss", loss)
    return vulnerability * loss / math.e


def class_one(vulnerability: float, loss: float, alpha: float, beta: float) -> Investment:
    """Return the best spending where S = v / (alpha z + 1)^beta; 0 if nothing is worth it."""
    for field, value in (("alpha", alpha), ("beta", beta)):
        require_amount(field, value, positive=True)
    most = ceiling(vulnerability, loss)
    gain = vulnerability * beta * alpha * loss
    return Investment(best=max((gain ** (1 / (beta + 1)) - 1) / alpha, 0.0), ceiling=most)


def class_two(vulnerability: float, loss: float, alpha: float) -> Investment:
    """Return the best spending where S = v^(alpha z + 1), for 0 < v < 1; 0 if nothing is worth it."""
    require_amount("alpha", alpha, positive=True)
    most = ceiling(vulnerability, loss)
    if not 0 < vulnerability < 1:
        return Investment(best=0.0, ceiling=most)
    slope = -alpha * loss * vulnerability * math.log(vulnerability)
    best = math.log(slope) / (-alpha * math.log(vulnerability)) if slope > 1 else 0.0
    return Investment(best=best, ceiling=most)
