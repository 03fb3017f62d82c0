import json

from fairmark.model.evidence import Evidence
from fairmark.workflows.fleet import (
    Candidate,
    Order,
    entry_of,
    failed,
    indexes,
    jobs_of,
    named,
    summary_documents,
)
from tests.doubles.assessments import assessment, digest, evidence, repaired


def candidate(name: str, image: str = "1" * 64, profile: str = "") -> Candidate:
    return Candidate(name, Order(f"/images/{name}", image, "", profile, "", "", documents=False))


def key_at(path: str) -> Evidence:
    return evidence(path, f"private key, RSA 2048 bits; SHA-256 of its public part {digest('key')}")


def test_a_result_lies_under_the_digest_and_the_name_of_the_image() -> None:
    jobs, places = jobs_of([candidate("a/firm ware.bin")], "1.0")

    assert places == {"a/firm ware.bin": "1111111111111111-firm_ware.bin"}
    assert jobs[0].digests == {"image": "1" * 64, "device": "", "tool": "1.0"}


def test_equal_images_share_a_job_and_another_profile_has_its_own() -> None:
    jobs, places = jobs_of([candidate("a/x"), candidate("b/x"), candidate("c/x", profile="2" * 64)], "1.0")

    assert places["a/x"] == places["b/x"]
    assert places["c/x"] == places["a/x"] + "-" + "2" * 16
    assert len(jobs) == 2


def test_no_name_leads_out_of_the_folder_or_outgrows_a_file_system() -> None:
    _, places = jobs_of([candidate("a/..\n;\udcff"), candidate("y" * 255)], "1.0")

    assert sorted(places.values()) == ["1" * 16 + "-.._", "1" * 16 + "-" + "y" * 80]


def test_the_summary_counts_findings_and_keeps_an_error_as_a_row() -> None:
    entries = [named(entry_of(assessment(), "place"), "b.bin"), failed("a.bin", "the file is empty")]

    rows = json.loads(summary_documents(entries)["fleet.json"])["images"]

    assert [(row["image"], row["error"]) for row in rows] == [("a.bin", "the file is empty"), ("b.bin", "")]
    assert sum(rows[1]["findings"].values()) == len([f for f in assessment().findings if f.confidence != "C"])
    assert rows[1]["level_required"] == 2
    assert rows[0]["private_mean"] is None


def test_the_summary_does_not_depend_on_the_order_of_the_results() -> None:
    entries = [named(entry_of(assessment(), "p"), "b"), named(entry_of(repaired(), "q"), "a"), failed("c", "x")]

    assert summary_documents(entries) == summary_documents(entries[::-1])
    assert indexes(entries).documents() == indexes(entries[::-1]).documents()


def test_a_key_in_two_images_and_a_component_in_two_are_found() -> None:
    first = named(entry_of(assessment(evidence=(*assessment().evidence, key_at("/a.key"))), "p"), "one.bin")
    second = named(entry_of(assessment(evidence=(*assessment().evidence, key_at("/b.key"))), "q"), "two.bin")

    found = indexes([first, second])

    assert found.shared_keys == 1
    assert found.keys[digest("key")] == {"one.bin": ["/a.key"], "two.bin": ["/b.key"]}
    assert found.spread_components == len({(one.name, one.version) for one in assessment().components})
    assert json.loads(found.documents()["keys.json"])["keys"][0]["public_sha256"] == digest("key")


def test_keys_of_every_kind_are_indexed_and_a_certificate_meets_its_key() -> None:
    told = {
        "/a.key": f"private key, RSA 2048 bits; SHA-256 of its public part {digest('key')}",
        "/a.crt": f"certificate, RSA 2048 bits; SHA-256 of its public part {digest('key')}",
        "/authorized_keys": f"authorised key, Ed25519 256 bits; SHA-256 of its public part {digest('login')}",
        "/ta.key": f"private key, OpenVPN static key 2048 bits; SHA-256 of its body {digest('tunnel')}",
        "/lib.so": f"key for tests, RSA 2048 bits; SHA-256 of its public part {digest('test')}",
    }
    shown = tuple(evidence(path, statement) for path, statement in told.items())
    images = [named(entry_of(assessment(evidence=(*assessment().evidence, *shown)), "p"), f"{n}.bin") for n in "12"]

    found = indexes(images)

    assert found.kinds == {
        digest("key"): ["certificate", "private key"],
        digest("login"): ["authorised key"],
        digest("tunnel"): ["private key"],
    }
    assert found.keys[digest("key")] == {"1.bin": ["/a.crt", "/a.key"], "2.bin": ["/a.crt", "/a.key"]}
    assert {
        row["public_sha256"]: row["kinds"] for row in json.loads(found.documents()["keys.json"])["keys"]
    } == found.kinds
