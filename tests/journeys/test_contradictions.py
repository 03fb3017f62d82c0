"""What the maker says against what the image shows."""

from collections.abc import Callable

import pytest

from fairmark.demo.elf import elf
from fairmark.demo.formats import Node, cpio_newc
from tests.journeys.conftest import Camera, Run, camera

PROFILE = """\
maker: Example Cameras Ltd
device_class: camera
network: {network}
markets: [EU, UK]
economics: {{currency: USD, price_year: 2026, units_in_field: 100000, units_per_year: 40000, price: 25, margin: 0.3}}
"""
DIRECTORY, FILE, PROGRAM = 0o040755, 0o100644, 0o100755
QUIET = {
    b"bin/busybox": (PROGRAM, b"\x7fELF" + bytes(60)),
    b"etc/inittab": (FILE, b"::sysinit:/etc/init.d/rcS\n"),
    b"etc/init.d/rcS": (PROGRAM, b"#!/bin/sh\nmount -t proc proc /proc\n"),
    b"etc/passwd": (FILE, b"root:x:0:0:root:/root:/bin/sh\n"),
    b"etc/shadow": (0o100600, b"root:!:19000:0:99999:7:::\n"),
    b"sbin/init": (PROGRAM, b"\x7fELF" + bytes(60)),
}


def image(files: dict[bytes, tuple[int, bytes]]) -> bytes:
    folders = sorted({path.rsplit(b"/", 1)[0] for path in files} | {b"etc"})
    return cpio_newc(
        [Node(path=folder, mode=DIRECTORY) for folder in folders]
        + [Node(path=path, mode=mode, data=data) for path, (mode, data) in sorted(files.items())]
    )


def external(one: Camera) -> float:
    return float(one.assessment["risk"]["external"]["mean"])


@pytest.fixture(scope="module")
def make(fairmark: Callable[..., Run], tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes, str], Camera]:
    def build(content: bytes, network: str) -> Camera:
        return camera(tmp_path_factory.mktemp("device"), fairmark, content, PROFILE.format(network=network).encode())

    return build


def test_a_camera_with_cloud_clients_that_claims_to_be_isolated_keeps_the_generic_price_and_gets_a_finding(
    flawed: Camera, make: Callable[[bytes, str], Camera]
) -> None:
    content = flawed.image.read_bytes()

    liar, honest = make(content, "isolated"), make(content, "internet_exposed")

    assert "network-contradicts-claim" in {finding["rule"] for finding in liar.assessment["findings"]}
    assert "network-contradicts-claim" not in {finding["rule"] for finding in honest.assessment["findings"]}
    assert external(liar) >= 0.8 * external(honest)
    assert "network" in {assumption["field"] for assumption in liar.assessment["risk"]["assumptions"]}


def test_a_truly_isolated_camera_costs_less(make: Callable[[bytes, str], Camera]) -> None:
    content = image(QUIET)

    isolated, exposed = make(content, "isolated"), make(content, "internet_exposed")

    assert "network-contradicts-claim" not in {finding["rule"] for finding in isolated.assessment["findings"]}
    assert external(isolated) < external(exposed)


def test_an_image_without_any_account_database_leaves_the_password_provision_inconclusive(
    make: Callable[[bytes, str], Camera],
) -> None:
    bare = {path: entry for path, entry in QUIET.items() if path not in {b"etc/passwd", b"etc/shadow"}}

    assert make(image(bare), "behind_nat").verdict("en303645", "5.1-1")["outcome"] == "INCONCLUSIVE"


def test_a_telnet_script_without_a_telnet_program_raises_no_service_finding(
    make: Callable[[bytes, str], Camera],
) -> None:
    script = b"#!/bin/sh\nmount -t proc proc /proc\n/usr/sbin/telnetd -l /bin/sh\ntelnetd &\n"
    ghost = make(image(QUIET | {b"etc/init.d/rcS": (PROGRAM, script)}), "behind_nat")

    assert not [f for f in ghost.assessment["findings"] if f["rule"].startswith("service-")]


def test_the_same_script_with_the_program_is_a_proven_finding(
    make: Callable[[bytes, str], Camera], flawed: Camera
) -> None:
    script = b"#!/bin/sh\nmount -t proc proc /proc\n/usr/sbin/telnetd -l /bin/sh\n"
    real = make(
        image(QUIET | {b"etc/init.d/rcS": (PROGRAM, script), b"usr/sbin/telnetd": (PROGRAM, elf())}), "behind_nat"
    )

    (finding,) = [f for f in real.assessment["findings"] if f["rule"] == "service-telnet-started"]
    assert (finding["confidence"], finding["reach"]) == ("A", "exposed")
