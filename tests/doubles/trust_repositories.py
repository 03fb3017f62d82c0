"""Trust repositories: three holders of whom two must sign, online keys, and what a verifier fetches from them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from fairmark.certify.adapters.trust_client import Refreshed, refresh
from fairmark.certify.adapters.trust_shelf import TrustShelf
from fairmark.certify.cose import PublicKey, public_key
from fairmark.certify.status import publish as signed_list
from fairmark.certify.trust import TrustList
from fairmark.certify.trust_repository import Published, begin, publish, set_list, sign
from fairmark.ledger.signing import KeyInMemory, Signer
from tests.doubles import labels as given

NOW, DAY = given.NOW, given.DAY
HOLDERS = tuple(given.key(f"holder {number}") for number in range(5))
ONLINE, LISTS = given.key("online"), given.key("lists")
NEW_ONLINE, NEW_LISTS = given.key("new online"), given.key("new lists")
_BY_KEY: dict[PublicKey, Signer] = {public_key(one): one for one in (ONLINE, LISTS, NEW_ONLINE, NEW_LISTS)}


def opened(key: PublicKey) -> Signer:
    return _BY_KEY[key]


def staged(folder: Path, *, threshold: int = 2) -> TrustShelf:
    """A repository that nobody has signed yet."""
    shelf = TrustShelf(folder)
    people = [public_key(one) for one in HOLDERS[:3]]
    begin(shelf, people, threshold, online=public_key(ONLINE), status=public_key(LISTS), now=NOW)
    return shelf


def published(folder: Path, trust: TrustList | None = None, *, now: int = NOW) -> TrustShelf:
    """A repository with a trust list and a status list, signed by two of three."""
    shelf = staged(folder)
    set_list(shelf, trust or given.trust(), now=now)
    signed(shelf, HOLDERS[:2])
    out(shelf, {"1": listed(now)}, now=now)
    return shelf


def signed(shelf: TrustShelf, by: Sequence[KeyInMemory]) -> None:
    for one in by:
        sign(shelf, one)


def out(shelf: TrustShelf, lists: Mapping[str, bytes] | None = None, *, now: int = NOW) -> Published:
    return publish(shelf, lists or {}, opened, now=now)


def listed(at: int, signer: Signer = given.STATUS) -> bytes:
    return signed_list(given.listed(at=at), signer)


def first_root(shelf: TrustShelf) -> bytes:
    return shelf.metadata("1.root.json") or b""


def fetched(shelf: TrustShelf, folder: Path, *, now: int = NOW) -> Refreshed:
    return refresh(folder, str(shelf.public), first_root(shelf), now=now)
