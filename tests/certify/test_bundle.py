from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.certify.bundle import (
    Disclosure,
    bundle,
    check_disclosure,
    disclose,
    faults,
    kept,
    read_disclosure,
    read_kept,
)
from fairmark.errors import CheckFailedError, UnreadableInputError, WrongUsageError
from fairmark.model.value import canonical_json
from tests.doubles.offices import SEED

FILES = {"sbom.json": b"{}", "report.html": b"<p>", "lab/raw.csv": b"1,2", "notes.txt": b"n"}
WHOLE = bundle(FILES, SEED)
DIGEST = WHOLE.manifest.digest


def contents(*paths: str) -> dict[str, bytes]:
    return {sha256(FILES[path]).hexdigest(): FILES[path] for path in paths}


def test_one_file_is_shown_and_proven_without_the_others() -> None:
    part = disclose(WHOLE, ["lab/raw.csv"])

    check_disclosure(part, DIGEST, contents("lab/raw.csv"))
    assert [one.entry.path for one in part.shown] == ["lab/raw.csv"]


def test_a_disclosure_names_no_other_file_and_not_how_many_there_are() -> None:
    written = canonical_json(disclose(WHOLE, ["sbom.json"]))

    assert not any(name.encode() in written for name in ("report", "raw.csv", "notes"))
    assert not any(sha256(FILES[name]).hexdigest().encode() in written for name in ("report.html", "notes.txt"))
    assert WHOLE.manifest.leaves == bundle({"one": b""}, SEED).manifest.leaves == 8
    assert bundle({str(n): b"" for n in range(9)}, SEED).manifest.leaves == 16


def test_the_others_are_named_when_that_is_wanted() -> None:
    part = disclose(WHOLE, ["sbom.json"], named=True)

    check_disclosure(part, DIGEST, contents("sbom.json"))
    assert {one.entry.path: one.content for one in part.shown} == {name: name == "sbom.json" for name in FILES}


def test_nobody_can_guess_a_path_and_content_and_find_them_confirmed() -> None:
    other = bundle(FILES, bytes(32))

    assert set(WHOLE.leaves).isdisjoint(other.leaves)
    assert len({one.salt for one in WHOLE.entries}) == len(FILES)


def test_the_keeper_reads_back_what_was_kept() -> None:
    assert read_kept(kept(WHOLE, SEED)) == WHOLE


@given(st.sets(st.text("abc/.", min_size=1, max_size=6), min_size=1, max_size=40), st.data())
@settings(max_examples=30, deadline=None)
def test_whatever_is_chosen_is_proven(names: set[str], data: st.DataObject) -> None:
    whole = bundle({name: name.encode() for name in names}, SEED)
    chosen = data.draw(st.sets(st.sampled_from(sorted(names))))

    part = read_disclosure(canonical_json(disclose(whole, chosen)))

    check_disclosure(part, whole.manifest.digest, {sha256(name.encode()).hexdigest(): name.encode() for name in chosen})
    assert {one.entry.path for one in part.shown} == chosen


PART = disclose(WHOLE, ["sbom.json"])
(SHOWN,) = PART.shown


def test_another_certificates_evidence_is_refused() -> None:
    with pytest.raises(CheckFailedError, match="another certificate"):
        check_disclosure(PART, "00" * 32, contents("sbom.json"))


def test_a_missing_or_changed_file_is_refused() -> None:
    with pytest.raises(CheckFailedError, match="missing"):
        check_disclosure(PART, DIGEST, {})
    with pytest.raises(CheckFailedError, match="is not the file"):
        check_disclosure(PART, DIGEST, {SHOWN.entry.sha256: b"[]"})


@pytest.mark.parametrize(
    "changed",
    [
        {"entry": SHOWN.entry.model_copy(update={"path": "report.html"})},
        {"entry": SHOWN.entry.model_copy(update={"size": 3})},
        {"entry": SHOWN.entry.model_copy(update={"salt": "0" * 32})},
        {"entry": SHOWN.entry.model_copy(update={"sha256": "0" * 64})},
        {"index": SHOWN.index ^ 1},
        {"index": SHOWN.index + 8},
        {"proof": SHOWN.proof[:-1]},
        {"proof": (*SHOWN.proof, "0" * 64)},
        {"proof": ()},
    ],
    ids=range(9),
)
def test_nothing_that_was_changed_belongs_to_the_evidence(changed: dict[str, object]) -> None:
    part = PART.model_copy(update={"shown": (SHOWN.model_copy(update=changed),)})

    with pytest.raises(CheckFailedError, match="does not belong"):
        check_disclosure(part, DIGEST, contents("sbom.json"))


def test_a_disclosure_that_is_none_is_refused() -> None:
    assert read_disclosure(canonical_json(PART)) == PART
    with pytest.raises(UnreadableInputError):
        read_disclosure(b"{}")
    with pytest.raises(UnreadableInputError):
        read_disclosure(canonical_json(Disclosure(manifest=PART.manifest, shown=())) + b" ")


def test_a_file_that_the_bundle_has_not_cannot_be_disclosed() -> None:
    with pytest.raises(WrongUsageError, match="has no secret"):
        disclose(WHOLE, ["secret.txt"])


@pytest.mark.parametrize("count", [0, (1 << 14) + 1])
def test_a_bundle_has_a_file_and_not_too_many(count: int) -> None:
    with pytest.raises(WrongUsageError, match="has 1 to"):
        bundle({str(n): b"" for n in range(count)}, SEED)


def test_the_image_its_files_and_private_keys_are_no_evidence() -> None:
    image, shadow = b"firmware", b"root:$1$..."
    files = {
        "a.bin": image,
        "etc/shadow": shadow,
        "k.pem": b"-----BEGIN RSA PRIVATE KEY-----\n",
        "report.html": b"fine",
        "empty": b"",
    }

    found = faults(files, sha256(image).hexdigest(), lambda _name, digest: digest == sha256(shadow).hexdigest())

    assert [line.split(" ")[0] for line in found] == ["a.bin", "etc/shadow", "k.pem"]
