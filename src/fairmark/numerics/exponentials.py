"""Sums of w exp(rate (z - 1)): where a batch of years spends half of its time.

NumPy computes them; numba, where it is installed (extra ``fast``), does so in one loop and skips what has faded away.
Both agree to 1e-12, which is below anything a lattice can resolve. Compiling takes a second or two once for each
process, so it is worth it for thousands of scenarios only.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module

import numpy as np

from fairmark.numerics.lattice import Complexes
from fairmark.numerics.law import Floats

Sum = Callable[[Floats, Floats, Complexes], Complexes]
"""Rates and weights, shapes (rows, points), and z, shape (rows, places): sums of shape (rows, places)."""

_FADED = -60.0  # exp of this is below the rounding noise of a lattice, raised as it may be


def plain(rates: Floats, weights: Floats, z: Complexes) -> Complexes:
    """Compute the sums with NumPy."""
    result = np.zeros(z.shape, dtype=np.complex128)
    for rate, weight in zip(rates.T, weights.T, strict=True):
        if weight.any():
            result += weight[:, np.newaxis] * np.exp(rate[:, np.newaxis] * (z - 1))
    return result


@cache
def compiled() -> Sum:
    """Return the sums compiled by numba, or ``plain`` without numba."""
    try:
        numba = import_module("numba")
    except ImportError:
        return plain
    made: Sum = numba.njit(nogil=True)(_loops)
    return made


def _loops(rates: Floats, weights: Floats, z: Complexes) -> Complexes:  # pragma: no cover - compiled
    result = np.zeros(z.shape, dtype=np.complex128)
    for row in range(z.shape[0]):
        for place in range(z.shape[1]):
            real, imaginary = z[row, place].real - 1.0, z[row, place].imag
            sum_real, sum_imaginary = 0.0, 0.0
            for point in range(rates.shape[1]):
                exponent = rates[row, point] * real
                if weights[row, point] != 0.0 and exponent > _FADED:
                    size = weights[row, point] * np.exp(exponent)
                    angle = rates[row, point] * imaginary
                    sum_real += size * np.cos(angle)
                    sum_imaginary += size * np.sin(angle)
            result[row, place] = complex(sum_real, sum_imaginary)
    return result
