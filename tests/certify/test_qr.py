"""Codes: small enough for a box, readable by others, and honest about tests."""

import io
import re
from xml.etree import ElementTree as ET

import numpy as np
import zxingcpp
from PIL import Image

from fairmark.certify import label, qr
from fairmark.certify.order import Order
from tests.doubles import labels as keys
from tests.doubles import orders as given


def address(order: Order) -> str:
    return label.address(order.host, order.claims, label.make(order.claims, keys.TRIAL))


def read(picture: bytes) -> list[str]:
    return [one.text for one in zxingcpp.read_barcodes(np.array(Image.open(io.BytesIO(picture)).convert("L")))]


def test_a_label_with_a_host_of_30_characters_fits_version_11() -> None:
    order = given.order(host="registry.certs.iot.example.org", model="a model of 19 bytes")

    made = qr.code(address(order))

    assert len(order.host) == 30
    assert int(made.version) <= 11
    assert made.error == "M"


def test_another_program_reads_the_address_from_the_picture() -> None:
    for order in (given.order(), given.real()):
        assert read(qr.png(address(order), order)) == [address(order)]
        assert read(qr.png(address(order), order, scale=3)) == [address(order)]


def test_the_picture_of_a_test_says_so_and_no_other_does() -> None:
    test, real = (Image.open(io.BytesIO(qr.png(address(one), one))) for one in (given.order(), given.real()))

    assert test.height > test.width
    assert real.height == real.width
    assert np.array(test)[: 9 * 3].min() == 0


def test_the_words_stand_in_the_svg_as_text() -> None:
    order = given.order(model="<b>&EC")

    picture = ET.fromstring(qr.svg(address(order), order))

    words = [one.text for one in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert words[:2] == ["TEST, not a certificate", "<b>&EC"]
    assert "Security updates until 05/2029" in words
    assert "TEST, not a certificate" in picture.attrib["aria-label"]
    assert re.fullmatch(r"[\d.]+mm", picture.attrib["width"])


def test_the_same_order_gives_the_same_pictures() -> None:
    order = given.order()
    text = address(order)

    assert qr.svg(text, order) == qr.svg(text, order)
    assert qr.png(text, order) == qr.png(text, order)
