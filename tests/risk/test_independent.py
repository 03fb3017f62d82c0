"""An independent implementation (GEMAct, an actuarial library) computes the same years."""

import logging

import numpy as np
import pytest
from gemact.lossmodel import Frequency, LossModel, Severity

from fairmark.numerics.distributions import Constant, Distribution, Gamma, LogNormal, ln90
from fairmark.risk.engine import assess
from fairmark.risk.scenario import LossForm, Scenario

CELLS = 1 << 16
LEVELS = (0.9, 0.95, 0.99, 0.999)


@pytest.fixture(autouse=True)
def _quiet() -> None:
    logging.getLogger("lossmodel").setLevel(logging.ERROR)


def theirs(frequency: Frequency, severity: Severity, step: float) -> LossModel:
    return LossModel(
        frequency=frequency,
        severity=severity,
        aggr_loss_dist_method="fft",
        sev_discr_method="localmoments",
        n_aggr_dist_nodes=CELLS,
        n_sev_discr_nodes=CELLS,
        sev_discr_step=step,
        tilt=True,
        tilt_value=20 / CELLS,
    )


def lognormal(law: Distribution) -> Severity:
    assert isinstance(law, LogNormal)
    return Severity(dist="lognormal", par={"shape": law.sigma, "scale": np.exp(law.mu)})


@pytest.mark.parametrize("rate", [0.7, 5.0, 40.0])
def test_a_known_frequency_and_a_lognormal_loss(rate: float) -> None:
    loss = ln90(5e3, 8e5)
    ours = assess(
        Scenario(name="a", lef=Constant(rate), primary={LossForm.RESPONSE: loss}), cells=CELLS, highest=0.9999
    )

    model = theirs(Frequency(dist="poisson", par={"mu": rate}), lognormal(loss), ours.var(0.9999).value * 1.5 / CELLS)

    found = [ours.var(level).value for level in LEVELS]
    assert found == pytest.approx([float(model.ppf(level)) for level in LEVELS], rel=1e-3)


def test_a_gamma_frequency_is_a_negative_binomial_count() -> None:
    rate, loss = Gamma(2.0, 1.5), Gamma(2.0, 1e4)
    ours = assess(Scenario(name="a", lef=rate, primary={LossForm.RESPONSE: loss}), cells=CELLS, highest=0.9999)

    model = theirs(
        Frequency(dist="nbinom", par={"n": rate.shape, "p": 1 / (1 + rate.scale)}),
        Severity(dist="gamma", par={"a": loss.shape, "scale": loss.scale}),
        ours.var(0.9999).value * 1.5 / CELLS,
    )

    found = [ours.var(level).value for level in LEVELS]
    assert found == pytest.approx([float(model.ppf(level)) for level in LEVELS], rel=1e-3)
