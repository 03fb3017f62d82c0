from datetime import UTC, datetime
from typing import Any

from fairmark.model.vulnerability import Justification, Status
from fairmark.vulnerabilities.vex import Named
from fairmark.vulnerabilities.vex_formats import csaf, cyclonedx, openvex, reader_of

OPENVEX: dict[str, Any] = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "statements": [
        {
            "vulnerability": {"name": "CVE-2026-0001"},
            "products": [{"@id": "pkg:generic/maker/cam@1.4", "subcomponents": [{"@id": "pkg:opkg/dropbear@2016.70"}]}],
            "status": "not_affected",
            "justification": "vulnerable_code_not_in_execute_path",
            "impact_statement": "the server is never started",
        }
    ],
}
CSAF: dict[str, Any] = {
    "document": {"csaf_version": "2.0", "category": "csaf_vex"},
    "product_tree": {
        "branches": [
            {
                "category": "vendor",
                "name": "Maker",
                "branches": [
                    {
                        "category": "product_name",
                        "name": "Cam",
                        "branches": [
                            {
                                "category": "product_version",
                                "name": "1.4",
                                "product": {"product_id": "P1", "name": "Cam 1.4"},
                            }
                        ],
                    }
                ],
            }
        ],
        "full_product_names": [
            {
                "product_id": "C1",
                "name": "dropbear 2016.70",
                "product_identification_helper": {"purl": "pkg:generic/dropbear@2016.70"},
            }
        ],
        "relationships": [
            {
                "category": "default_component_of",
                "product_reference": "C1",
                "relates_to_product_reference": "P1",
                "full_product_name": {"product_id": "C1-in-P1", "name": "dropbear in Cam"},
            }
        ],
    },
    "vulnerabilities": [
        {
            "cve": "CVE-2026-0001",
            "product_status": {"known_not_affected": ["C1-in-P1"], "fixed": ["P1"]},
            "flags": [{"label": "vulnerable_code_not_present", "product_ids": ["C1-in-P1"]}],
            "threats": [{"category": "impact", "details": "not built", "product_ids": ["C1-in-P1"]}],
        }
    ],
}
CYCLONEDX: dict[str, Any] = {
    "bomFormat": "CycloneDX",
    "metadata": {"component": {"bom-ref": "cam", "name": "Cam", "version": "1.4"}},
    "components": [{"bom-ref": "db", "name": "dropbear", "version": "2016.70"}],
    "vulnerabilities": [
        {
            "id": "CVE-2026-0001",
            "affects": [{"ref": "db"}],
            "analysis": {"state": "not_affected", "justification": "code_not_reachable", "detail": "off"},
        },
        {"id": "CVE-2026-0002", "affects": [{"ref": "cam"}], "analysis": {"state": "exploitable"}},
        {"id": "CVE-2026-0003", "affects": [{"ref": "db"}]},
    ],
}


def test_openvex_names_the_component_inside_the_product() -> None:
    (one,) = openvex(OPENVEX)

    assert (one.cve, one.status) == ("CVE-2026-0001", Status.NOT_AFFECTED)
    assert one.justification is Justification.CODE_NOT_IN_EXECUTE_PATH
    assert one.parts == (Named("", purl="pkg:opkg/dropbear@2016.70"),)
    assert one.reason == "the server is never started"


def test_old_openvex_with_plain_names_is_read_too() -> None:
    row = {"vulnerability": "CVE-2026-0001", "products": ["pkg:generic/dropbear"], "status": "fixed"}

    (one,) = openvex({"statements": [row]})

    assert one.products == (Named("", purl="pkg:generic/dropbear"),)


def test_csaf_follows_the_product_tree_and_its_relationships() -> None:
    inside, whole = sorted(csaf(CSAF), key=lambda one: not one.parts)

    assert inside.products == (Named("Cam", "1.4", ""),)
    assert inside.parts == (Named("dropbear 2016.70", "", "pkg:generic/dropbear@2016.70"),)
    assert (inside.justification, inside.reason) == (Justification.CODE_NOT_PRESENT, "not built")
    assert (whole.status, whole.parts) == (Status.FIXED, ())


