"""Components that the image states outright, with their proofs."""

from fairmark.examine.releases import Release
from fairmark.examine.stated import BUILD_SYSTEM, release_evidence, stated
from tests.doubles.subjects import subject


def test_a_release_is_stated_with_the_line_that_says_it() -> None:
    device = subject({"/etc/openwrt_version": b"22.03.5\n"})

    ((component, proof),) = stated(device)

    assert (component.name, component.version, component.source) == ("openwrt", "22.03.5", BUILD_SYSTEM)
    assert (component.purl, component.evidence) == ("pkg:generic/openwrt@22.03.5", (proof.id,))
    assert proof.where.sha256 == device.files[0].sha256


def test_the_evidence_of_a_makers_number_is_there_for_who_asks() -> None:
    device = subject({"/etc/version": b"1.0.7\n"})

    proof = release_evidence(device, Release("", "1.0.7", "", "/etc/version", 1))

    assert (proof.where.line, proof.statement) == (1, "The image names itself version 1.0.7.")
    assert list(stated(device)) == []
