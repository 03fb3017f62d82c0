"""The first question of protocols whose servers wait."""

from fairmark.examine.probe import first_words as words


def test_the_questions_say_their_own_lengths() -> None:
    assert int.from_bytes(words.smb1()[:4]) == len(words.smb1()) - 4
    assert int.from_bytes(words.smb2()[:4]) == len(words.smb2()) - 4
    assert len(words.smb1()[4:36]) == 32
    assert int.from_bytes(words.modbus_identity()[4:6]) == len(words.modbus_identity()) - 6
    assert len(words.adb_connect()) == 24 + int.from_bytes(words.adb_connect()[12:16], "little")


def test_a_modbus_identity_is_read_within_its_bounds() -> None:
    objects = b"\0\x07Example\1\x06EC-100\2\x06v1.2.3"
    said = b"\x46\x4d\0\0\0\x30\1\x2b\x0e\1\1\0\0\3" + objects

    assert words.speaks_modbus(said)
    assert words.modbus_texts(said) == ("EC-100", "Example", "v1.2.3")
    assert words.speaks_modbus(b"\x46\x4d\0\0\0\3\1\xab\1")
    assert words.modbus_texts(b"\x46\x4d\0\0\0\3\1\xab\1") == ()
    assert words.modbus_texts(said[:-20]) == ("Exampl",) or words.modbus_texts(said[:-20])
    assert not words.speaks_modbus(b"HTTP/1.1 ")


def test_a_debug_bridge_that_asks_for_a_key_is_told_from_an_open_one() -> None:
    def said(name: bytes) -> bytes:
        number = int.from_bytes(name, "little")
        return name + bytes(16) + (number ^ 0xFFFFFFFF).to_bytes(4, "little")

    assert words.adb_is_open(said(b"CNXN"))
    assert words.speaks_adb(said(b"AUTH"))
    assert not words.adb_is_open(said(b"AUTH"))
    assert not words.speaks_adb(b"CNXN" + bytes(20))


def test_the_old_dialect_of_smb_is_known() -> None:
    taken = b"\0\0\0\x55\xffSMB\x72" + bytes(23) + bytes(4) + b"\x11\0\0" + bytes(30)
    newer = b"\0\0\0\x40\xfeSMB" + bytes(60)

    assert words.speaks_smb1(taken)
    assert not words.speaks_smb1(taken.replace(b"\x11\0\0", b"\x11\xff\xff"))
    assert words.speaks_smb2(newer)
    assert not words.speaks_smb1(newer)
    assert not words.speaks_smb1(b"")


def test_caches_and_stores_are_known_by_their_answers() -> None:
    by_name = {word.protocol: word for word in words.FIRST_WORDS}

    assert words.redis_is_open(b"+PONG\r\n")
    assert by_name["redis"].belongs(b"-NOAUTH Authentication required.\r\n")
    assert not words.redis_is_open(b"-NOAUTH Authentication required.\r\n")
    assert words.memcached_version(b"VERSION 1.6.9\r\n") == "1.6.9"
    assert by_name["sip"].belongs(b"SIP/2.0 200 OK\r\n")
    assert by_name["amqp"].belongs(b"AMQP\0\0\x09\1")
    assert not any(word.belongs(b"HTTP/1.1 400 Bad Request\r\n") for word in words.FIRST_WORDS)
    assert all(word.say("fe80::1") for word in words.FIRST_WORDS)
