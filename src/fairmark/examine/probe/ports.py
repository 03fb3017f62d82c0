"""Lists of ports as people write them ("1-1024,8080"), and as spans of first and last."""

from collections.abc import Iterable

from fairmark.errors import WrongUsageError

LAST = 65_535
ALL = ((1, LAST),)
_HINT = "Write ports and spans with commas: 22,80,8000-8100."


def read_ports(text: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of a list of ports, joined and sorted.

    Raises:
        WrongUsageError: when it names something that is no port.
    """
    ports: set[int] = set()
    for part in text.split(","):
        first, dash, last = (word.strip() for word in part.partition("-"))
        words = (first, last) if dash else (first, first)
        if not all(word.isascii() and word.isdigit() and len(word) <= 5 and 1 <= int(word) <= LAST for word in words):
            raise WrongUsageError(f"{part.strip()[:40]!r} is no port", hint=_HINT)
        low, high = int(words[0]), int(words[1])
        if low > high:
            raise WrongUsageError(f"{part.strip()} ends before it begins", hint=_HINT)
        ports.update(range(low, high + 1))
    return spans(ports)


def spans(ports: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Return ports as spans.

    >>> spans([3, 1, 2, 9])
    ((1, 3), (9, 9))
    """
    made: list[list[int]] = []
    for port in sorted(set(ports)):
        if made and made[-1][1] == port - 1:
            made[-1][1] = port
        else:
            made.append([port, port])
    return tuple((first, last) for first, last in made)


def count(listed: Iterable[tuple[int, int]]) -> int:
    """Return how many ports lie in the spans."""
    return sum(last - first + 1 for first, last in listed)


def written(listed: Iterable[tuple[int, int]], most: int = 8) -> str:
    """Write spans for people; a long list is cut and counted."""
    every = list(listed)
    parts = [str(first) if first == last else f"{first}-{last}" for first, last in every[:most]]
    more = count(every[most:])
    return ", ".join(parts) + (f" and {more:,} more" if more else "")
