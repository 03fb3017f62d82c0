"""Many variants at once come out as each of them does alone."""

from dataclasses import replace

import numpy as np
import pytest

from fairmark.model.device import Device, DeviceClass, Network
from fairmark.model.vocabulary import vocabulary
from fairmark.risk.calibration import load
from fairmark.risk.circumstances import settle
from fairmark.risk.inputs import Inputs
from fairmark.risk.price import yearly_means
from fairmark.risk.variants import STRUCTURAL, Varied, Weighing, losses_at_nodes
from fairmark.risk.weaknesses import EFFECTS, read
from tests.doubles.cameras import FLAWS, camera, finding

NODES = 64
CONTROLS = tuple(vocabulary().controls)
EVERYTHING = tuple(finding(weakness) for weakness in EFFECTS)


@pytest.mark.parametrize("linear_at_mean", [True, False])
@pytest.mark.parametrize("device", [camera(), Device(device_class=DeviceClass.SMART_METER)], ids=["camera", "meter"])
@pytest.mark.parametrize("findings", [(), FLAWS, EVERYTHING], ids=["none", "three", "all"])
def test_sets_weighed_together_cost_what_each_costs_alone(findings, device, linear_at_mean) -> None:
    now, signals = settle(device, findings, load()).now, read(findings)
    chance = np.random.default_rng(3)
    sets = [
        0,
        (1 << len(CONTROLS)) - 1,
        *(sum(1 << int(k) for k in np.flatnonzero(row)) for row in chance.random((12, len(CONTROLS))) < 0.5),
    ]
    weighing = Weighing(load(), NODES, now, signals, CONTROLS, linear_at_mean=linear_at_mean)

    private, external = weighing.at_nodes(sets)

    inputs = Inputs(load(), NODES, linear_at_mean=linear_at_mean)
    for row, each in enumerate(sets):
        placed = replace(now, controls=now.controls | set(weighing.names(each)))
        alone = yearly_means(inputs, placed, signals).values()
        assert private[row] == pytest.approx(sum(np.broadcast_to(a.private, NODES) for a in alone))
        assert external[row] == pytest.approx(sum(np.broadcast_to(a.external, NODES) for a in alone))


def test_no_set_is_weighed_twice() -> None:
    weighing = Weighing(load(), NODES, settle(camera(), FLAWS, load()).now, read(FLAWS), ("mfa", "tls"))

    first = weighing.means([0, 1, 1, 3])

    assert weighing.means([0, 1, 1, 3]) == first
    assert weighing.weighed == 3
    assert first[0].social == first[0].private + first[0].external


def test_an_input_held_at_a_value_is_what_a_calibration_with_that_value_gives() -> None:
    now, signals = settle(camera(Network.BEHIND_NAT), FLAWS, load()).now, read(FLAWS)
    known = {"id": "reach-behind-nat", "distribution": {"kind": "const", "low": 0.02, "high": 0.02, "mode": None}}
    rows = {"reach-behind-nat": [None, 0.02]}

    private, external = losses_at_nodes(Varied(load(), NODES, rows, linear_at_mean=True), now, signals, 2)

    sure = losses_at_nodes(Inputs(load({"entries": [known]}), NODES, linear_at_mean=True), now, signals, 1)
    assert private[1] == pytest.approx(sure[0][0])
    assert external[1] == pytest.approx(sure[1][0])
    assert external[0].mean() != pytest.approx(external[1].mean(), rel=1e-3)


def test_structural_controls_are_words_of_the_vocabulary() -> None:
    assert set(CONTROLS) >= STRUCTURAL
