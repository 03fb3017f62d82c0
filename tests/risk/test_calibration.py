"""The numbers are checked whole, and a file of a user's own can only replace what the model uses."""

import copy
import re

import pytest

from fairmark.errors import WrongUsageError
from fairmark.model.data import load_yaml
from fairmark.model.device import DeviceClass
from fairmark.model.vocabulary import vocabulary
from fairmark.risk.calibration import load, parse


def own(**changes: object) -> dict[str, object]:
    """Return an entry of the package with changes."""
    entries = load_yaml("fairmark.risk", "calibration.yaml")["entries"]
    row = copy.deepcopy(next(row for row in entries if row["id"] == "loss-incident-sme"))
    return row | changes


def test_every_entry_has_a_range_a_source_and_a_year() -> None:
    calibration = load()

    assert len(calibration.entries) >= 243
    assert set(calibration.classes) == set(DeviceClass)
    for entry in calibration.entries.values():
        assert entry.source
        assert entry.mean > 0 or entry.id == "reach-isolated"


@pytest.mark.parametrize(
    ("name", "mean"),
    [
        ("loss-incident-sme", 266e3),
        ("loss-ddos-per-bot-year", 210),
        ("stock-default-exposed", 0.538),
        ("reach-internet-exposed", 0.328),
        ("reach-behind-nat", 0.0283),
        ("tef-mass-flaw", 0.161),
        ("loss-order-compliance", 935e3),
        ("loss-camera-intrusion", 5173),
    ],
)
def test_ranges_imply_the_known_means(name: str, mean: float) -> None:
    assert load().entry(name).mean == pytest.approx(mean, rel=5e-3)


def test_what_the_vocabulary_names_is_there() -> None:
    entries, words = load().entries, vocabulary()

    for weakness in words.weaknesses.values():
        assert set(weakness.factors) <= set(entries)
    for name, control in words.controls.items():
        named = [control.effect, control.delay_days, control.cost.once, control.cost.per_unit, control.cost.per_year]
        for each in filter(None, named):
            assert entries[each].control == name


def test_the_file_names_no_page_that_is_not_shipped() -> None:
    texts = [f"{entry.source} {entry.note} {entry.what}" for entry in load().entries.values()]

    assert not [text for text in texts if re.search(r"knowledge|\.md\b|https?://", text)]


def test_a_file_of_ones_own_replaces_entries_by_id() -> None:
    mine = own(
        distribution={"kind": "const", "low": 1000, "mode": None, "high": 1000}, source="our books", assumed=False
    )

    calibration = load({"entries": [mine]})

    assert calibration.entry("loss-incident-sme").mean == 1000
    assert calibration.replaced == ("loss-incident-sme",)
    assert calibration.digest != load().digest
    assert len(calibration.entries) == len(load().entries)


def test_every_fault_is_listed_at_once() -> None:
    data = {
        "entries": [
            own(distribution={"kind": "ln90", "low": 0, "mode": None, "high": 5}),
            own(id="loss-of-temper"),
            own(id="loss-order-compliance", currency="EUR", per="model_year"),
            own(id="loss-support-contact", source=""),
            own(id="loss-brick-owner", weakness=["bad-luck"], per="device", bearer="external"),
            own(id="loss-breach-enterprise", distribution={"kind": "beta", "low": 0.2, "mode": 0.3, "high": 0.5}),
            "no entry at all",
        ]
    }

    with pytest.raises(WrongUsageError) as refusal:
        load(data)

    text = refusal.value.message
    for fault in (
        "loss-incident-sme",
        "loss-of-temper: the model has no such number",
        "loss-order-compliance.currency: 'EUR' instead of 'USD'",
        "loss-order-compliance.per: 'model_year' instead of 'event'",
        "loss-support-contact.source",
        "loss-brick-owner.weakness: 'bad-luck'",
        "loss-breach-enterprise: beta has no mode",
        "entry 7",
    ):
        assert fault in text


@pytest.mark.parametrize(
    "bad",
    [
        {"kind": "ln90", "low": float("nan"), "mode": None, "high": 5},
        {"kind": "ln90", "low": 1, "mode": None, "high": float("inf")},
        {"kind": "ln90", "low": -1, "mode": None, "high": 5},
        {"kind": "ln90", "low": 9, "mode": None, "high": 5},
        {"kind": "pert", "low": 1, "mode": None, "high": 5},
        {"kind": "pert", "low": 1, "mode": 9, "high": 5},
        {"kind": "const", "low": 1, "mode": None, "high": 5},
        {"kind": "normal", "low": 1, "mode": None, "high": 5},
    ],
)
def test_a_range_that_is_none_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(WrongUsageError, match="loss-incident-sme"):
        load({"entries": [own(distribution=bad)]})


@pytest.mark.parametrize(
    "data", [[], "text", 7, {}, {"entries": "none"}, {"device_classes": [{"device_class": "car"}]}]
)
def test_what_is_no_calibration_is_refused(data: object) -> None:
    with pytest.raises(WrongUsageError):
        load(data)


def test_a_whole_file_needs_entries() -> None:
    with pytest.raises(WrongUsageError, match="entries"):
        parse({"id": "mine"})


def test_a_share_above_one_and_a_doubled_entry_are_refused() -> None:
    share = {"kind": "ln90", "low": 1, "mode": None, "high": 3}
    entries = load_yaml("fairmark.risk", "calibration.yaml")["entries"]
    row = copy.deepcopy(next(row for row in entries if row["id"] == "loss-recall-return-share"))

    with pytest.raises(WrongUsageError, match="above 1") as refusal:
        load({"entries": [row | {"distribution": share}, row]})

    assert "given twice" in refusal.value.message


def test_an_unknown_entry_is_answered_with_the_nearest() -> None:
    with pytest.raises(WrongUsageError) as refusal:
        load().entry("loss-ddos")

    assert "loss-ddos-per-bot-year" in refusal.value.hint
