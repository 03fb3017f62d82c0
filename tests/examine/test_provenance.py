from fairmark.examine.provenance import program_digest, rules_digest


def test_rules_and_program_have_a_digest_each_that_stays() -> None:
    assert rules_digest() == rules_digest()
    assert program_digest() == program_digest()
    assert len({rules_digest(), program_digest()}) == 2
    assert all(len(one) == 64 for one in (rules_digest(), program_digest()))
