"""Ways in compete, controls close them, and time unpatched follows the updates."""

from dataclasses import replace

import pytest

from fairmark.model.finding import Finding
from fairmark.risk.calibration import load
from fairmark.risk.circumstances import settle
from fairmark.risk.compromise import Compromise, Ways, compromise
from fairmark.risk.inputs import Inputs
from fairmark.risk.weaknesses import read
from tests.doubles.cameras import camera, finding


def reckon(*findings: Finding, controls: tuple[str, ...] = (), automatic: bool = False) -> Compromise:
    now = replace(settle(camera(automatic=automatic), findings, load()).now, controls=frozenset(controls))
    return compromise(Ways(Inputs(load(), 64), now, read(findings)))


MENDS = {
    "default-password": "unique-passwords",
    "service-telnet": "remove-telnet",
    "derivable-password": "unique-passwords",
    "weak-password-hash": "strong-hash",
    "no-rate-limit": "rate-limit",
    "missing-authentication": "add-authentication",
    "kev-cve-exposed": "patch-kev",
    "cve-exposed": "patch-cve",
    "update-unsigned": "signed-updates",
    "update-plain-http": "tls",
    "no-rollback-guard": "anti-rollback",
    "private-key-in-image": "per-device-keys",
}


@pytest.mark.parametrize(("weakness", "control"), MENDS.items())
def test_a_control_closes_most_of_the_way_in_that_it_mends(weakness: str, control: str) -> None:
    clean, weak = reckon(), reckon(finding(weakness))

    mended = reckon(finding(weakness), controls=(control,))

    added = weak.lost.mean() - clean.lost.mean()
    assert added > 0
    assert -1e-12 < mended.lost.mean() - clean.lost.mean() < 0.6 * added


def test_removing_telnet_leaves_what_does_not_go_through_it() -> None:
    password = (finding("default-password"), finding("service-telnet"))

    removed, unique = reckon(*password, controls=("remove-telnet",)), reckon(*password, controls=("unique-passwords",))
    both = reckon(*password, controls=("remove-telnet", "unique-passwords"))

    assert unique.lost.mean() < removed.lost.mean() < 0.15 * reckon(*password).lost.mean()
    assert both.lost.mean() <= unique.lost.mean()


def test_automatic_updates_shorten_the_time_unpatched_and_slowness_lengthens_it() -> None:
    manual, automatic = reckon().unpatched.mean(), reckon(automatic=True).unpatched.mean()
    late = reckon(finding("no-sbom"), finding("no-logging"), automatic=True).unpatched.mean()

    assert 0.3 < automatic < late < manual < 1
    assert reckon(finding("no-update-path")).unpatched.mean() == 1
    assert reckon(finding("no-update-path"), controls=("automatic-updates",)).unpatched.mean() == pytest.approx(
        automatic
    )


def test_chances_stay_between_nothing_and_everything() -> None:
    everything = [finding(weakness) for weakness in MENDS]

    found = reckon(*everything, finding("unhardened-daemon"), finding("root-daemon"), finding("unsafe-input"))

    for values in (found.lost, found.lost_more, found.flaw, found.unpatched, found.named, found.lost + found.lost_more):
        assert values.min() >= 0
        assert values.max() <= 1
