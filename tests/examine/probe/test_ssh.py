"""What an SSH server says in clear."""

import pytest

from fairmark.examine.probe import ssh


def offer(*lists: str) -> bytes:
    names = (*lists, *("",) * (10 - len(lists)))
    return b"\x14" + bytes(16) + b"".join(len(one).to_bytes(4) + one.encode() for one in names) + bytes(5)


def packet(payload: bytes) -> bytes:
    return (len(payload) + 5).to_bytes(4) + b"\4" + payload + bytes(4)


def test_the_banner_may_stand_behind_other_lines() -> None:
    banner = ssh.read_banner(b"welcome\r\nSSH-2.0-dropbear_2019.78\r\nrest")

    assert banner == ssh.Banner(b"SSH-2.0-dropbear_2019.78", b"rest")
    assert banner.text == "SSH-2.0-dropbear_2019.78"


@pytest.mark.parametrize(
    "data", [b"", b"SSH-2.0-x", b"220 ftp\r\n", b"x\n" * 500 + b"SSH-2.0-x\n", b"S" * 20_000 + b"\n"]
)
def test_what_holds_no_banner_has_none(data: bytes) -> None:
    assert ssh.read_banner(data) is None


def test_broken_algorithms_are_named_and_sound_ones_are_not() -> None:
    weak = ssh.read_offer(
        offer("diffie-hellman-group1-sha1", "ssh-dss", "3des-cbc", "aes128-ctr", "hmac-md5", "hmac-sha2-256")
    )
    sound = ssh.read_offer(
        offer("curve25519-sha256", "ssh-ed25519", "aes128-ctr", "aes128-ctr", "hmac-sha2-256", "hmac-sha1")
    )

    assert weak
    assert weak.broken == ("3des-cbc", "diffie-hellman-group1-sha1", "hmac-md5", "ssh-dss")
    assert sound
    assert sound.broken == ()


def test_a_packet_is_read_within_its_bounds() -> None:
    whole = packet(offer("a"))

    assert ssh.read_packet(whole) == offer("a")
    assert ssh.packet_is_whole(whole)
    assert not ssh.packet_is_whole(whole[:-1])
    assert ssh.read_packet(whole[:-1]) is None
    assert ssh.read_packet(b"\x7f\xff\xff\xff\4abc") is None
    assert ssh.read_packet(b"\0\0\0\x0c\xff" + bytes(11)) is None
    assert ssh.packet_is_whole(b"\x7f\xff\xff\xff\4")


@pytest.mark.parametrize("payload", [b"", b"\x15", offer("a")[:30], b"\x14" + bytes(16) + b"\xff\xff\xff\xff"])
def test_what_is_no_offer_is_none(payload: bytes) -> None:
    assert ssh.read_offer(payload) is None
