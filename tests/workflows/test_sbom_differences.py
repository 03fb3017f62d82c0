"""What differs between the maker's list and the image, and what only looks as if it did."""

from collections.abc import Iterable

import pytest

from fairmark.model.evidence import Evidence, EvidenceKind, Tool, Where
from fairmark.model.finding import Confidence, Finding, Reach, Severity
from fairmark.model.image import Component
from fairmark.workflows.sbom_differences import RULES, differences
from fairmark.workflows.sbom_entries import Entry, Sbom, component_of

TOOL = Tool(name="fairmark", version="1")


def shown(name: str) -> Evidence:
    return Evidence(kind=EvidenceKind.FILE, where=Where(path=f"/usr/{name}"), tool=TOOL, statement=name)


def seen(name: str, version: str = "", **changes: object) -> Component:
    """A component of the image with its proof."""
    given = {"source": "version pattern", "upstream": name, "upstream_version": version, "reach": Reach.PRESENT}
    proof = {"evidence": (shown(name).id,)}
    return Component.model_validate({"name": name, "version": version} | given | proof | changes)


def listed(*rows: tuple[str, ...], kind: str = "CycloneDX 1.6") -> Sbom:
    """A list of (name, version, package URL, CPE)."""
    entries = tuple(Entry(component_of(*row), f"components/{number}") for number, row in enumerate(rows))
    return Sbom("bom.json", kind, entries, "ab" * 32)


def found(sbom: Sbom, *image: Component, paths: Iterable[str] = ()) -> dict[str, Finding]:
    evidence = [shown(one.name) for one in image]
    detection = differences(sbom, image, evidence, list(paths))
    return {one.rule: one for one in detection.findings}


def test_a_list_that_agrees_gives_nothing() -> None:
    sbom = listed(("busybox", "1.36.1"), ("openssl", "3.0.12"))

    assert found(sbom, seen("busybox", "1.36.1"), seen("openssl", "3.0.12")) == {}


def test_what_the_list_lacks_is_one_finding_with_the_proofs_of_both_sides() -> None:
    image = (seen("busybox", "1.36.1"), seen("dropbear", "2019.78", reach=Reach.EXPOSED), seen("lighttpd", "1.4.55"))

    one = found(listed(("busybox", "1.36.1")), *image)["sbom-lacks-component"]

    assert (one.confidence, one.severity, one.reach) == (Confidence.B, Severity.MEDIUM, Reach.EXPOSED)
    assert "dropbear 2019.78" in one.title
    assert "lighttpd 1.4.55" in one.title
    assert {shown("dropbear").id, shown("lighttpd").id} < set(one.evidence)
    assert len(one.evidence) == 3


def test_what_nobody_runs_is_less_grave() -> None:
    one = found(listed(("busybox", "1")), seen("busybox", "1"), seen("zlib", "1.2.11"))["sbom-lacks-component"]

    assert one.severity is Severity.LOW


def test_a_package_that_no_rule_knows_is_a_hint_where_the_list_names_upstream_projects() -> None:
    extra = seen(
        "vendor-scripts", "1.0", upstream="", source="package database opkg", purl="pkg:opkg/vendor-scripts@1.0"
    )

    one = found(listed(("busybox", "1")), seen("busybox", "1"), extra)["sbom-lacks-component"]
    same = found(listed(("busybox", "1", "pkg:opkg/busybox@1")), seen("busybox", "1"), extra)["sbom-lacks-component"]

    assert (one.confidence, same.confidence) == (Confidence.C, Confidence.B)


def test_another_version_is_a_finding_that_names_both() -> None:
    one = found(listed(("openssl", "1.1.1w")), seen("openssl", "1.0.2u"))["sbom-other-version"]

    assert "openssl 1.0.2u in the image, openssl 1.1.1w in the list" in one.title
    assert one.confidence is Confidence.B
    assert len(one.evidence) == 2


@pytest.mark.parametrize(
    ("listed_version", "seen_version"),
    [
        ("1.36.1", "1.36.1-9"),
        ("1:1.36.1-9", "1.36.1"),
        ("1.36", "1.36.1"),
        ("v2.10", "2.10"),
        ("5.15.148+gitAUTOINC+1a2b3c", "5.15.148"),
        ("1.1.1", "1.1.1k"),
        ("", "1.2"),
        ("1.2", ""),
        ("ec78104f15691cccd94682cf4b22e0a013f28dd8", "4.1.0"),
    ],
)
def test_versions_that_say_the_same_or_nothing_do_not_differ(listed_version: str, seen_version: str) -> None:
    assert found(listed(("busybox", listed_version)), seen("busybox", seen_version)) == {}


def test_letters_of_openssl_are_versions() -> None:
    assert "sbom-other-version" in found(listed(("openssl", "1.1.1w")), seen("openssl", "1.1.1k"))


