"""Amounts of money as people read them: two significant digits, and a letter for the size."""

_SIZES = ((1e9, " bn"), (1e6, " m"), (1e3, " k"))


def short(amount: float) -> str:
    """Write an amount with two significant digits: ``4.2 m``, ``80 k``, ``350``."""
    rounded = float(f"{amount:.2g}")
    for size, name in _SIZES:
        if abs(rounded) >= size:
            return f"{rounded / size:.3g}{name}"
    return f"{rounded:.3g}"
