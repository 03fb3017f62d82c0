import json
from pathlib import Path

import numpy as np
import pytest

from fairmark.errors import WrongUsageError
from fairmark.model.value import canonical_json
from fairmark.risk.portfolio import assess_portfolio
from fairmark.risk.scenario import LossForm
from fairmark.workflows.pricing import PortfolioReport, PriceReport, price, price_together, sensitivity
from fairmark.workflows.scenarios import MAX_BYTES, MAX_SCENARIOS, ScenarioFile, read_scenarios

HEAD = "schema: fairmark.scenarios/1\ncurrency: USD\nprice_year: 2026\n"
LOSS = "primary: [{form: response, loss: 5}]"


def read(text: str) -> ScenarioFile:
    return read_scenarios((HEAD + text).encode(), "s.yaml")


def faults_of(text: str, head: str = HEAD) -> str:
    with pytest.raises(WrongUsageError) as caught:
        read_scenarios((head + text).encode(), "s.yaml")
    assert caught.value.hint
    return str(caught.value)


def one(fields: str) -> str:
    return f"scenarios: [{{name: a, {fields}}}]\n"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (f"lef: .nan, {LOSS}", "scenarios[0].lef: nan is not valid: expected a finite number, example: lef: {pert"),
        (f"lef: {{ln90: [1, .inf]}}, {LOSS}", "scenarios[0].lef.ln90[1]: inf is not valid"),
        (f"lef: -1, {LOSS}", "scenarios[0].lef: -1 is not valid: expected 0 or more"),
        (f"lef: true, {LOSS}", "scenarios[0].lef: True is not valid"),
        (f"lef: often, {LOSS}", "scenarios[0].lef: often is not valid"),
        (f"lef: 2e6, {LOSS}", "scenarios[0].lef: more than 1,000,000 a year"),
        (f"lef: [1, 2], {LOSS}", "scenarios[0].lef: is a list without a kind"),
        (f"lef: {{normal: [1, 2]}}, {LOSS}", "scenarios[0].lef: has normal; expected exactly one of const, pert"),
        (f"lef: {{pert: 4}}, {LOSS}", "scenarios[0].lef.pert: expected a list of numbers"),
        (f"lef: {{pert: [1, 2]}}, {LOSS}", "scenarios[0].lef.pert: 2 numbers; expected 3: minimum, likeliest, maximum"),
        (f"lef: {{uniform: [5, 3]}}, {LOSS}", "scenarios[0].lef: uniform: low 5 lies above high 3"),
        (f"lef: {{empirical: {{value: [1]}}}}, {LOSS}", "scenarios[0].lef.empirical.value: is not a field"),
        (f"lef: {{empirical: {{values: [1], weights: [-1]}}}}, {LOSS}", "lef.empirical.weights[0]: -1 is not valid"),
        (f"tef: 1, vulnerability: 1.5, {LOSS}", "scenarios[0].vulnerability: 1.5 is not valid: expected a share"),
        (f"tef: 1, vulnerability: {{gamma: [1, 1]}}, {LOSS}", "scenarios[0].vulnerability.gamma: may exceed 1"),
        (f"lef: 1, tef: 1, {LOSS}", "given are lef and tef; expected lef, or tef, or contact with action"),
        (f"lef: 1, vulnerability: 0.5, {LOSS}", "scenarios[0].vulnerability: stands beside lef"),
        (f"state: 0.1, lef: 1, {LOSS}", "scenarios[0].lef: stands beside state, which is no event"),
        (f"state: 1.1, {LOSS}", "scenarios[0].state: 1.1 is not valid: expected a share"),
        (f"state: 0.1, units: -1, {LOSS}", "scenarios[0].units"),
        (f"lef: 1, units: 10, {LOSS}", "scenarios[0].units: counts units in a state, and no state is given"),
        (f"tef: 1, {LOSS}", "scenarios[0].vulnerability: is missing; expected vulnerability, or capability with"),
        (f"tef: 1, capability: 1, {LOSS}", "scenarios[0].capability: capability alone"),
        (f"contact: 1, vulnerability: 0.5, {LOSS}", "scenarios[0].contact: given are contact; expected lef"),
        (LOSS, "scenarios[0].lef: is missing, and so is any other frequency"),
        ("lef: 1", "scenarios[0].primary: is missing, example: primary: [{form: response"),
        ("lef: 1, primary: []", "scenarios[0].primary: is empty; expected at least one"),
        ("lef: 1, primary: [{form: fun, loss: 5}]", "scenarios[0].primary[0].form: fun is not valid: expected 'prod"),
        ("lef: 1, primary: [{form: response}]", "scenarios[0].primary[0].loss: is missing"),
        ("lef: 1, primary: [{form: response, loss: {pareto: [1, 1]}}]", "has no mean and cannot be priced"),
        ("lef: 1, primary: [{form: response, loss: 1}, {form: response, loss: 2}]", "response stands 2 times"),
        (f"lef: 1, {LOSS}, secondary: [{{probability: 2, form: response, loss: 1}}]", "secondary[0].probability: 2 is"),
        (f"lef: 1, {LOSS}, colour: red", "scenarios[0].colour: is not a field"),
        (f"lfe: 1, {LOSS}", "scenarios[0].lfe: is not a field (did you mean lef?)"),
        (f"lef: 1, {LOSS}, currency: EUR", "scenarios[0].currency: EUR beside USD"),
    ],
)
def test_a_fault_is_answered_with_its_field_and_what_was_expected(fields: str, expected: str) -> None:
    assert expected in faults_of(one(fields))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "scenarios: is missing"),
        ("scenarios: 5\n", "scenarios: 5 is not valid: expected a list"),
        ("scenarios: [5]\n", "scenarios[0]: 5 is not valid: expected fields with values"),
        (f"scenarios: [{{name: a, lef: 1, {LOSS}}}, {{name: a, lef: 1, {LOSS}}}]\n", "the name a stands 2 times"),
        ("scenarios: []\nshocks: [{rate: 1, hits: {b: 0.5}}]\n", "shocks[0].hits: there is no scenario b"),
        ("scenarios: []\nshocks: [{rate: 1, hits: {b: 2}}]\n", "shocks[0].hits.b: 2 is not valid: expected a share"),
        ("scenarios: []\nshocks: [{rate: 1, hits: {b: {pert: [0, 0, 1]}}}]\n", "shocks[0].hits.b: is a range"),
        ("scenarios: []\nshocks: [{rate: 1, hits: {}}]\n", "shocks[0].hits: is empty"),
        ("scenarios: []\nfactor: {level: 1, members: [b]}\n", "factor.members: there is no scenario b"),
        ("scenarios: []\nfactr: []\n", "factr: is not a field (did you mean factor?)"),
        (one(f"lef: 1, {LOSS}") + f"factor: {{level: 1, members: [0x{'F' * 9000}]}}\n", "members[0]: a huge number"),
    ],
)
def test_faults_of_the_whole_file_are_named_too(text: str, expected: str) -> None:
    assert expected in faults_of(text)