def test_cyclonedx_maps_its_own_words_and_passes_over_what_was_not_analysed() -> None:
    part, whole = cyclonedx(CYCLONEDX)

    assert part.justification is Justification.CODE_NOT_IN_EXECUTE_PATH
    assert part.parts == (Named("dropbear", "2016.70", ""),)
    assert (whole.status, whole.parts) == (Status.AFFECTED, ())


def test_each_format_is_recognised_and_others_are_not() -> None:
    assert reader_of(OPENVEX) is openvex
    assert reader_of(CSAF) is csaf
    assert reader_of(CYCLONEDX) is cyclonedx
    assert reader_of({"spdxVersion": "SPDX-2.3"}) is None


def test_wrong_types_everywhere_are_passed_over() -> None:
    wrong = (None, 1, "x", [], {}, [None, 1, "x", [], {}])
    for value in wrong:
        list(openvex({"statements": value}))
        list(openvex({"statements": [{"vulnerability": value, "products": value, "status": value}]}))
        list(csaf({"product_tree": value, "vulnerabilities": value}))
        list(csaf({"vulnerabilities": [{"cve": "CVE-2026-0001", "product_status": value, "flags": value}]}))
        list(cyclonedx({"metadata": value, "components": value, "vulnerabilities": value}))
        list(cyclonedx({"vulnerabilities": [{"id": value, "affects": value, "analysis": value}]}))


def test_a_tree_of_branches_without_end_is_cut() -> None:
    branch: dict[str, Any] = {}
    branch["branches"] = [branch, branch]

    assert list(csaf(CSAF | {"product_tree": {"branches": [branch]}})) != []


def test_each_format_says_when_it_was_stated() -> None:
    time = "2026-03-01T10:00:00+02:00"
    documents = [
        openvex(OPENVEX | {"timestamp": time}),
        csaf(CSAF | {"document": {"csaf_version": "2.0", "tracking": {"current_release_date": time}}}),
        cyclonedx(CYCLONEDX | {"metadata": {"timestamp": time}}),
    ]

    assert {one.stated for document in documents for one in document} == {datetime(2026, 3, 1, 8, tzinfo=UTC)}


def test_csaf_keeps_a_range_of_versions_as_a_range() -> None:
    product = {"category": "product_version_range", "name": "vers:generic/<1.5", "product": {"product_id": "P1"}}
    tree = {"branches": [{"category": "product_name", "name": "Cam", "branches": [product]}]}

    names = {one.products for one in csaf(CSAF | {"product_tree": tree}) if one.status is Status.FIXED}

    assert names == {(Named("Cam", versions="vers:generic/<1.5"),)}


def test_openvex_names_an_image_by_its_digest_too() -> None:
    product = {"@id": "https://maker.example/cams/Pico-2", "hashes": {"sha-256": "AB" * 32}}
    row = {"vulnerability": "CVE-2026-0001", "products": [product], "status": "fixed"}

    (one,) = openvex({"statements": [row]})

    assert one.products == (Named("Pico-2"), Named("ab" * 32))


def test_a_cyclonedx_document_about_another_device_does_not_speak_for_its_parts() -> None:
    part, _ = cyclonedx(CYCLONEDX)
    alone, _ = cyclonedx(CYCLONEDX | {"metadata": {}})

    assert part.products == (Named("Cam", "1.4"),)
    assert alone.products == alone.parts


def test_cyclonedx_components_inside_components_are_known() -> None:
    inner = {"bom-ref": "db", "name": "dropbear", "version": "2016.70"}
    nested = CYCLONEDX | {"components": [{"bom-ref": "a", "name": "a", "components": [inner]}]}

    assert next(cyclonedx(nested)).parts == (Named("dropbear", "2016.70"),)
