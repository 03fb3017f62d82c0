"""The data-flow picture: accessible, complete, and drawn the same every time."""

from xml.etree import ElementTree as ET

from fairmark.render.data_flow import AXIS_SIZE, MOST_ROWS, NAME_SIZE, data_flow
from fairmark.render.text_width import width
from fairmark.workflows.threats import threat_model
from tests.doubles.threat_models import camera, repaired, service

SVG = "{http://www.w3.org/2000/svg}"


def drawn(picture: str) -> ET.Element:
    return ET.fromstring(picture)


def test_every_entry_point_is_drawn_and_named() -> None:
    model = threat_model(camera())

    root = drawn(data_flow(model, "flow"))

    doors = [one for one in root.iter(f"{SVG}rect") if one.get("class", "").startswith("door")]
    names = {one.text for one in root.iter(f"{SVG}text") if one.get("class") == "name"}
    assert len(doors) == len(model.entry_points)
    assert {"telnet at tcp/23 (telnetd)", "Update path", "Debug interface"} <= names


def test_it_has_a_title_a_description_and_no_need_of_colour() -> None:
    root = drawn(data_flow(threat_model(camera()), "flow"))

    assert root.get("role") == "img"
    assert root.find(f"{SVG}title") is not None
    described = root.find(f"{SVG}desc")
    assert described is not None
    assert "with the worst threat open" in (described.text or "")
    assert {one.text for one in root.iter(f"{SVG}text") if one.get("class") == "sign"} >= {"✕", "?"}


def test_nothing_is_drawn_outside_the_sheet() -> None:
    many = tuple(service(f"s{number}", f"tcp/{number + 1}") for number in range(100))

    root = drawn(data_flow(threat_model(camera(services=many)), "flow"))

    _, _, width, height = map(float, (root.get("viewBox") or "").split())
    for one in root.iter(f"{SVG}rect"):
        assert float(one.get("x") or 0) + float(one.get("width") or 0) <= width
        assert float(one.get("y") or 0) + float(one.get("height") or 0) <= height
    doors = [one for one in root.iter(f"{SVG}rect") if one.get("class", "").startswith("door")]
    assert len(doors) == MOST_ROWS
    assert "more entry points stand only in the tables" in (root.findtext(f"{SVG}desc") or "")


def test_no_label_is_wider_than_its_box() -> None:
    services = (
        service("camhttpd", "tcp/80", program="/usr/sbin/camhttpd-with-a-rather-long-name-of-its-own"),
        service("W" * 60, "tcp/81"),
        service("摄像头服务" * 9, "tcp/82"),
        service("i" * 200, "tcp/83", user="www"),
    )

    root = drawn(data_flow(threat_model(camera(services=services)), "flow"))

    boxes = [
        tuple(float(one.get(name) or 0) for name in ("x", "y", "width", "height"))
        for one in root.iter(f"{SVG}rect")
        if one.get("class", "").split()[0] in {"door", "zone"}
    ]
    sheet = float((root.get("viewBox") or "").split()[2])
    inside = 0
    for one in root.iter(f"{SVG}text"):
        name = one.get("class") or ""
        x, y = float(one.get("x") or 0), float(one.get("y") or 0)
        size, bold = (NAME_SIZE, True) if name == "name" else (AXIS_SIZE, False)
        right = x + width(one.text or "", size, bold=bold) / (2 if "middle" in name else 1)
        around = [box for box in boxes if box[0] <= x <= box[0] + box[2] and box[1] <= y <= box[1] + box[3]]
        inside += len(around)
        assert right <= min([sheet, *(box[0] + box[2] for box in around)]), one.text
    assert inside > len(services)


def test_names_from_the_image_stay_text() -> None:
    odd = service('<script>"&\u202e', "tcp/1")

    picture = data_flow(threat_model(camera(services=(odd,))), "flow")

    assert "<script>" not in picture
    assert "\u202e" not in picture
    drawn(picture)


def test_the_same_model_gives_the_same_picture() -> None:
    assert data_flow(threat_model(repaired()), "a") == data_flow(threat_model(repaired()), "a")
