"""Settings of cameras and of makers' own programs."""

import pytest

from fairmark.examine.detectors.vendor_settings import DETECTOR
from tests.doubles.settings import device, graded

CAM = ("/usr/bin/rtspd",)


def rtspd(text: str, path: str = "/etc/rtspd.conf") -> list[tuple[str, str]]:
    return graded(DETECTOR, device("rtspd &\n", {path: text}, programs=CAM))


@pytest.mark.parametrize(
    "text",
    [
        "[rtsp]\nauth = digest\n",
        "[rtsp]\nauth_mode = 0\n",
        "[rtsp]\nenable = 0\nauth = none\n",
        "[wifi]\nauth = open\n",
        "[rtsp]\nanonymous = 0\n",
    ],
)
def test_a_stream_with_a_login_is_no_finding(text: str) -> None:
    assert rtspd(text, "/etc/media.conf") == []


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("[rtsp]\nauth = none\n", "A"),
        ('{"stream": {"authentication": false}}', "A"),
        ("<conf><rtsp><need_auth>0</need_auth></rtsp></conf>", "A"),
        ("[rtsp]\nallow_anonymous = 1\n", "A"),
    ],
)
def test_a_stream_without_a_login_is_one(text: str, grade: str) -> None:
    assert rtspd(text) == [("video-without-login", grade)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[user]\nname=admin\npassword=admin\n", [("settings-default-password", "A")]),
        ("[user]\nname=admin\npassword=21232f297a57a5a743894a0e4a801fc3\n", [("settings-default-password", "A")]),
        ("[web]\nadmin_password=admin\n", [("settings-default-password", "A")]),
        ("[user]\nname=admin\npassword=\n", []),
        ("[user]\nname=admin\npassword=Zr81-unknown\n", []),
        ("[smtp]\nserver=mail.x.net\nuser=admin\npassword=admin\n", []),
        ("[ddns]\nuser=admin\npassword=admin\n", []),
        ("[pppoe]\nusername=guest\npassword=guest\n", []),
        ("[log]\nlevel=admin\npassword_min_length=8\n", []),
    ],
)
def test_a_login_with_a_known_default(text: str, expected: list[tuple[str, str]]) -> None:
    assert rtspd(text) == expected


def test_each_user_of_a_list_is_told_apart() -> None:
    text = '[{"username": "viewer", "password": "Zr81-unknown"}, {"username": "admin", "password": "12345"}]'

    assert rtspd(text, "/etc/rtspd.json") == [("settings-default-password", "A")]


def test_settings_that_nothing_reads_are_a_hint() -> None:
    made = device("true\n", {"/etc/cam.ini": "[rtsp]\nauth=none\n[user]\nname=admin\npassword=admin\n"})

    assert graded(DETECTOR, made) == [("settings-default-password", "C"), ("video-without-login", "C")]


def test_no_password_is_shown() -> None:
    made = device("rtspd &\n", {"/etc/rtspd.conf": "[user]\nname=root\npassword=xc3511\n"}, programs=CAM)

    found = DETECTOR.detect(made)

    assert len(found.findings) == 1
    assert "xc3511" not in found.model_dump_json()


@pytest.mark.parametrize(
    ("command", "files", "expected"),
    [
        ("motion", {"/etc/motion.conf": "stream_port 8081\nstream_localhost off\nstream_auth_method 2\n"}, []),
        (
            "motion",
            {"/etc/motion.conf": "webcontrol_port 8080\nwebcontrol_localhost off\n"},
            [("video-without-login", "A")],
        ),
        ("mjpg_streamer -o 'output_http.so -p 80 -c a:b' -i input_uvc.so", {}, []),
        ("mjpg_streamer -o 'output_http.so -p 80' -i input_uvc.so", {}, [("video-without-login", "A")]),
        ("v4l2rtspserver -P 554 /dev/video0", {}, [("video-without-login", "B")]),
        ("v4l2rtspserver -U a:b /dev/video0", {}, []),
    ],
)
def test_known_servers_of_pictures(command: str, files: dict[str, str], expected: list[tuple[str, str]]) -> None:
    program = f"/usr/bin/{command.split(maxsplit=1)[0]}"

    assert graded(DETECTOR, device(f"{command} &\n", files, programs=(program,))) == expected
