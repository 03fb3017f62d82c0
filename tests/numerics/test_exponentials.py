"""The compiled sums are the plain ones."""

import sys

import numpy as np
import pytest

from fairmark.numerics import exponentials


def test_compiled_sums_are_the_plain_ones() -> None:
    random = np.random.default_rng(1)
    rates, weights = random.uniform(0, 60, (5, 6)), random.dirichlet(np.ones(6), 5)
    weights[2, 3:] = 0
    z = random.uniform(-1, 1, (5, 300)) * np.exp(1j * random.uniform(0, 7, (5, 300)))

    quick = exponentials.compiled()(rates, weights, z)

    assert exponentials.compiled() is not exponentials.plain
    assert np.abs(quick - exponentials.plain(rates, weights, z)).max() < 1e-12


def test_without_numba_the_plain_sums_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    exponentials.compiled.cache_clear()

    found = exponentials.compiled()

    exponentials.compiled.cache_clear()
    assert found is exponentials.plain
