"""The roles around a trust list: who may sign, how many must, and what is none of it."""

import pytest

from fairmark.certify import trust_roles as roles
from fairmark.certify.cose import PublicKey, public_key
from fairmark.errors import UnreadableInputError, WrongUsageError
from tests.doubles import labels as given
from tests.doubles.trust_repositories import HOLDERS, LISTS, NOW, ONLINE

PEOPLE = [public_key(one) for one in HOLDERS[:3]]


def test_what_a_root_was_made_of_is_read_from_it() -> None:
    mixed = [*PEOPLE[:2], public_key(given.LAB_P256)]

    found = roles.holders_of(roles.root(mixed, 2, public_key(ONLINE), version=1, now=NOW))

    assert found == (mixed, 2, public_key(ONLINE))


@pytest.mark.parametrize("signer", [HOLDERS[0], given.LAB_P256], ids=["EdDSA", "ES256"])
def test_a_signature_counts_for_its_holder_alone(signer: given.KeyInMemory) -> None:
    root = roles.root([public_key(signer), *PEOPLE[1:]], 2, public_key(ONLINE), version=1, now=NOW)

    roles.add_signature(root, signer)
    roles.add_signature(root, signer)
    assert roles.missing(root, "root", [root]) == 1

    roles.add_signature(root, given.STRANGER)
    assert roles.missing(root, "root", [root]) == 1

    roles.add_signature(root, HOLDERS[1])
    assert roles.missing(root, "root", [root]) == 0


def test_a_changed_root_has_no_good_signature() -> None:
    root = roles.root(PEOPLE, 2, public_key(ONLINE), version=1, now=NOW)
    for one in HOLDERS[:2]:
        roles.add_signature(root, one)

    root.signed.version = 2

    assert roles.missing(root, "root", [root]) == 2


@pytest.mark.parametrize(
    ("holders", "threshold"),
    [(PEOPLE, 0), (PEOPLE, 4), ([PEOPLE[0], PEOPLE[0]], 1), ([PEOPLE[0], public_key(ONLINE)], 1), ([], 1)],
)
def test_a_threshold_that_protects_nothing_is_refused(holders: list[PublicKey], threshold: int) -> None:
    with pytest.raises(WrongUsageError):
        roles.root(holders, threshold, public_key(ONLINE), version=1, now=NOW)


def test_the_key_of_status_lists_signs_nothing_else() -> None:
    targets = roles.targets(b"{}", public_key(LISTS), version=1, now=NOW)

    assert roles.status_key_of(targets) == public_key(LISTS)
    assert targets.signed.delegations
    delegated = [list(targets.signed.delegations.get_roles_for_target(path)) for path in ("status/1", "trust.json")]
    assert delegated == [[("status", True)], []]


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[" * 100_000, b"\xff", b'{"signed": {"_type": "root"}}', b"0" * 600_000]
)
def test_what_is_no_metadata_is_said_so(content: bytes) -> None:
    with pytest.raises(UnreadableInputError):
        roles.read(content, "root")


def test_metadata_of_another_role_is_refused() -> None:
    targets = roles.targets(b"{}", public_key(LISTS), version=1, now=NOW).to_bytes()

    with pytest.raises(UnreadableInputError, match="of targets, not of root"):
        roles.read(targets, "root")
