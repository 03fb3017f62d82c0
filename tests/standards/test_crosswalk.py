"""The crosswalk: everything is linked, nothing dangles, and every strong link can do what it says."""

from copy import deepcopy
from typing import Any

import pytest

from fairmark.errors import UnreadableInputError
from fairmark.model.data import load_yaml
from fairmark.model.finding import Method
from fairmark.model.standard import Can
from fairmark.model.vocabulary import vocabulary
from fairmark.standards.crosswalk import Crosswalk
from fairmark.standards.library import CATALOGUES, CROSSWALK, PACKAGE, assemble, catalogues, crosswalk
from tests.doubles.provisions import finding

WORDS = vocabulary()


def faults_after(change: dict[str, Any]) -> str:
    """The fault list when some capabilities are written differently."""
    data = deepcopy(load_yaml(PACKAGE, CROSSWALK))
    data["capabilities"] |= change
    with pytest.raises(UnreadableInputError) as error:
        assemble({name: load_yaml(PACKAGE, name) for name in CATALOGUES}, data, WORDS)
    return error.value.message


def test_every_provision_is_linked_to_a_capability_that_exists() -> None:
    for item in catalogues():
        for provision in item.provisions:
            links = crosswalk().links_to(item.id, provision.id)

            assert links
            assert all(link.capability in WORDS.capabilities for link in links)


def test_links_hold_the_judgements_that_matter_most() -> None:
    can = {(link.capability, link.catalogue, link.provision): link.can for link in crosswalk()}

    assert can["no-default-password", "en303645", "5.1-1"] is Can.BOTH
    assert can["no-default-password", "psti", "1-2"] is Can.BOTH
    assert can["attack-surface", "en303645", "5.6-1"] is Can.BOTH
    assert can["no-hardcoded-secrets", "en303645", "5.4-3"] is Can.FAIL
    assert can["no-known-vulns", "cra", "I.2.a"] is Can.FAIL


def test_only_passwords_and_the_way_of_updates_can_pass_on_an_image_alone() -> None:
    alone = {(i.catalogue, i.provision) for i in crosswalk() if i.can_pass and i.ways[0] == (Method.FIRMWARE_STATIC,)}

    both_editions = {
        (name, provision)
        for name in ("en303645", "en303645-v2.1.1")
        for provision in ("5.1-1", "5.3-2", "5.3-3", "5.3-7")
    }
    assert alone == {*both_editions, ("psti", "1-2")}


def test_documents_alone_pass_only_what_asks_for_a_document_a_policy_or_a_stated_process() -> None:
    alone = {(i.catalogue, i.provision) for i in crosswalk() if i.can_pass and i.ways[0] == (Method.DOCUMENT,)}

    assert {p for name, p in alone if name == "en303645"} == {"5.2-1", "5.3-8", "5.3-13", "6-1", "6-5"}
    assert {p for name, p in alone if name == "cra"} == {"II.6"}


def test_telnet_speaks_to_the_service_provision_and_not_to_all_of_its_capability() -> None:
    telnet = finding("service-telnet")

    fails = {(i.catalogue, i.provision) for i in crosswalk() if i.can_fail and i.hears(telnet)}

    assert {p for name, p in fails if name == "en303645"} == {"5.6-1"}
    assert {p for name, p in fails if name == "cra"} == {"I.2.b", "I.2.j"}
    assert ("isvs", "1.1.2") not in fails


def test_every_method_of_the_vocabulary_is_told_in_what_would_settle() -> None:
    methods = {method for capability in WORDS.capabilities.values() for method in capability.settled_by}

    assert methods == {"firmware_static", "network_probe", "document", "feed_or_history", "human"}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"no-such": {"catalogues": {"psti": {"links": {"1-2": "fail"}}}}}, "no-such is not in the vocabulary"),
        ({"vdp": {"catalogues": {"crx": {"links": {"1": "fail"}}}}}, "vdp: there is no catalogue crx"),
        ({"vdp": {"catalogues": {"psti": {"links": {"9-9": "fail"}}}}}, "vdp -> psti 9-9: there is no such provision"),
        ({"consent": {"catalogues": {"en303645": {"links": {"6-2": "support"}}}}}, "6-3A: no capability is linked"),
        (
            {
                "crypto-agility": {"catalogues": {"en303645": {"links": {"5.5-3": "fail"}}}},
                "code-minimisation": {"catalogues": {"en303645": {"links": {"5.6-6": "fail"}}}},
            },
            "code-minimisation -> en303645 5.6-6: it can fail, but the vocabulary has no weakness for it",
        ),
        (
            {"vdp": {"catalogues": {"psti": {"links": {"2-3": "fail"}, "weaknesses": {"2-3": ["weak-tls"]}}}}},
            "vdp -> psti 2-3: weak-tls is no weakness of it",
        ),
        (
            {"vdp": {"catalogues": {"psti": {"links": {"2-3": "fail"}, "weaknesses": {"2-3": []}}}}},
            "an empty list of weaknesses",
        ),
        (
            {"vdp": {"catalogues": {"psti": {"links": {"2-3": "fail"}, "needs_condition": ["2-3", "2-2a"]}}}},
            "vdp -> psti 2-2a: the refinement has no link",
        ),
        (
            {"vdp": {"catalogues": {"psti": {"links": {"2-3": "fail"}, "needs_condition": ["2-3"]}}}},
            "vdp -> psti 2-3: it has no condition to need",
        ),
        ({"vdp": {"catalogues": {"psti": {"links": {"2-3": "both"}}}}}, "does not say what a complete observation"),
        (
            {"vdp": {"catalogues": {"psti": {"links": {"2-3": "fail"}, "documents": ["leaflet"]}}}},
            "vdp: the profile has no document leaflet",
        ),
        ({"vdp": {"catalogues": {"psti": {"links": {"2-3": "maybe"}}}}}, "input should be"),
    ],
)
def test_what_hangs_loose_is_named(change: dict[str, Any], fault: str) -> None:
    assert fault in faults_after(change)


def test_a_link_hears_its_own_weaknesses_only() -> None:
    strength = next(link for link in crosswalk() if link.capability == "auth-strength")

    assert strength.hears(finding("weak-password-hash"))
    assert not strength.hears(finding("no-mfa"))
    assert not strength.hears(finding("default-password"))


def test_a_provision_nobody_knows_has_no_links() -> None:
    assert Crosswalk(links=(), reason_duty={}).links_to("psti", "1-2") == ()
