"""The work that all engines get: scenarios with the six FAIR inputs, drawn as in published case D11f. NumPy only."""

import numpy as np

NAMES = ("tef", "capability", "resistance", "primary", "secondary_chance", "secondary")
_RANGES = ((0.05, 8, False), (0.1, 0.9, False), (0.2, 0.95, False), (3.5, 6, True), (0.01, 0.6, False), (4, 7, True))


def draw(count: int) -> list[dict[str, tuple[float, float, float]]]:
    """Return for each scenario least, likeliest and greatest value of each input."""
    random = np.random.default_rng(7)
    found = []
    for _ in range(count):
        scenario = {}
        for name, (low, high, logarithmic) in zip(NAMES, _RANGES, strict=True):
            drawn = random.uniform(low, high, 3)
            scenario[name] = tuple(sorted((10**drawn if logarithmic else drawn).tolist()))
        found.append(scenario)
    return found
