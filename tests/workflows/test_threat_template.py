"""The commented threats.yaml: it is valid as it is, and once its comments are taken away."""

import re

from fairmark.model.vocabulary import vocabulary
from fairmark.risk.threat_rules import threat_rules
from fairmark.workflows.threat_edits import Edits, read_edits
from fairmark.workflows.threat_template import MOST_LISTED, threats_template
from fairmark.workflows.threats import Given, threat_model
from tests.doubles import assessments as given
from tests.doubles.threat_models import camera, service


def read(text: bytes) -> Edits:
    return read_edits(text, "threats.yaml", threat_rules(), vocabulary())


def uncommented(text: bytes) -> bytes:
    return re.sub(r"(?m)^#(?=  )", "", text.decode()).encode()


def test_as_written_it_decides_nothing() -> None:
    assert read(threats_template(threat_model(camera()))) == Edits()


def test_uncommented_it_decides_every_open_threat_and_fits_its_build() -> None:
    edits = read(uncommented(threats_template(threat_model(camera()))))

    made = threat_model(camera(), Given(edits))

    assert len(edits.decisions) == sum(one.standing.value == "open" for one in threat_model(camera()).threats)
    assert edits.entry_points[0].id == "app"
    assert edits.threats[0].entry == "own:app"
    assert [one for one in made.unmatched if not one.startswith("requirements")] == []


def test_names_from_the_image_stay_comments() -> None:
    odd = service('x"\n- evil: [', "tcp/1", program="/bin/\x1b\nkey: 1")

    text = threats_template(threat_model(camera(services=(odd,), findings=given.hostile("a\nb: c").findings)))

    assert read(text) == Edits()
    assert b"\x1b" not in text


def test_a_long_list_is_cut_and_the_rest_counted() -> None:
    many = tuple(service(f"s{number}", f"tcp/{number + 1}") for number in range(150))

    text = threats_template(threat_model(camera(services=many)))

    assert text.count(b"- threat:") == MOST_LISTED
    assert b"more open threats" in text
