from fairmark.workflows.sbom_spdx import spdx2, spdx3, tags, yocto
from tests.doubles.sboms import BUSYBOX_CPE, SPDX2, SPDX3, TAGS


def test_a_package_is_known_by_both_of_its_references() -> None:
    (entry,) = spdx2(SPDX2, 100).entries

    assert entry.component.purl == "pkg:generic/busybox@1.36.1"
    assert entry.component.cpe == BUSYBOX_CPE
    assert entry.component.licence == ""
    assert entry.place == "packages/1"


def test_the_image_as_a_whole_and_archives_are_no_components() -> None:
    assert spdx2(SPDX2, 100).left_out == {"the image as a whole": 1, "files and archives": 1}


def test_a_document_that_describes_all_its_packages_lists_them_all() -> None:
    names = [{"SPDXID": f"SPDXRef-{n}", "name": f"p{n}"} for n in range(3)]

    found = spdx2({"packages": names, "documentDescribes": [one["SPDXID"] for one in names]}, 100)

    assert len(found.entries) == 3


def test_zephyrs_sources_count_where_a_cpe_says_what_they_are_and_it_names_the_release() -> None:
    found = spdx2(tags(TAGS, 100), 100)
    (entry,) = found.entries

    assert (entry.component.name, entry.component.version) == ("busybox-sources", "1.36.1")
    assert entry.component.upstream == "busybox"
    assert entry.line == TAGS.splitlines().index("PackageName: busybox-sources") + 1
    assert found.left_out == {"the image as a whole": 1}


def test_the_packages_of_a_flood_of_tags_are_bounded() -> None:
    assert len(tags("PackageName: a\n" * 500, 100)["packages"]) == 101


def test_a_package_of_yocto_takes_the_cpe_of_its_recipe_and_recipes_are_not_listed() -> None:
    recipe = {
        "name": "recipe-openssl",
        "packages": [
            {
                "SPDXID": "SPDXRef-Recipe",
                "name": "openssl",
                "externalRefs": [
                    {"referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:openssl:openssl:3.0.12:*:*:*:*:*:*:*"}
                ],
            }
        ],
    }
    package = {
        "name": "libssl3",
        "packages": [{"SPDXID": "SPDXRef-Package-libssl3", "name": "libssl3", "versionInfo": "3.0.12"}],
        "relationships": [
            {"relationshipType": "GENERATED_FROM", "relatedSpdxElement": "DocumentRef-recipe-openssl:SPDXRef-Recipe"}
        ],
    }

    (entry,) = yocto([("libssl3.spdx.json", package), ("recipe-openssl.spdx.json", recipe)], 100).entries

    assert (entry.component.name, entry.component.upstream) == ("libssl3", "openssl")
    assert entry.component.cpe.startswith("cpe:2.3:a:openssl:openssl:3.0.12")
    assert entry.document == "libssl3.spdx.json"


def test_spdx_3_lists_what_is_installed_and_not_its_sources() -> None:
    found = spdx3(SPDX3, 100)

    assert [(one.component.name, one.component.cpe) for one in found.entries] == [("busybox", BUSYBOX_CPE)]
    assert found.left_out == {"sources and images": 1}