def test_every_fault_is_listed_at_once_those_between_fields_too() -> None:
    faults = faults_of(
        "currency: dollars\nscenarios:\n"
        "  - {name: a, lef: {pert: [1, .nan, -3]}, tef: 4, primary: [{form: response, loss: x}]}\n"
        "  - {name: a, tef: 1, primary: []}\n",
        head="schema: other/1\n",
    )

    assert "10 faults" in faults
    for fault in (
        "schema: other/1 is not valid: expected 'fairmark.scenarios/1'",
        "currency: dollars is not valid",
        "price_year: is missing, example: price_year: 2026",
        "scenarios[0].lef.pert[1]: nan",
        "scenarios[0].lef.pert[2]: -3",
        "scenarios[0].tef: given are lef and tef",
        "scenarios[0].primary[0].loss: x",
        "scenarios[1].primary: is empty",
        "scenarios[1].vulnerability: is missing",
        "the name a stands 2 times",
    ):
        assert fault in faults


def test_control_characters_of_a_file_never_reach_the_screen() -> None:
    assert "\x1b" not in faults_of('scenarios: [{name: "a\\e[31m"}]\n')


def test_a_file_has_its_limits() -> None:
    many = ", ".join(f"{{name: s{k}, lef: 1, {LOSS}}}" for k in range(MAX_SCENARIOS + 1))

    assert "scenarios: " in faults_of(f"scenarios: [{many}]\n")
    with pytest.raises(WrongUsageError, match="is larger than"):
        read_scenarios(b"#" * (MAX_BYTES + 1), "s.yaml")


