from fairmark.workflows.doctor import Check, doctor


def test_a_missing_part_says_what_it_costs_and_a_present_one_does_not() -> None:
    there, missing = doctor((Check("a", lambda: "1.0", "much"), Check("b", lambda: None, "much")))

    assert (there.present, there.detail, there.costs) == (True, "1.0", "")
    assert (missing.present, missing.detail, missing.costs) == (False, "not found", "much")
