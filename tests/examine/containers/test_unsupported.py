"""What is known and not read is a gap with a name."""

import pytest

from fairmark.examine.blob import Blob
from fairmark.examine.containers import HANDLERS, UNSUPPORTED
from fairmark.model.gap import GapReason
from tests.doubles.images import CODE_LIKE, ROOT, contents, files_of, opened, rootfs
from tests.doubles.opening import open_with


@pytest.mark.parametrize("number", range(len(UNSUPPORTED)))
def test_each_is_recognised_and_stays_closed(number: int) -> None:
    handler = UNSUPPORTED[number]
    ((magic, distance),) = handler.magics
    image = bytes(distance) + magic + bytes(3000)

    result = open_with(handler, image)

    assert handler.recognise(Blob(image), 0)
    assert not handler.recognise(Blob(bytes(5000)), 0)
    assert (result.readable, result.ends) == (False, False)
    assert [gap.reason for gap in result.gaps] == [GapReason.UNSUPPORTED]


def test_one_in_front_does_not_hide_what_follows() -> None:
    extraction = opened(b"ANDROID!" + CODE_LIKE + rootfs())

    assert contents(extraction) == files_of(ROOT)
    (gap,) = extraction.gaps
    assert gap.reason is GapReason.UNSUPPORTED
    assert gap.bytes == len(CODE_LIKE) + 8


def test_every_handler_documents_itself() -> None:
    for handler in HANDLERS:
        assert handler.name
        assert handler.documentation.endswith(".")
        assert handler.magics or handler.name == "cortex_m_image"  # a table of vectors is known only where it starts
