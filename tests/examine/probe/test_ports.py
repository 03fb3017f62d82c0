"""Lists of ports."""

import pytest

from fairmark.errors import WrongUsageError
from fairmark.examine.probe.ports import ALL, count, read_ports, spans, written


def test_lists_are_joined_and_sorted() -> None:
    assert read_ports("8080, 22,1-3,3-5") == ((1, 5), (22, 22), (8080, 8080))
    assert read_ports("1-65535") == ALL
    assert count(ALL) == 65_535
    assert spans([]) == ()


@pytest.mark.parametrize("text", ["", "0", "65536", "a", "5-", "-5", "9-3", "1,,2", "1-2-3", "٣", "1" * 5_000])
def test_what_is_no_port_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(WrongUsageError) as told:
        read_ports(text)

    assert "22,80" in told.value.hint


def test_long_lists_are_cut_for_people() -> None:
    assert written(((1, 3), (9, 9))) == "1-3, 9"
    assert written(tuple((port, port) for port in range(1, 40, 2))) == "1, 3, 5, 7, 9, 11, 13, 15 and 12 more"