def test_a_second_version_beside_the_listed_one_is_missing_from_the_list() -> None:
    image = (seen("zlib", "1.3"), seen("zlib", "1.2.8", evidence=(shown("zlib").id,)))

    one = found(listed(("zlib", "1.3")), *image)["sbom-lacks-component"]

    assert "zlib 1.2.8 beside zlib 1.3" in one.title


@pytest.mark.parametrize(
    ("row", "component"),
    [
        (("libssl3", "3.0.12"), seen("openssl", "3.0.12")),
        (("openssl", "3.0.12"), seen("libssl3", "3.0.12-1", upstream="openssl", source_package="openssl")),
        (("wpa-supplicant", "2.10"), seen("wpa_supplicant", "2.10")),
        (("linux-yocto", "5.15.148"), seen("linux", "5.15.148")),
        (("x", "2.10", "pkg:generic/hostapd@2.10"), seen("hostapd", "2.10")),
        (("x", "2.10", "", "cpe:2.3:a:w1.fi:hostapd:2.10:*:*:*:*:*:*:*"), seen("hostapd", "2.10")),
        (("Mbed TLS", "3.5.0"), seen("mbedtls", "3.5.0")),
        (("zlib", "1.3"), seen("zlib1g", "1:1.3.dfsg-1", upstream="zlib", upstream_version="1.3")),
    ],
)
def test_one_thing_under_two_names_is_one_thing(row: tuple[str, ...], component: Component) -> None:
    assert found(listed(row), component) == {}


def test_what_the_image_does_not_show_is_a_hint() -> None:
    one = found(listed(("busybox", "1"), ("gone", "2.0")), seen("busybox", "1"))["sbom-lists-absent-component"]

    assert (one.confidence, one.severity) == (Confidence.C, Severity.LOW)
    assert "gone 2.0" in one.title


def test_a_package_that_its_own_database_lacks_is_more_than_a_hint() -> None:
    image = seen("busybox", "1.36.1", source="package database opkg", purl="pkg:opkg/busybox@1.36.1")
    sbom = listed(("busybox", "1.36.1", "pkg:opkg/busybox@1.36.1"), ("gone", "2", "pkg:opkg/gone@2"))

    assert found(sbom, image)["sbom-lists-absent-component"].confidence is Confidence.B


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("libfoo", "/usr/lib/libfoo.so.1.2"),
        ("foo", "/usr/lib/libfoo.so.1"),
        ("my-daemon", "/usr/sbin/my-daemon"),
        ("iperf3", "/usr/bin/iperf3"),
        ("kernel-module-nf-nat", "/lib/modules/5/nf_nat.ko"),
        ("kernel-devicetree", "/boot/cam.dtb"),
    ],
)
def test_what_a_file_shows_is_not_missing_though_it_names_no_version(name: str, path: str) -> None:
    assert found(
        listed(("busybox", "1"), (name, "9")), seen("busybox", "1"), seen("linux", "5.4"), paths=[path]
    ).keys() <= {"sbom-lacks-component"}


def test_the_same_entry_twice_is_a_hint() -> None:
    one = found(listed(("busybox", "1.36.1"), ("busybox", "1.36.1")), seen("busybox", "1.36.1"))

    assert one["sbom-lists-component-twice"].confidence is Confidence.C


def test_an_image_in_which_nothing_was_seen_is_not_compared() -> None:
    assert found(listed(("busybox", "1"))) == {}
    assert found(listed(("busybox", "1")), seen("openssl", "1").model_copy(update={"evidence": ()})) == {}


def test_a_title_names_a_few_and_counts_the_rest_and_changes_with_them() -> None:
    image = [seen(f"part{number}", "1.0") for number in range(60)]

    one = found(listed(("busybox", "1")), *image)["sbom-lacks-component"]
    fewer = found(listed(("busybox", "1")), *image[:-1])["sbom-lacks-component"]

    assert "and 54 more (60 in all" in one.title
    assert len(one.title) < 400
    assert len(one.evidence) <= 200
    assert one.id != fewer.id


def test_the_order_of_either_side_changes_nothing() -> None:
    rows = (("busybox", "1"), ("gone", "2"), ("other", "3"))
    image = (seen("busybox", "2"), seen("zlib", "1.2.11"), seen("dropbear", "2019.78"))

    one, two = found(listed(*rows), *image), found(listed(*reversed(rows)), *reversed(image))

    assert {rule: finding.title for rule, finding in one.items()} == {rule: f.title for rule, f in two.items()}


def test_a_place_in_the_list_is_named_as_such() -> None:
    sbom, image = listed(("openssl", "1.1.1w")), (seen("openssl", "1.0.2u"),)

    detection = differences(sbom, image, [shown("openssl")], [])

    (entry,) = [one for one in detection.evidence if one.kind is EvidenceKind.DOCUMENT]
    assert entry.where.path == "bom.json#components/0"
    assert entry.statement == "The maker's SBOM lists openssl 1.1.1w."


def test_every_rule_says_when_it_is_wrong() -> None:
    assert all(rule.false_positives and rule.fix and rule.weakness == "sbom-inaccurate" for rule in RULES)