def test_every_way_to_write_a_number_is_read() -> None:
    given = read(
        "scenarios:\n"
        "  - name: a\n    contact: {uniform: [1, 2]}\n    action: {beta90: [0.1, 0.6]}\n"
        "    capability: {triangular: [0, 0.5, 1]}\n    resistance: {pert: [0.1, 0.5, 0.9]}\n"
        "    primary:\n"
        "      - {form: response, loss: {ln90: [1e3, 5e6]}}\n"
        "      - {form: productivity, loss: {gamma: [2, 1e3]}}\n"
        "      - {form: reputation, loss: {empirical: {values: [1, 3]}}}\n"
        "      - {form: replacement, loss: {empirical: {values: [1, 3], weights: [3, 1]}}}\n"
        "    secondary: [{probability: {const: 0.5}, form: fines_and_judgments, loss: {pareto: [10, 0.5]}}]\n"
    )

    scenario = given.portfolio().scenarios[0]
    assert scenario.contact is not None
    assert scenario.contact.mean == 1.5
    assert scenario.primary[LossForm.PRODUCTIVITY].mean == 2000
    assert scenario.primary[LossForm.REPUTATION].mean == 2
    assert scenario.primary[LossForm.REPLACEMENT].mean == 1.5
    assert scenario.secondary[0].severity.mean == 20


D11 = {
    # lef, loss; mean, any loss, q95, q99, TVaR95
    "A": ("0.02", "{pert: [1e5, 1e6, 1e7]}", 47_000, 1 - 0.98019867, 0, 2.03567e6, 940_000),
    "B": ("0.7", "{ln90: [5e3, 8e5]}", 145_529.43, 1 - 0.49658530, 665_859, 1.97758e6, 1.6427e6),
}


@pytest.mark.parametrize("name", D11)
def test_d11_comes_out_of_a_file(name: str) -> None:
    lef, loss, mean, any_loss, q95, q99, tail = D11[name]

    figures = price(read(one(f"lef: {lef}, primary: [{{form: response, loss: {loss}}}]"))).scenarios[0].figures

    assert figures.mean.value == pytest.approx(mean, rel=1e-7)
    assert figures.any_loss.value == pytest.approx(any_loss, abs=5e-6)
    assert figures.p95.value == pytest.approx(q95, rel=3e-4)
    assert figures.p99.value == pytest.approx(q99, rel=3e-4)
    assert figures.tvar95.value == pytest.approx(tail, rel=1e-3)
    for figure in (figures.p95, figures.p99, figures.tvar95):
        assert figure.high is not None
        assert figure.low <= figure.value <= figure.high


def fifty_with_a_shock(*, struck: bool) -> str:
    rng, count, rate = np.random.default_rng(0), 50, 0.3
    low = 10 ** rng.uniform(3, 5, count)
    high = low * 10 ** rng.uniform(0.7, 1.6, count)
    own, hit = rng.uniform(0.05, 0.4, count), rng.uniform(0.1, 0.7, count)
    rows = [
        {
            "name": f"s{k}",
            "lef": own[k] if struck else own[k] + rate * hit[k],
            "primary": [{"form": "response", "loss": {"ln90": [low[k], high[k]]}}],
        }
        for k in range(count)
    ]
    shock = {"name": "kit", "rate": rate, "hits": {f"s{k}": hit[k] for k in range(count)}}
    return json.dumps({"scenarios": rows, "shocks": [shock] if struck else []})[1:-1]


@pytest.mark.parametrize(
    ("struck", "p50", "p95", "p99"), [(True, 2.12292e6, 8.34847e6, 12.8359e6), (False, 2.60754e6, 6.4672e6, 9.98728e6)]
)
def test_d11g_a_common_shock_comes_out_of_a_file(*, struck: bool, p50: float, p95: float, p99: float) -> None:
    head = '{"schema": "fairmark.scenarios/1", "currency": "USD", "price_year": 2026, '

    report = price_together(read_scenarios((head + fifty_with_a_shock(struck=struck) + "}").encode(), "s.yaml"))

    assert report.total.mean.value == pytest.approx(3_047_112.67, rel=1e-7)
    assert report.total.p50.value == pytest.approx(p50, rel=3e-4)
    assert report.total.p95.value == pytest.approx(p95, rel=3e-4)
    assert report.total.p99.value == pytest.approx(p99, rel=3e-4)
    assert sum(one.figures.mean.value for one in report.scenarios) == pytest.approx(3_047_112.67, rel=1e-7)
    assert report.together[0].sum_of_vars.value == pytest.approx(
        sum(one.figures.p95.value for one in report.scenarios), rel=1e-12
    )
    assert report.together[1].var_of_sum == report.total.p99


