"""The two example cameras: what was planted is there, what was mended is gone, the rest is equal."""

import hashlib
import re
import stat
from functools import cache

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from fairmark.demo.camera import fixed_image, flawed_image
from fairmark.demo.camera_files import FIXED_VERSION, FLAWED_VERSION
from fairmark.demo.pair import PAIR
from fairmark.examine.blob import Blob
from fairmark.examine.elf import Elf, read_elf
from fairmark.examine.extract import Extraction, extract
from fairmark.examine.limits import Limits
from fairmark.examine.tree import Kind, Tree
from fairmark.model.device import Device, Network
from fairmark.model.yaml_text import parse_yaml

MAKE = {"flawed": flawed_image, "fixed": fixed_image}
BOTH = sorted(MAKE)


@cache
def _image(twin: str) -> bytes:
    return MAKE[twin]()


@cache
def _opened(twin: str) -> Extraction:
    return extract(Blob(_image(twin)), limits=Limits(), clock=lambda: 0.0)


def _root(twin: str) -> Tree:
    main = _opened(twin).main
    assert main is not None
    return main


def _read(twin: str, path: str) -> str:
    tree = _root(twin)
    entry = tree.get(path)
    assert entry is not None, path
    return tree.read(entry).decode()


def _elves(twin: str) -> dict[str, Elf]:
    tree = _root(twin)
    read = {entry.printable: read_elf(tree.read(entry)) for entry in tree.files()}
    return {path: seen for path, seen in read.items() if seen is not None}


def _everything(twin: str) -> bytes:
    return b"\0".join(tree.read(entry) for tree in _opened(twin).trees for entry in tree.files())


@pytest.mark.parametrize("twin", BOTH)
def test_the_same_bytes_every_time(twin: str) -> None:
    assert hashlib.sha256(MAKE[twin]()).digest() == hashlib.sha256(_image(twin)).digest()


@pytest.mark.parametrize("twin", BOTH)
def test_an_image_is_small(twin: str) -> None:
    assert 100 * 1024 <= len(_image(twin)) <= 2 * 1024 * 1024


@pytest.mark.parametrize("twin", BOTH)
def test_an_image_opens_to_the_last_container_without_a_gap(twin: str) -> None:
    opened = _opened(twin)

    assert {"trx", "uimage", "gzip", "squashfs", "cpio"} <= {container.kind for container in opened.containers}
    assert not opened.gaps
    assert len(opened.trees) == 2


@pytest.mark.parametrize("twin", BOTH)
def test_every_program_reads_to_its_end_and_finds_its_libraries(twin: str) -> None:
    programs = _elves(twin)

    sonames = {seen.soname for seen in programs.values()}
    needed = {name for seen in programs.values() for name in seen.needed}
    assert len(programs) >= 14
    assert not [path for path, seen in programs.items() if seen.damaged]
    assert needed <= sonames


@pytest.mark.parametrize("twin", BOTH)
def test_every_link_leads_to_a_file(twin: str) -> None:
    tree = _root(twin)
    links = [entry for entry in tree.entries() if entry.kind is Kind.SYMLINK]

    assert links
    assert not [entry.printable for entry in links if tree.get(entry.path) is None]


@pytest.mark.parametrize("twin", BOTH)
def test_every_file_belongs_to_root_and_is_written_by_root_alone(twin: str) -> None:
    files = _root(twin).files()

    assert {(entry.uid, entry.gid) for entry in files} == {(0, 0)}
    assert not [entry.printable for entry in files if entry.mode & (stat.S_IWGRP | stat.S_IWOTH)]


def test_the_flawed_camera_starts_telnet() -> None:
    assert "/usr/sbin/telnetd -p 23" in _read("flawed", "/etc/init.d/S50telnetd")
    assert "S??*" in _read("flawed", "/etc/init.d/rcS")
    target = _root("flawed").get("/usr/sbin/telnetd")
    assert target is not None
    assert target.printable == "/bin/busybox"
    assert b"\0telnetd\0" in _root("flawed").read(target)


def test_the_fixed_camera_has_no_trace_of_telnet() -> None:
    paths = " ".join(entry.printable for entry in _root("fixed").entries())

    assert "telnet" not in paths
    assert b"telnetd" not in _everything("fixed")


