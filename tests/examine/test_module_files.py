"""Modules that state their name and version in a small file."""

import pytest

from fairmark.examine.inventory import inventory
from fairmark.examine.module_files import modules
from tests.doubles.subjects import subject


@pytest.mark.parametrize(
    ("path", "content", "purl"),
    [
        ("/usr/lib/python3/dist-packages/PyYAML-6.0.1.dist-info/METADATA", b"Name: x", "pkg:pypi/pyyaml@6.0.1"),
        ("/usr/lib/python2.7/site-packages/six-1.12.0-py2.7.egg-info", b"Name: six", "pkg:pypi/six@1.12.0"),
        ("/app/node_modules/ws/package.json", b'{"name": "ws", "version": "8.1.0"}', "pkg:npm/ws@8.1.0"),
        ("/app/node_modules/@a/b/package.json", b'{"name": "@a/b", "version": "1.0.0"}', "pkg:npm/%40a/b@1.0.0"),
        ("/usr/lib/luarocks/rocks-5.1/lpeg/1.0.2-1/rock_manifest", b"rock_manifest = {}", "pkg:luarocks/lpeg@1.0.2"),
        ("/usr/lib/pkgconfig/acmed.pc", b"Name: acmed\nVersion: 1.4.2\n", "pkg:generic/acmed@1.4.2"),
    ],
)
def test_a_module_is_known_by_its_file(path: str, content: bytes, purl: str) -> None:
    ((component, (proof,)),) = modules(subject({path: content}))

    assert component.purl == purl
    assert proof.where.path == path


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/app/node_modules/ws/package.json", b'{"name": "other", "version": "8.1.0"}'),
        ("/app/node_modules/ws/package.json", b'{"name": "ws", "version": 8}'),
        ("/app/node_modules/ws/package.json", b'{"name": "ws"'),
        ("/app/node_modules/ws/package.json", b"[" * 5000),
        ("/app/package.json", b'{"name": "ws", "version": "8.1.0"}'),
        ("/usr/lib/pkgconfig/acmed.pc", b"Name: acmed\nVersion: @VERSION@\n"),
        ("/usr/lib/python3/METADATA", b"Name: x"),
    ],
)
def test_what_does_not_say_what_its_kind_says_is_left_out(path: str, content: bytes) -> None:
    assert list(modules(subject({path: content}))) == []


def test_a_module_that_a_package_brought_is_not_counted_twice() -> None:
    path = "/usr/lib/python3/six-1.12.0.egg-info"
    database = b"Package: python3-six\nVersion: 1.12.0-1\nStatus: install ok installed\nArchitecture: arm\n\n"
    files = {
        path: b"Name: six",
        "/usr/lib/opkg/status": database,
        "/usr/lib/opkg/info/python3-six.list": path.encode() + b"\n",
    }

    components, _ = inventory(subject(files))

    assert [one.source for one in components] == ["package database opkg"]
