"""Taking over and running everything again must agree: in findings, verdicts and money, in every update there is."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.examine.limits import Limits
from fairmark.model.assessment import Assessment
from fairmark.model.device import Device, Network
from fairmark.model.finding import Confidence
from fairmark.model.test_case import TestCase
from fairmark.model.value import canonical_json
from fairmark.risk.calibration import load
from fairmark.vulnerabilities.record import Records
from fairmark.vulnerabilities.starter import starter
from fairmark.workflows.assess import TOOL, Examined, World, assess, examine
from fairmark.workflows.carried import Older, read_older
from fairmark.workflows.cases import FLAWS, Casebook
from tests.doubles.subjects import opens_nothing, still_clock
from tests.doubles.updates import (
    CAMERA,
    Image,
    add_package,
    another_link,
    camera,
    material,
    nothing,
    other_rights,
    other_settings,
    other_version,
    remove_file,
    remove_package,
    rename_file,
    replace_package,
    start_something,
    update,
    with_package,
    with_packages,
)

UPDATES, BATCHES = 200, 10
STEPS = (
    replace_package,
    other_version,
    add_package,
    remove_package,
    remove_file,
    rename_file,
    other_rights,
    other_settings,
    start_something,
    another_link,
)


def world(records: Records | None = None) -> World:
    return World(clock=still_clock, crack=opens_nothing, progress=lambda _: None, records=records or starter())


def assessed(image: Image, older: Older | None = None, device: Device = CAMERA, *, hints: bool = False) -> Assessment:
    given = replace(material(image, device), older=older)
    return assess(given, load(), world(), limits=Limits(), hints=hints)


SAMPLE = b'#!/bin/sh\necho\neval "ping -c 1 $QUERY_STRING"\n'


@cache
def base() -> Image:
    """Return an image with a flaw in a sample too, which is a hint."""
    image = with_packages(camera(), 6)
    return replace(image, files=image.files | {"/usr/share/doc/examples/ping.cgi": (SAMPLE, 0o644)})


@cache
def older() -> Older:
    return read_older(canonical_json(assessed(base())), "old/assessment.json")


def seen(
    image: Image, old: Older | None = None, *, device: Device = CAMERA, records: Records | None = None
) -> tuple[Examined, tuple[TestCase, ...]]:
    """Return all that judging and pricing follow from, and the cases."""
    book = Casebook(TOOL, old)
    found = examine(material(image, device), world(records), Limits(), book)
    kept = [one for one in found.detection.findings if one.confidence is not Confidence.C]
    return found, book.cases(kept, found.vulnerabilities)


def unmarked(cases: Sequence[TestCase]) -> list[TestCase]:
    return [one.model_copy(update={"carried_from": ""}) for one in cases]


def carried(cases: Sequence[TestCase]) -> set[str]:
    return {one.id for one in cases if one.carried_from}


@pytest.mark.parametrize("batch", range(BATCHES))
def test_taking_over_and_running_everything_again_agree_on_random_updates(batch: int) -> None:
    taken = 0
    for number in range(batch, UPDATES, BATCHES):
        new = update(base(), random.Random(number))

        full, cases = seen(new)
        part, some = seen(new, older())

        assert part == full, number
        assert unmarked(some) == list(cases), number
        taken += len(carried(some))
    assert taken > 0


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_each_kind_of_update_runs_something_again(step: Callable[[Image, random.Random], Image]) -> None:
    _, cases = seen(step(base(), random.Random(3)), older())

    assert len(carried(cases)) < len(carried(seen(nothing(base(), random.Random(3)), older())[1]))


def test_verdicts_and_money_agree_too() -> None:
    new = update(base(), random.Random(4))

    full, part = assessed(new), assessed(new, older())

    assert part.carried is not None
    assert part.carried.carried == len(carried(part.cases)) > 0
    assert part.carried.older == older().digest
    plain = part.model_copy(update={"carried": None, "cases": tuple(unmarked(part.cases))})
    assert canonical_json(plain) == canonical_json(full)


def test_of_an_image_of_400_packages_nine_tenths_are_taken_over_when_one_is_replaced() -> None:
    image = with_packages(camera(), 400)
    old = read_older(canonical_json(assessed(image)), "old")
    new = with_package(image, "vendor-part-005", "2.0", random.Random(5))

    full, cases = seen(new)
    part, some = seen(new, old)

    assert (part, unmarked(some)) == (full, list(cases))
    assert len(carried(some)) >= 0.9 * len(some)


def test_the_cases_of_400_packages_make_an_assessment_less_than_300_kilobytes_larger() -> None:
    whole = assessed(with_packages(camera(), 400))

    assert whole.coverage.files > 1_500
    assert len(canonical_json(list(whole.cases))) < 300_000


def test_a_build_that_is_the_same_runs_only_what_cannot_be_compared() -> None:
    _, cases = seen(base(), older())

    again = [one for one in cases if not one.carried_from]
    assert again
    for one in again:
        made_anew = (
            one.hints > len(one.hidden) or any(not each.sha256 for each in one.inputs) or one.examination == "inventory"
        )
        assert made_anew, one.examination


def test_with_other_rules_nothing_is_taken_over() -> None:
    whole = older().assessment
    inputs = whole.inputs.model_copy(update={"examination": "0" * 64})

    _, cases = seen(base(), Older(whole.model_copy(update={"inputs": inputs}), "d"))

    assert carried(cases) == set()


def test_with_other_data_of_flaws_no_answer_about_flaws_is_taken_over() -> None:
    class Newer:
        """The same records under another state of the data."""

        def __init__(self) -> None:
            records = starter()
            self.of_products, self.of_cves, self.feeds = records.of_products, records.of_cves, records.feeds

        def digest(self) -> str:
            return "1" * 64

    _, cases = seen(base(), older(), records=Newer())

    taken = {one.examination for one in cases if one.carried_from}
    assert taken
    assert FLAWS not in taken


def test_with_another_profile_what_asks_for_it_is_run_again() -> None:
    device = CAMERA.model_copy(update={"network": Network.INTERNET_EXPOSED, "declared_services": ("tcp/80 http",)})

    full, cases = seen(base(), device=device)
    part, some = seen(base(), older(), device=device)

    assert (part, unmarked(some)) == (full, list(cases))
    assert "services" not in {one.examination for one in some if one.carried_from}


def test_results_go_on_from_build_to_build() -> None:
    second = assessed(base(), older())
    third = read_older(canonical_json(second), "second")

    _, cases = seen(base(), third)

    assert carried(cases) == carried(second.cases)
    assert {one.carried_from for one in cases if one.carried_from} == {third.digest}


def test_hints_that_were_left_out_are_taken_over_with_their_case() -> None:
    full = assessed(base(), hints=True)
    part = assessed(base(), older(), hints=True)

    with_hints = {one.id for one in older().assessment.cases if one.hidden}
    assert with_hints & carried(part.cases)
    assert (part.findings, part.coverage) == (full.findings, full.coverage)


PRICED = range(3)


@cache
def priced_updates() -> list[tuple[Assessment, Assessment]]:
    """Return builds assessed anew and with an older assessment: the first changes what is no flaw, the rest by chance."""
    plain = with_package(base(), "vendor-part-001", "9.9", random.Random(1))
    news = [plain, *(update(base(), random.Random(100 + number)) for number in PRICED)]
    return [(assessed(new), assessed(new, older())) for new in news]


def test_a_price_that_is_taken_over_is_the_price() -> None:
    for full, part in priced_updates():
        plain = part.model_copy(update={"carried": None, "cases": tuple(unmarked(part.cases))})

        assert canonical_json(plain) == canonical_json(full)


def test_the_price_is_worked_out_again_where_the_findings_say_something_else() -> None:
    taken = [part.carried is not None and part.carried.price for _, part in priced_updates()]

    assert taken[0]
    assert not all(taken)


def test_with_another_profile_or_calibration_the_price_is_worked_out_again() -> None:
    device = CAMERA.model_copy(update={"network": Network.INTERNET_EXPOSED})
    whole = older().assessment
    inputs = whole.inputs.model_copy(update={"calibration": "0" * 64})
    other = Older(whole.model_copy(update={"inputs": inputs}), "d")

    parts = assessed(base(), older(), device), assessed(base(), other)

    assert [part.carried is not None and part.carried.price for part in parts] == [False, False]
    assert parts[0].risk == assessed(base(), device=device).risk
    assert parts[1].risk == assessed(base()).risk


# An older assessment that somebody changed ------------------------------------------------------------------------


def changed(edit: Callable[[dict], None]) -> bytes:
    data = json.loads(canonical_json(older().assessment))
    edit(data)
    return json.dumps(data).encode()


def without_a_finding(data: dict) -> None:
    del data["findings"][0]


def milder_title(data: dict) -> None:
    data["findings"][0]["title"] = "nothing of importance"


def without_proof(data: dict) -> None:
    del data["evidence"][0]


def another_case_twice(data: dict) -> None:
    data["cases"].append(data["cases"][0])


def with_a_result_that_rests_on_nothing(data: dict) -> None:
    case = next(one for one in data["cases"] if one["examination"] == "services")
    proofs = {proof for one in data["observations"] if one["rule"] == "services" for proof in one["evidence"]}
    case["because"] = [one for one in case["because"] if one not in proofs]


def without_an_observation(data: dict) -> None:
    named = [one for one in data["observations"] if one["rule"] == "services"]
    data["observations"].remove(named[0])


def without_the_finding_of_a_flaw(data: dict) -> None:
    named = {one["finding"] for one in data["vulnerabilities"]["statements"]} - {""}
    data["findings"] = [one for one in data["findings"] if one["id"] not in named]
    for case in data["cases"]:
        case["because"] = [one for one in case.get("because", []) if one not in named]


@pytest.mark.parametrize(
    "edit",
    [
        without_a_finding,
        milder_title,
        without_proof,
        another_case_twice,
        without_an_observation,
        with_a_result_that_rests_on_nothing,
        without_the_finding_of_a_flaw,
    ],
)
def test_an_older_assessment_whose_parts_do_not_hang_together_is_refused(edit: Callable[[dict], None]) -> None:
    with pytest.raises(UnreadableInputError, match="was changed after it was written"):
        read_older(changed(edit), "old")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[" * 100_000,
        b'{"schema": "fairmark.assessment/2"}',
        b'{"schema": ' + b"9" * 10_000 + b"}",
        b"\xff\xfe",
    ],
)
def test_what_is_no_assessment_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableInputError):
        read_older(content, "old")


def test_a_forged_digest_only_makes_more_run_again() -> None:
    def other_digests(data: dict) -> None:
        for case in data["cases"]:
            for one in case["inputs"]:
                one["sha256"] = "f" * 64

    _, cases = seen(base(), read_older(changed(other_digests), "old"))

    assert carried(cases) == set()


def hides_a_flaw(data: dict) -> None:
    next(one for one in data["cases"] if one.get("hidden"))["hidden"] = [data["findings"][0]]


def test_a_finding_that_counts_cannot_be_hidden_in_a_case() -> None:
    with pytest.raises(UnreadableInputError, match="was changed after it was written"):
        read_older(changed(hides_a_flaw), "old")


def test_a_mean_that_somebody_changed_is_worked_out_again() -> None:
    def cheaper(data: dict) -> None:
        data["risk"]["private"]["mean"] /= 2

    def cheaper_scenario(data: dict) -> None:
        data["risk"]["scenarios"][0]["private"] /= 2

    for edit in (cheaper, cheaper_scenario):
        part = assessed(base(), read_older(changed(edit), "old"))

        assert part.carried is not None
        assert not part.carried.price
        assert part.risk == assessed(base()).risk


def test_a_flaw_in_a_component_that_nothing_shows_is_judged_again() -> None:
    whole = older().assessment
    statement = next(one for one in whole.vulnerabilities.statements if one.finding)
    key = (statement.component, statement.version, statement.purl)

    assert older().pairs(key, ()) is None
    assert older().pairs(("nothing of that name", "", ""), ()) == []


def test_a_case_without_inputs_vouches_for_nothing() -> None:
    def no_inputs(data: dict) -> None:
        for case in data["cases"]:
            case["inputs"] = []

    _, cases = seen(base(), read_older(changed(no_inputs), "old"))

    assert carried(cases) == set()


def test_an_older_assessment_without_cases_is_read_and_everything_is_run() -> None:
    def no_cases(data: dict) -> None:
        del data["cases"]

    _, cases = seen(base(), read_older(changed(no_cases), "old"))

    assert cases
    assert carried(cases) == set()
