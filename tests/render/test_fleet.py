import csv
import io
from html.parser import HTMLParser

from fairmark.model.fleet import FleetRow
from fairmark.render.fleet import csv_of, html_of

GRADES = ("A high", "B low")
ROW = FleetRow(
    image="one.bin",
    sha256="1" * 64,
    device="Maker Model",
    findings={"A high": 3, "B low": 0},
    currency="USD",
    private_mean=1200.5,
    private_p95=9000,
    social_mean=50000,
    level_reached=1,
    gaps=2,
)
BROKEN = FleetRow(image="two.bin", error="the file is empty")


def cells(rows: tuple[FleetRow, ...]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_of(rows, GRADES).decode())))


def test_the_csv_has_a_line_for_each_image_and_empty_cells_for_what_is_not_known() -> None:
    first, second = cells((ROW, BROKEN))

    assert (first["A high"], first["private_mean"], first["level_required"]) == ("3", "1200.5", "")
    assert (second["error"], second["A high"], second["gaps"]) == ("the file is empty", "", "")


def test_a_name_that_a_spreadsheet_would_compute_is_disarmed() -> None:
    (row,) = cells((ROW.model_copy(update={"image": '=HYPERLINK("x")', "device": "@a\n,"}),))

    assert (row["image"], row["device"]) == ('\'=HYPERLINK("x")', "'@a\n,")


def test_the_page_is_a_table_with_headers_that_a_screen_reader_can_follow() -> None:
    page = html_of((ROW, BROKEN), GRADES).decode()

    assert page.count('<th scope="row"') == 2
    assert page.count('<th scope="col"') == 3 + len(GRADES) + 6
    assert "<caption>" in page
    assert "Not assessed: <bdi>the file is empty</bdi>" in page
    assert "2 images, 1 of them not assessed" in page


def test_hostile_names_stay_text_and_the_page_loads_nothing() -> None:
    hostile = '<script src="//x"></script>\u202e'
    page = html_of((ROW.model_copy(update={"image": hostile, "device": hostile}),), GRADES).decode()
    seen: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, _attrs: seen.append(tag)
    parser.feed(page)

    assert not {"script", "link", "img"} & set(seen)
    assert "\u202e" not in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
