"""How much is enough, in words a reader can repeat."""

from itertools import pairwise

from fairmark.model.risk import Choice, Estimate, Shipping, Swing, SwingEnd
from fairmark.render import money
from tests.doubles.device_money import assessment

ENOUGH = assessment().plan.enough


def estimate(mean: float, low: float, high: float) -> Estimate:
    return Estimate(mean=mean, range=(low, high))


def test_every_set_has_a_row_and_the_private_one_its_label() -> None:
    rows = {name: (what, one) for name, what, one in money.rows_of(ENOUGH)}

    assert list(rows) == ["As it is", "Law alone", "Private optimum", "Social optimum"]
    assert rows["Private optimum"][0] == "what incentives pay for, not advice"
    assert rows["Social optimum"][1] == ENOUGH.social


def test_what_liability_has_to_close_is_an_interval_for_both_sides() -> None:
    said = money.between(ENOUGH, "USD")

    assert "the maker pays" in said
    assert "everybody else loses USD" in said
    assert said.endswith("that is what liability has to close.")


def test_two_equal_sets_leave_nothing_to_close() -> None:
    same = ENOUGH.model_copy(update={"private": ENOUGH.social})

    assert money.between(same, "USD").startswith("Both optima are the same set")


def test_a_set_says_how_good_it_is_known_to_be() -> None:
    best = ENOUGH.social

    def said(gap: float, *, proven: bool) -> str:
        one: Choice = best.model_copy(update={"gap": gap, "proven": proven})
        return money.proof_of(one, "USD")

    assert said(0.0, proven=True) == "no better set exists"
    assert said(1_900.0, proven=True) == "no better set saves more than USD 1.9 k a year more"
    assert said(40_000.0, proven=False) == "not proven: another set may save up to USD 40 k a year more"


def test_measures_are_named_by_what_the_law_and_each_optimum_add() -> None:
    rows = dict(money.added(ENOUGH))

    assert rows["The law requires"] == ("password of its own for every unit",)
    assert "updates installed without the owner" in rows["Social optimum adds to both"]
    assert not set(rows["Private optimum adds"]) & set(rows["Social optimum adds to both"])


def test_the_sanity_line_says_when_it_is_crossed() -> None:
    dear = ENOUGH.model_copy(update={"ceiling_social": 1.0})

    assert "below it." in money.ceiling_sentence(ENOUGH, "USD")
    assert "look again at the costs" in money.ceiling_sentence(dear, "USD")


def test_budgets_that_buy_nothing_new_are_left_out() -> None:
    sets = [point.best.controls for point in money.distinct(ENOUGH.frontier)]

    assert all(a != b for a, b in pairwise(sets))
    left = [point.best.social.mean for point in money.telling(ENOUGH.frontier)]
    assert all(b <= 0.95 * a for a, b in pairwise(left))


def test_an_input_and_a_fact_read_differently() -> None:
    ends = tuple(SwingEnd(at=at, private=p, external=0.0) for at, p in (("2 USD", 10.0), ("800 USD", 2_000.0)))
    number = Swing(id="loss", what="a loss", assumed=True, of_device=False, ends=ends)
    fact = number.model_copy(update={"of_device": True})

    assert money.swing_line(number, "private") == "2 to 800 USD: 10 to 2.0 k"
    assert money.swing_line(fact, "social") == "2 USD: 10; 800 USD: 2.0 k"
    assert money.moved((number, fact), "external") == ()
    assert money.moved((number,), "private") == ((number, 10.0, 2_000.0),)


def test_the_law_is_said_before_the_price_of_waiting() -> None:
    row = Shipping(
        control="unique-passwords",
        forbidden_by=("psti 1-2",),
        delay_days=estimate(57, 20, 120),
        units=6_000,
        exposed_years=4.9,
        wait=estimate(47_000, 16_000, 99_000),
        wait_others_gain=estimate(31_000, 9_000, 70_000),
        ship_private=estimate(7_000, 300, 50_000),
        ship_external=estimate(470_000, 3_700, 3_000_000),
    )

    said = money.waiting(row, "USD")

    assert said.startswith("psti 1-2 forbids shipping without it, whatever it costs.")
    assert "57 days of waiting cost the maker USD 16 k to 99 k of margin" in said
    assert "shipping now costs everybody USD 4.0 k to 3.0 m" in said


def test_a_control_that_nobody_knows_keeps_its_id() -> None:
    assert money.title_of("prayer") == "prayer"
    assert money.span((5.0, 5.0)) == "5"