def test_no_scenario_costs_nothing() -> None:
    report = price_together(read("scenarios: []\n"))

    assert report.total.mean.value == 0
    assert report.total.any_loss.value == 0
    assert price(read("scenarios: []\n")).scenarios == ()


def test_a_factor_and_a_shock_are_part_of_the_scenario_they_concern() -> None:
    two = f"scenarios: [{{name: a, lef: 1, {LOSS}}}, {{name: b, lef: 1, {LOSS}}}]\n"

    first, second = price(
        read(two + "shocks: [{rate: 1, hits: {a: 0.5}}]\nfactor: {level: {gamma: [1, 1]}, members: [b]}\n")
    ).scenarios

    assert first.figures.mean.value == pytest.approx(7.5)
    assert first.figures.any_loss.value == pytest.approx(1 - np.exp(-1.5))
    assert second.figures.mean.value == pytest.approx(5)
    assert second.figures.any_loss.value == pytest.approx(0.5, abs=1e-6)  # a geometric year


def test_the_report_says_back_what_each_range_implies_and_warns_of_a_wide_one() -> None:
    priced = price(read(one("lef: 0.1, primary: [{form: response, loss: {ln90: [1, 1e7]}}], source: own"))).scenarios[0]

    rate, loss = priced.inputs
    assert (rate.field, rate.given, rate.mean, rate.warning) == ("lef", "0.1", 0.1, "")
    assert (loss.field, loss.given) == ("primary.response", "ln90 1, 1e+07")
    assert loss.mean > 3e7
    assert "more than three times" in loss.warning
    assert not priced.assumed


def test_without_a_source_a_scenario_counts_as_assumed() -> None:
    assert price(read(one(f"lef: 1, {LOSS}"))).scenarios[0].assumed
    assert price(read(one(f"lef: 1, {LOSS}, source: press, assumed: true"))).scenarios[0].assumed


def test_the_json_is_the_same_every_time_and_reads_back() -> None:
    text = one(f"lef: {{pert: [0, 1, 3]}}, {LOSS}") + "shocks: [{rate: 1, hits: {a: 0.5}}]\n"

    first, second = (canonical_json(price_together(read(text))) for _ in range(2))

    assert first == second
    assert json.loads(first)["schema"] == "fairmark.risk-portfolio/1"
    assert canonical_json(PortfolioReport.model_validate_json(first)) == first
    alone = canonical_json(price(read(text)))
    assert canonical_json(PriceReport.model_validate_json(alone)) == alone


CONTROLS = """
schema: fairmark.scenarios/1
currency: USD
price_year: 2026
scenarios: [{name: a, lef: 1, primary: [{form: response, loss: 10}]}]
controls:
  - {name: x, effects: [{scenarios: [b], acts: primary, intended: 0.5}], requires: [y], excludes: [x]}
  - {name: x, effects: [{scenarios: [a], acts: luck, intended: 1.5}]}
"""


def test_every_fault_of_a_control_is_told_at_once() -> None:
    with pytest.raises(WrongUsageError) as caught:
        read_scenarios(CONTROLS.encode(), "f")

    said = str(caught.value)
    assert "controls[0].effects[0].scenarios: there is no scenario b" in said
    assert "controls[0].requires: there is no other control y" in said
    assert "controls[0].excludes: there is no other control x" in said
    assert "controls: the name x stands 2 times" in said
    assert "controls[1].effects[0].acts" in said
    assert "controls[1].effects[0].intended: 1.5 is not valid" in said


def test_another_currency_is_converted_by_the_table_of_the_file() -> None:
    text = """
schema: fairmark.scenarios/1
currency: USD
price_year: 2026
rates: {date: 2026-11-02, source: a central bank, values: {EUR: 1.25}}
scenarios:
  - {name: a, lef: 2, currency: EUR, primary: [{form: response, loss: 100}]}
  - {name: b, lef: 1, primary: [{form: response, loss: 100}]}
"""
    given = read_scenarios(text.encode(), "f")

    assert price_together(given).total.mean.value == pytest.approx(2 * 125 + 100)