def test_the_factory_password_is_there_as_a_hash_alone() -> None:
    root = _read("flawed", "/etc/shadow").splitlines()[0].split(":")

    assert root[1].startswith("$1$")
    # The plain password, as its own characters turned round: it stands in no image.
    assert "1153cx"[::-1].encode() not in _everything("flawed") + _everything("fixed")


def test_the_fixed_camera_lets_nobody_in_before_the_owner_chose_a_password() -> None:
    fields = [line.split(":") for line in _read("fixed", "/etc/shadow").splitlines()]

    assert {row[1] for row in fields} == {"!", "*"}
    assert "--ask-password" in _read("fixed", "/usr/sbin/first-boot")


def test_the_flawed_camera_holds_a_short_private_key_and_its_certificate() -> None:
    key = load_pem_private_key(_read("flawed", "/etc/ssl/server.key").encode(), None)
    certificate = load_pem_x509_certificate(_read("flawed", "/etc/ssl/server.crt").encode())

    assert getattr(key, "key_size", 0) == 1024
    assert certificate.public_key() == key.public_key()


def test_the_fixed_camera_holds_public_keys_alone() -> None:
    assert not re.search(rb"PRIVATE KEY", _everything("fixed"))
    assert load_pem_public_key(_read("fixed", "/etc/ssl/update.pub").encode())


def test_the_flawed_update_comes_over_http_and_is_not_checked() -> None:
    script = _read("flawed", "/usr/sbin/fwupdate")

    assert "http://updates.camera.example/fw.bin" in script
    assert "flashcp" in script
    assert "verify" not in script


def test_the_fixed_update_is_checked_before_it_is_written() -> None:
    script = _read("fixed", "/usr/sbin/fwupdate")

    assert "http://" not in script
    assert 0 < script.index("https://") < script.index("openssl dgst -sha256 -verify") < script.index("flashcp")
    assert "/usr/sbin/fwupdate" in _read("fixed", "/etc/crontabs/root")


def test_the_web_server_is_what_differs_in_protection() -> None:
    def unprotected(twin: str) -> list[str]:
        marks = {path: (seen.nx, seen.relro) for path, seen in _elves(twin).items()}
        return [path for path, mark in marks.items() if mark != (True, "full")]

    flawed, fixed = _elves("flawed")["/usr/sbin/camhttpd"], _elves("fixed")["/usr/sbin/camhttpd"]

    assert unprotected("flawed") == ["/usr/sbin/camhttpd"]
    assert unprotected("fixed") == []
    assert (flawed.pie, flawed.canary, flawed.listens) == (False, False, True)
    assert (fixed.pie, fixed.canary, fixed.listens) == (True, True, True)


def test_the_fixed_services_have_users_of_their_own() -> None:
    users = [_read("fixed", f"/etc/init.d/{name}") for name in ("S60camhttpd", "S61rtspd", "S70cloudlink")]

    assert all(re.search(r"-c (www|stream|cloud):", script) for script in users)
    assert "-c www" not in _read("flawed", "/etc/init.d/S60camhttpd")


@pytest.mark.parametrize("twin", BOTH)
def test_the_package_database_lists_what_is_there(twin: str) -> None:
    packages = re.findall(r"^Package: (.+)$", _read(twin, "/usr/lib/opkg/status"), re.MULTILINE)
    files = [_read(twin, f"/usr/lib/opkg/info/{name}.list").split() for name in packages]

    assert len(packages) >= 10
    assert all(_root(twin).get(path) for paths in files for path in paths)


@pytest.mark.parametrize("twin", BOTH)
def test_the_kernel_says_its_version(twin: str) -> None:
    assert any(b"Linux version 5.10.209 " in loose.blob.read(0, loose.blob.size) for loose in _opened(twin).loose)


def test_the_profiles_fit_the_images() -> None:
    flawed, fixed = (Device.model_validate(parse_yaml(example.profile())) for example in PAIR)

    assert (flawed.firmware_version, fixed.firmware_version) == (FLAWED_VERSION, FIXED_VERSION)
    assert flawed.economics == fixed.economics
    assert flawed.network is fixed.network is Network.INTERNET_EXPOSED
    assert (flawed.facts["update.automatic"], fixed.facts["update.automatic"]) == (False, True)
