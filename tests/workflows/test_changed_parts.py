import pytest

from fairmark.model.assessment import Assessment
from fairmark.model.finding import Reach
from fairmark.model.image import Component, Coverage
from fairmark.model.listing import Folder
from fairmark.model.service import Port, Service
from fairmark.workflows import changed_parts
from fairmark.workflows.changed_parts import components, files, keys, services
from tests.doubles.assessments import assessment, evidence


def held(**folders: dict[str, str]) -> Assessment:
    made = tuple(Folder(path=f"/{name}" if name != "top" else "/", files=one) for name, one in folders.items())
    return assessment(files=made)


def test_files_are_added_gone_changed_or_have_other_rights() -> None:
    old = held(etc={"a": "0644 1", "b": "0644 2", "c": "0644 3", "d": "0644 4"}, top={"init": "0755 5"})
    new = held(etc={"a": "0644 1", "b": "0644 9", "c": "4755 3", "e": "0644 6"}, top={"init": "0755 5"})

    found = files(old, new)

    assert (found.added, found.gone, found.changed) == (("/etc/e",), ("/etc/d",), ("/etc/b",))
    assert found.rights == ("/etc/c: 0644 -> 4755",)
    assert (found.same, found.known) == (2, True)


def test_without_a_listing_nothing_is_said_of_files() -> None:
    assert not files(assessment(), held(etc={"a": "0644 1"})).known


def test_an_image_without_files_is_known_to_have_none() -> None:
    empty = assessment(coverage=Coverage(files=0))

    assert files(empty, held(etc={"a": "0644 1"})).added == ("/etc/a",)


def test_more_changes_than_a_reader_wants_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changed_parts, "MOST_NAMED", 2)

    found = files(held(etc={"x": "0644 1"}), held(etc={str(number): "0644 1" for number in range(5)}))

    assert (len(found.added), found.left_out) == (2, 3)


def of(*parts: tuple[str, str]) -> Assessment:
    return assessment(components=tuple(Component(name=name, version=version, source="s") for name, version in parts))


def test_components_come_go_and_move_up_or_down() -> None:
    old = of(("a", "1.9"), ("b", "2.0"), ("c", "1"), ("d", "1"), ("e", ""), ("f", "1"))
    new = of(("a", "1.10"), ("b", "1.9"), ("c", "1"), ("e", "3"), ("f", "1"), ("f", "2"), ("g", "1"))

    found = components(old, new)

    assert found.newer == ("a 1.9 -> 1.10",)
    assert found.older == ("b 2.0 -> 1.9",)
    assert found.changed == ("e of unknown version -> 3", "f 1 -> 1 and 2")
    assert (found.added, found.gone, found.same) == (("g 1",), ("d 1",), 1)


def service(name: str, *ports: int, user: str = "root") -> Service:
    waits = tuple(Port(protocol="tcp", number=port) for port in ports)
    return Service(name=name, program=f"/usr/sbin/{name}", user=user, ports=waits, reach=Reach.STARTED)


def test_services_start_stop_and_change_port_or_user() -> None:
    old = assessment(services=(service("telnet", 23), service("http", 80), service("ssh", 22)))
    new = assessment(services=(service("http", 443, user="www"), service("ssh", 22), service("cron")))

    found = services(old, new)

    assert found.added == ("cron (/usr/sbin/cron) no port as root",)
    assert found.gone == ("telnet (/usr/sbin/telnet) tcp/23 as root",)
    assert found.changed == ("http (/usr/sbin/http) tcp/80 as root -> tcp/443 as www",)
    assert found.same == 1


def test_keys_are_told_apart_by_their_public_part() -> None:
    def with_key(digest: str, path: str) -> Assessment:
        return assessment(
            evidence=(evidence(path, f"private key, RSA; SHA-256 of its public part {digest * 64}"),),
            findings=(),
            observations=(),
            facts=(),
        )

    moved = keys(with_key("a", "/etc/key"), with_key("a", "/etc/other"))
    replaced = keys(with_key("a", "/etc/key"), with_key("b", "/etc/key"))

    assert (moved.added, moved.gone, moved.same) == ((), (), 1)
    assert replaced.added == (f"{'b' * 64} in /etc/key",)
    assert replaced.gone == (f"{'a' * 64} in /etc/key",)
