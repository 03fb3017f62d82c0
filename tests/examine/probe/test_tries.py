"""Which tries are made, and where none can be."""

from collections import Counter

from fairmark.examine.known_defaults import known_defaults
from fairmark.examine.probe.tries import MOST_ACCOUNTS, MOST_PER_ACCOUNT, attempt_for, chosen_defaults, is_tried_whole
from fairmark.model.network import LoginKind, NetworkService, SeenLogin


def service(protocol: str, *kinds: LoginKind) -> NetworkService:
    logins = tuple(SeenLogin(kind=kind, protected=True) for kind in kinds)
    return NetworkService(port="tcp/1", protocol=protocol, logins=logins)


def test_no_account_is_tried_more_than_three_times() -> None:
    users = Counter(one.user for one in chosen_defaults())

    assert "*" not in users
    assert len(users) <= MOST_ACCOUNTS
    assert max(users.values()) <= MOST_PER_ACCOUNT
    assert set(chosen_defaults()) <= set(known_defaults())


def test_a_form_and_a_key_cannot_be_tried() -> None:
    assert attempt_for(service("http", LoginKind.FORM)) is None
    assert attempt_for(service("http", LoginKind.DIGEST)) is None
    assert attempt_for(service("ssh", LoginKind.KEY)) is None
    assert attempt_for(service("smb", LoginKind.DIGEST)) is None
    assert attempt_for(service("ssh", LoginKind.KEY, LoginKind.PASSWORD)) is not None


def test_a_page_with_two_logins_is_not_tried_whole() -> None:
    assert is_tried_whole(service("http", LoginKind.BASIC))
    assert not is_tried_whole(service("http", LoginKind.BASIC, LoginKind.FORM))
    assert is_tried_whole(service("ssh", LoginKind.KEY, LoginKind.PASSWORD))