def test_a_currency_without_a_rate_is_refused_with_an_example() -> None:
    text = """
schema: fairmark.scenarios/1
currency: USD
price_year: 2026
scenarios: [{name: a, lef: 2, currency: EUR, primary: [{form: response, loss: 100}]}]
"""
    with pytest.raises(WrongUsageError, match=r"currency: EUR beside USD; give what 1 EUR is worth, example: rates"):
        read_scenarios(text.encode(), "f")


def test_a_mixture_and_an_interval_of_any_level_are_laws() -> None:
    text = """
schema: fairmark.scenarios/1
currency: USD
price_year: 2026
scenarios:
  - name: a
    lef: {ci: [1, 4, 0.8]}
    primary: [{form: response, loss: {mixture: [{weight: 3, law: 10}, {weight: 1, law: {uniform: [0, 100]}}]}}]
"""
    given = read_scenarios(text.encode(), "f")
    loss = given.scenarios[0].primary[0].loss

    assert loss.distribution().mean == pytest.approx(0.75 * 10 + 0.25 * 50)
    assert str(loss) == "10 (3); or uniform 0, 100 (1)"
    assert loss.written() == {"mixture": [{"weight": 3, "law": 10}, {"weight": 1, "law": {"uniform": [0, 100]}}]}


@pytest.mark.parametrize(
    ("mixture", "words"),
    [
        ("[]", "expected a list of 2 to 10 laws"),
        ("[{weight: 1, law: 5}, 7]", r"mixture\[1\]: expected weight and law"),
        ("[{weight: -1, law: 5}, {weight: 1, law: {pert: [3, 2, 1]}}]", r"mixture\[0\].weight: -1 is not valid"),
        ("[{weight: 1, law: 5}, {weight: 1, law: {mixture: []}}]", "is a mixture itself"),
        ("[{weight: 0, law: 5}, {weight: 1, law: 6}]", "must be above 0"),
    ],
)
def test_what_is_no_mixture_is_told(mixture: str, words: str) -> None:
    text = f"""
schema: fairmark.scenarios/1
currency: USD
price_year: 2026
scenarios: [{{name: a, lef: 1, primary: [{{form: response, loss: {{mixture: {mixture}}}}}]}}]
"""
    with pytest.raises(WrongUsageError, match=words):
        read_scenarios(text.encode(), "f")


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[2] / "examples" / "scenarios").glob("*.yaml")), ids=str)
def test_a_file_written_as_json_is_read_to_the_same_values(path: Path) -> None:
    given = read_scenarios(path.read_bytes(), path.name)

    back = read_scenarios(given.written(), "back")

    assert back == given
    assert b'"model": "fairmark-fair/1"' in given.written()


def test_every_range_is_held_at_its_ends() -> None:
    path = Path(__file__).parents[2] / "examples" / "scenarios" / "portfolio.yaml"

    found = sensitivity(read_scenarios(path.read_bytes(), path.name))

    assert len(found.inputs) == 17
    assert found.inputs[0].low.mean < found.mean < found.inputs[0].high.mean


def test_a_state_is_priced_without_any_event() -> None:
    text = b"""
schema: fairmark.scenarios/1
currency: USD
price_year: 2026
scenarios:
  - {name: bots, state: 0.1, units: 2000, primary: [{form: response, loss: 5}]}
"""

    given = read_scenarios(text, "bots.yaml")

    assert assess_portfolio(given.portfolio()).mean.value == pytest.approx(1000)
    assert read_scenarios(given.written(), "bots.json") == given


@pytest.mark.parametrize("common", ["shocks: [{rate: 1, hits: {bots: 0.5}}]", "factor: {level: 1, members: [bots]}"])
def test_a_state_is_neither_struck_nor_driven(common: str) -> None:
    text = f"""
schema: fairmark.scenarios/1
currency: USD
price_year: 2026
scenarios:
  - {{name: bots, state: 0.1, primary: [{{form: response, loss: 5}}]}}
{common}
"""

    with pytest.raises(WrongUsageError, match="bots is a state, no event"):
        read_scenarios(text.encode(), "bots.yaml")
