"""Random draws that depend on nothing but a seed and a name.

Counter-based streams (J. Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011; NumPy's Philox): each
name and block has its own place in the sequence, so what is drawn for it does not change with the number of threads,
the order of the work, or what else is drawn.
"""

from hashlib import sha256

import numpy as np

from fairmark.numerics.distributions import BetaShare, Constant, Distribution, Gamma, LogNormal, Pert
from fairmark.numerics.law import Floats, as_floats
from fairmark.numerics.mixture import Mixture


def stream(seed: int, name: str, block: int = 0) -> np.random.Generator:
    """Return the generator of one name and block.

    Args:
        seed: 0 to 2^64 - 1.
        name: of what is drawn; equal names give equal draws.
        block: 0 to 2^64 - 1.
    """
    identity = int.from_bytes(sha256(name.encode()).digest()[:8], "big")
    return np.random.Generator(np.random.Philox(key=[seed, identity], counter=[0, 0, 0, block]))


def draw(law: Distribution, random: np.random.Generator, count: int) -> Floats:
    """Return independent draws of a law, shape (count,)."""
    match law:
        case Constant():
            return np.full(count, law.value)
        case Pert() | BetaShare():
            low, high = law.support
            return as_floats(low + (high - low) * random.beta(*law.shape, count))
        case LogNormal():
            return random.lognormal(law.mu, law.sigma, count)
        case Gamma():
            return random.gamma(law.shape, law.scale, count)
        case Mixture():
            chosen = random.choice(len(law.parts), count, p=law.weights)
            found = np.empty(count)
            for number, part in enumerate(law.parts):
                of_part = chosen == number
                found[of_part] = draw(part, random, int(np.count_nonzero(of_part)))
            return found
        case _:
            return law.quantile(random.random(count))
