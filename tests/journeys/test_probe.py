"""Probing a device that is the user's, and assessing with what it answered."""

import json
from collections.abc import Callable
from pathlib import Path

from fairmark.demo.pair import PAIR
from fairmark.model.value import canonical_json
from fairmark.workflows.demo import IMAGE, PROFILE, files_of
from tests.doubles import probe_servers as servers
from tests.doubles.network_reports import report
from tests.journeys.conftest import Run


def _page(_path: str, _headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    return 401, {"Server": "lighttpd/1.4.35", "WWW-Authenticate": 'Basic realm="EC-100"'}, b""


def test_without_the_statement_of_ownership_nothing_is_sent(fairmark: Callable[..., Run], tmp_path: Path) -> None:
    visits: list[bytes] = []

    async def visited(_reader, _writer) -> None:
        visits.append(b"x")

    with servers.serving(visited) as port:
        run = fairmark("probe", servers.HOST, "--ports", str(port), cwd=tmp_path)

    assert run.code == 2
    assert "may be a crime" in run.err
    assert "--i-own-this-device" in run.err
    assert visits == []
    assert list(tmp_path.iterdir()) == []


def test_what_a_device_answers_joins_its_assessment(fairmark: Callable[..., Run], tmp_path: Path) -> None:
    for name, content in files_of(PAIR[1]).items():
        (tmp_path / name).write_bytes(content)
    with servers.serving(servers.http(_page)) as port:
        options = ("--ports", str(port), "--no-udp", "--device", PROFILE, "--try-throttling", "--i-own-this-device")
        probe = fairmark("probe", servers.HOST, *options, cwd=tmp_path)
    found = json.loads((tmp_path / "network.json").read_bytes())
    assess = fairmark("assess", IMAGE, "--network", "network.json", "--out", "out", cwd=tmp_path)

    assert probe.code == 0, probe.err
    assert "10 wrong passwords: none" in probe.out
    assert [one["protocol"] for one in found["services"]] == ["http"]
    assert assess.code == 0, assess.err
    assessment = json.loads((tmp_path / "out" / "assessment.json").read_bytes())
    rules = {one["rule"] for one in assessment["findings"]}
    assert {"probe-undeclared", "probe-clear-login", "probe-no-throttling", "probe-told-before-login"} <= rules
    failed = {v["provision"] for v in assessment["verdicts"] if v["catalogue"] == "en303645" and v["outcome"] == "FAIL"}
    assert {"5.1-3", "5.1-5", "5.6-2"} <= failed
    log = json.loads((tmp_path / "out" / "findings.sarif").read_bytes())
    told = next(one for one in log["runs"][0]["results"] if one["ruleId"] == "probe-undeclared")["locations"][0]
    assert told["physicalLocation"]["artifactLocation"]["uri"] == "network.json"
    assert told["logicalLocations"] == [{"fullyQualifiedName": f"tcp/{servers.HOST}:{port}"}]
    unseen = assessment["coverage"]["not_examined"]
    assert not any("no port was probed" in sentence for sentence in unseen)
    assert any(f"only the ports {port} were asked" in sentence for sentence in unseen)


def test_the_report_of_an_assessment_shows_network_evidence(fairmark: Callable[..., Run], tmp_path: Path) -> None:
    (tmp_path / "network.json").write_bytes(canonical_json(report()))
    (tmp_path / "device.yaml").write_text("model: EC-100\nfirmware_version: 1.4.2\n")

    run = fairmark("assess", "--device", "device.yaml", "--network", "network.json", "--out", "out", cwd=tmp_path)

    assert run.code == 0, run.err
    assert "probe/192.0.2.7" in (tmp_path / "out" / "assessment.json").read_text()


def test_a_report_of_another_product_and_a_target_that_is_no_host_are_wrong_usage(
    fairmark: Callable[..., Run], tmp_path: Path
) -> None:
    (tmp_path / "network.json").write_bytes(canonical_json(report()))
    (tmp_path / "device.yaml").write_text("model: EC-900\n")

    other = fairmark("assess", "--device", "device.yaml", "--network", "network.json", cwd=tmp_path)
    many = fairmark("probe", "192.0.2.0/24", "--i-own-this-device", cwd=tmp_path)
    ports = fairmark("probe", servers.HOST, "--i-own-this-device", "--ports", "0", cwd=tmp_path)

    assert (other.code, many.code, ports.code) == (2, 2, 2)
    assert "of another product" in other.err
    assert "one at a time" in many.err
