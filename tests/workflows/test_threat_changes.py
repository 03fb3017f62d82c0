"""What a new image changes in the threat model."""

from fairmark.model.finding import Reach
from fairmark.model.threat import Change
from fairmark.workflows.threat_changes import changes
from fairmark.workflows.threats import threat_model
from tests.doubles.threat_models import HTTP, SYSLOG, camera, repaired, service


def between(older: object, newer: object) -> dict[str, Change]:
    return {one.subject: one for one in changes(threat_model(older), threat_model(newer))}  # type: ignore[arg-type]


def test_the_same_build_changes_nothing() -> None:
    assert between(camera(), camera()) == {}


def test_a_service_that_is_gone_and_its_findings_are_told() -> None:
    found = between(camera(), repaired())

    assert found["telnet:tcp/23"].kind == "vanished"
    assert found["known-password@http:tcp/80"].text.endswith("was open, is not examined.")
    assert "worm-door@telnet:tcp/23" not in found


def test_a_new_service_is_told_with_the_number_of_its_threats() -> None:
    found = between(repaired(), repaired(services=(HTTP, SYSLOG, service("ftp", "tcp/21", kind="ftp"))))

    assert found["ftp:tcp/21"].kind == "new"
    assert "threats" in found["ftp:tcp/21"].text


def test_another_port_is_another_entry_point() -> None:
    moved = service("telnet", "tcp/2323", kind="telnet")

    found = between(camera(), camera(services=(HTTP, SYSLOG, moved)))

    assert found["telnet:tcp/2323"].kind == "new"
    assert found["telnet:tcp/23"].kind == "vanished"


def test_another_user_of_the_same_service_is_a_change() -> None:
    raised = HTTP.model_copy(update={"user": "root", "reach": Reach.EXPOSED})

    found = between(repaired(), repaired(services=(raised, SYSLOG)))

    assert "user was www, is root" in found["http:tcp/80"].text
