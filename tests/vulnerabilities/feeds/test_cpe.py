"""CPE names and the ranges beside them."""

import pytest

from fairmark.vulnerabilities.feeds.cpe import affected_of, read_cpe
from fairmark.vulnerabilities.record import Range, Scheme


@pytest.mark.parametrize(
    "name", ["", "cpe:/a:acme:httpd", "cpe:2.3:a:acme", "cpe:2.3:a:acme:*:1", "cpe:2.3:" + ":" * 500]
)
def test_what_names_no_product_is_none(name: str) -> None:
    assert read_cpe(name) is None


def test_a_quoted_sign_is_part_of_the_name() -> None:
    cpe = read_cpe(r"cpe:2.3:a:acme:fas\/aff_x\:y:1\.0:*:*:*:*:*:*:*")

    assert cpe is not None
    assert (cpe.vendor, cpe.product, cpe.version) == ("acme", "fas/aff_x:y", "1.0")


def match(criteria: str, **limits: object) -> dict[str, object]:
    return {"vulnerable": True, "criteria": f"cpe:2.3:{criteria}:*:*:*:*:*:*", **limits}


def test_limits_become_ranges_and_single_versions_are_listed() -> None:
    matches = [
        match("a:openssl:openssl:*:*", versionStartIncluding="1.0.1", versionEndExcluding="1.0.1g"),
        match("a:openssl:openssl:*:*", versionStartExcluding="1.0.2", versionEndIncluding="1.0.2b"),
        match("a:openssl:openssl:1.1.0:pre1"),
    ]

    (found,) = affected_of([{"nodes": [{"cpeMatch": matches}]}], "nvd")

    assert found.ranges == (
        Range(Scheme.OPENSSL, "1.0.1", "1.0.1g"),
        Range(Scheme.OPENSSL, "1.0.2", "1.0.2b", start_included=False, end_included=True),
    )
    assert found.versions == ("1.1.0pre1",)
    assert found.fixed_in == "1.0.1g"


def test_the_platform_of_an_and_is_no_product() -> None:
    hardware = match("h:acme:box:-:*") | {"vulnerable": False}
    configuration = {
        "operator": "AND",
        "nodes": [{"cpeMatch": [match("o:acme:box_firmware:1.0:*")]}, {"cpeMatch": [hardware]}],
    }

    (found,) = affected_of([configuration], "nvd")

    assert (found.product, found.platforms) == ("box_firmware", ("acme box",))


def test_a_million_matches_are_bounded() -> None:
    matches = [match(f"a:acme:httpd:1.{number}:*") for number in range(5_000)]

    (found,) = affected_of([{"nodes": [{"cpeMatch": matches}]}], "nvd")

    assert len(found.versions) == 2_000


def test_wrong_types_say_nothing() -> None:
    assert affected_of(7, "nvd") == ()
    assert affected_of([{"nodes": [{"cpeMatch": [{"vulnerable": "yes", "criteria": 3}, None]}]}, "x"], "nvd") == ()
