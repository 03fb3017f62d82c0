"""Every rule that a finding may belong to."""

from fairmark.model.vocabulary import vocabulary
from fairmark.workflows.rules_of_findings import rules_of_findings


def test_ids_are_unique_and_every_weakness_is_in_the_vocabulary() -> None:
    rules = rules_of_findings()

    assert len({rule.id for rule in rules}) == len(rules)
    assert {rule.weakness for rule in rules} <= set(vocabulary().weaknesses)
    assert {"known-exploited-vulnerability", "known-vulnerability"} <= {rule.id for rule in rules}
