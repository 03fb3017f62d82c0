"""A repository: below the threshold nothing goes out, every change needs the holders, every day does not."""

from pathlib import Path

import pytest

from fairmark.certify import trust_repository as repository
from fairmark.certify.cose import public_key
from fairmark.certify.status import publish_reasons
from fairmark.errors import CheckFailedError, FairmarkError, WrongUsageError
from tests.doubles import labels as given
from tests.doubles import trust_repositories as kept
from tests.doubles.trust_repositories import DAY, HOLDERS, NOW


def logged(*origins: str) -> given.TrustList:
    logs = [
        {
            "origin": one,
            "algorithm": "EdDSA",
            "public": given.encoded(given.STRANGER.public),
            "witnesses": [],
            "quorum": 0,
        }
        for one in origins
    ]
    return given.trust(given.issuer(given.LAB), logs=logs)


def test_below_the_threshold_nothing_is_published(tmp_path: Path) -> None:
    shelf = kept.staged(tmp_path)
    kept.signed(shelf, HOLDERS[:1])
    kept.signed(shelf, HOLDERS[:1])

    with pytest.raises(CheckFailedError, match="root misses 1, targets misses 1"):
        kept.out(shelf)
    assert not shelf.public.exists()

    kept.signed(shelf, HOLDERS[2:3])
    assert dict(kept.out(shelf).versions)["root"] == 1


def test_a_stranger_signs_nothing(tmp_path: Path) -> None:
    shelf = kept.staged(tmp_path)
    before = shelf.staged("root.json")

    for key in (given.STRANGER, kept.ONLINE):
        with pytest.raises(WrongUsageError, match="no holder's"):
            repository.sign(shelf, key)

    assert shelf.staged("root.json") == before


def test_what_is_staged_waits_while_every_day_goes_on(tmp_path: Path) -> None:
    shelf = kept.published(tmp_path)
    repository.set_list(shelf, given.trust(given.issuer(given.LAB)), now=NOW)
    kept.signed(shelf, HOLDERS[:1])

    found = kept.out(shelf, {"1": kept.listed(NOW + DAY)}, now=NOW + DAY)

    assert dict(found.versions) == {"root": 1, "targets": 1, "status": 2, "snapshot": 2, "timestamp": 2}
    assert [(one.role, one.version, one.missing) for one in found.waiting] == [("targets", 2, 1)]


def test_a_change_voids_the_signatures_on_what_was_staged_before(tmp_path: Path) -> None:
    shelf = kept.staged(tmp_path)
    kept.signed(shelf, HOLDERS[:2])

    repository.set_list(shelf, given.trust(), now=NOW)

    assert [one.missing for one in repository.waiting(shelf)] == [0, 2]
    with pytest.raises(CheckFailedError, match="targets misses 2"):
        kept.out(shelf)


def test_a_trust_list_that_was_swapped_after_staging_is_not_signed(tmp_path: Path) -> None:
    shelf = kept.staged(tmp_path)
    shelf.stage("trust.json", given.trust().model_dump_json().encode())

    with pytest.raises(CheckFailedError, match="not the one that would be signed"):
        repository.sign(shelf, HOLDERS[0])


def test_a_new_root_needs_the_old_holders_and_the_new_ones(tmp_path: Path) -> None:
    shelf = kept.published(tmp_path)
    old, new = ([public_key(one) for one in HOLDERS[part]] for part in (slice(0, 2), slice(3, 5)))
    repository.rotate(shelf, add=new, remove=old, now=NOW)

    kept.signed(shelf, HOLDERS[3:5])
    assert [one.missing for one in repository.waiting(shelf)] == [2, 0]  # the new ones alone

    kept.signed(shelf, HOLDERS[:1])
    assert [one.missing for one in repository.waiting(shelf)] == [1, 0]  # and one old key, which could be stolen

    kept.signed(shelf, HOLDERS[2:3])
    assert dict(kept.out(shelf).versions)["root"] == 2


def test_one_lost_holder_stops_nothing_and_two_stop_every_change(tmp_path: Path) -> None:
    shelf = kept.published(tmp_path)
    repository.rotate(shelf, remove=[public_key(HOLDERS[0])], add=[public_key(HOLDERS[3])], now=NOW)
    kept.signed(shelf, HOLDERS[1:2])
    kept.signed(shelf, HOLDERS[3:4])
    assert kept.out(shelf).waiting[0].missing == 1

    kept.signed(shelf, HOLDERS[2:3])
    assert dict(kept.out(shelf).versions)["root"] == 2


def test_online_keys_change_with_the_root_that_names_them(tmp_path: Path) -> None:
    shelf = kept.published(tmp_path)
    repository.rotate(shelf, online=public_key(kept.NEW_ONLINE), status=public_key(kept.NEW_LISTS), now=NOW)
    assert kept.out(shelf).waiting  # signed with the old ones, still

    kept.signed(shelf, HOLDERS[:2])
    assert not kept.out(shelf, {"1": kept.listed(NOW)}).waiting

    with pytest.raises(WrongUsageError, match="not the one that the holders named"):
        repository.publish(shelf, {}, lambda _: kept.ONLINE, now=NOW)


