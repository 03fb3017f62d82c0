"""Sheets: one label many times, no script, nothing that a name could break out of."""

from fairmark.certify import sheet
from tests.certify.test_qr import address
from tests.doubles import orders as given


def test_a_sheet_holds_as_many_labels_as_were_asked_for() -> None:
    order = given.order()

    page = sheet.render(address(order), order, copies=7).decode()

    assert page.count("<svg ") == 7
    assert page.count("TEST, not a certificate</text>") == 7
    assert "<script" not in page
    assert "default-src 'none'" in page


def test_a_name_makes_no_element() -> None:
    order = given.order(model="</title><script>x()")

    page = sheet.render(address(order), order, copies=1).decode()

    assert "<script" not in page
    assert "&lt;script&gt;x()" in page
