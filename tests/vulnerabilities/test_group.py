from fairmark.model.finding import Reach
from fairmark.vulnerabilities.group import grouped
from tests.doubles.flaws import component, package


def test_packages_of_one_source_and_version_are_one() -> None:
    (one,) = grouped((package(), package(name="openssl", reach=Reach.EXPOSED)))

    assert one.lead.name == "openssl"
    assert one.reach is Reach.EXPOSED


def test_other_versions_are_other_groups_and_no_version_is_none() -> None:
    assert len(grouped((component(), component(version="2020.80"), component(version="")))) == 2


def test_evidence_is_joined_and_bounded() -> None:
    many = component(evidence=tuple(f"ev-{n}" for n in range(50)))

    (one,) = grouped((many,))

    assert 0 < len(one.evidence) < 10


def test_a_listed_component_that_was_not_seen_stands_alone_without_evidence() -> None:
    (one,) = grouped((component(evidence=()),))

    assert one.evidence == ()