def test_a_role_has_a_key_of_its_own(tmp_path: Path) -> None:
    shelf = kept.published(tmp_path)

    for keys in (
        {"status": public_key(HOLDERS[0])},
        {"online": public_key(HOLDERS[0])},
        {"status": public_key(kept.ONLINE)},
        {"add": [public_key(HOLDERS[0])]},
        {"remove": [public_key(HOLDERS[4])]},
        {"remove": [public_key(one) for one in HOLDERS[:2]]},
    ):
        with pytest.raises(WrongUsageError):
            repository.rotate(shelf, now=NOW, **keys)  # type: ignore[arg-type]
    with pytest.raises(WrongUsageError, match="already"):
        kept.staged(tmp_path)


def test_status_lists_are_checked_before_they_go_out(tmp_path: Path) -> None:
    shelf = kept.published(tmp_path)

    for lists in (
        {"1": kept.listed(NOW, given.STRANGER)},
        {"1": kept.listed(NOW - DAY)},
        {"1": b"rubbish"},
        {"2": kept.listed(NOW)},
        {"1": kept.listed(NOW), "1.reasons": b""},
    ):
        with pytest.raises(FairmarkError):
            kept.out(shelf, lists)

    reasons = publish_reasons(1, given.REASONS, given.STATUS, now=NOW)
    assert kept.out(shelf, {"1": kept.listed(NOW + 1), "1.reasons": reasons}).lists == (1,)


def test_what_has_ended_is_not_published_and_what_will_end_is_named(tmp_path: Path) -> None:
    shelf = kept.published(tmp_path)

    assert kept.out(shelf, now=NOW + 70 * DAY).warnings == ("targets ends on 2027-02-22",)
    with pytest.raises(CheckFailedError, match="the targets ended on 2027-02-22"):
        kept.out(shelf, now=NOW + 91 * DAY)
    repository.rotate(shelf, now=NOW + 91 * DAY)
    kept.signed(shelf, HOLDERS[:2])
    assert kept.out(shelf, now=NOW + 91 * DAY).warnings == ()


def test_a_publication_that_was_cut_off_is_finished_by_the_next(tmp_path: Path) -> None:
    shelf = kept.published(tmp_path)
    repository.rotate(shelf, add=[public_key(HOLDERS[3])], now=NOW)
    kept.signed(shelf, HOLDERS[:2])
    for name in ("root", "targets"):  # as far as a run came that was killed
        shelf.put_metadata(f"2.{name}.json", shelf.staged(f"{name}.json") or b"")

    found = kept.out(shelf)

    assert dict(found.versions)["root"] == 2
    assert repository.waiting(shelf) == []


def test_a_stolen_key_is_cut_off_where_the_log_stood(tmp_path: Path) -> None:
    shelf = kept.published(tmp_path, logged("log.example"))
    kid = public_key(given.LAB).kid.hex()

    found = repository.stolen(shelf, kid, 41, log=None, now=NOW)

    assert [(one.log_cutoff, one.log) for one in found.issuers] == [(41, "log.example")]
    assert found.version == 2
    assert (
        repository.stolen(shelf, given.encoded(given.LAB.public), 40, log="log.example", now=NOW).issuers[0].log_cutoff
        == 40
    )
    with pytest.raises(WrongUsageError, match="an earlier cut stands"):
        repository.stolen(shelf, kid, 41, log=None, now=NOW)
    with pytest.raises(WrongUsageError, match="0 keys"):
        repository.stolen(shelf, "00000000", 41, log=None, now=NOW)


def test_a_cut_counts_in_one_certain_log(tmp_path: Path) -> None:
    kid = public_key(given.LAB).kid.hex()
    shelf = kept.published(tmp_path / "two", logged("log.example/1", "log.example/2"))
    with pytest.raises(WrongUsageError, match="names 2 logs"):
        repository.stolen(shelf, kid, 41, log=None, now=NOW)
    assert repository.stolen(shelf, kid, 41, log="log.example/1", now=NOW).issuers[0].log == "log.example/1"

    bare = kept.published(tmp_path / "none", given.trust(given.issuer(given.LAB)))
    with pytest.raises(WrongUsageError, match="names 0 logs"):
        repository.stolen(bare, kid, 41, log=None, now=NOW)


def test_lists_are_put_together_and_no_cut_is_undone(tmp_path: Path) -> None:
    shelf = kept.published(tmp_path, logged("log.example"))
    cut = repository.stolen(shelf, public_key(given.LAB).kid.hex(), 41, log=None, now=NOW)
    other = given.issuer(given.LAB_P256)

    found = repository.merged(cut, given.trust(given.issuer(given.LAB), other))

    assert [(one.public, one.log_cutoff) for one in found.issuers] == [
        (given.encoded(given.LAB.public), 41),
        (given.encoded(given.LAB_P256.public), None),
    ]
    assert [one.origin for one in found.logs] == ["log.example"]
    clashing = given.trust(other, schemes=[{"id": 4, "name": "Example Scheme", "levels": ["Declared"]}])
    with pytest.raises(WrongUsageError, match="do not fit together"):
        repository.merged(cut, clashing)
