"""RTSP: whether a camera gives its stream to anybody (RFC 2326; the messages are those of ``web``)."""

import re

from fairmark.examine.probe.web import Message

# Paths under which common cameras keep their first stream. A stream at another path is not found, and nothing is
# said of it.
PATHS = (
    "/",
    "/live",
    "/live.sdp",
    "/stream1",
    "/h264",
    "/Streaming/Channels/101",
    "/cam/realmonitor?channel=1&subtype=0",
)
_MEDIA = re.compile(rb"(?m)^m=(?:video|audio|application) ")


def options(host: str, port: int) -> bytes:
    """Ask what the server can do; every RTSP server answers it."""
    return f"OPTIONS rtsp://{_named(host)}:{port}/ RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: fairmark\r\n\r\n".encode()


def describe(host: str, port: int, path: str, *, authorization: str = "") -> bytes:
    """Ask for the description of a stream. Nothing is set up or played."""
    more = f"Authorization: {authorization}\r\n" if authorization else ""
    return (
        f"DESCRIBE rtsp://{_named(host)}:{port}{path} RTSP/1.0\r\nCSeq: 2\r\nAccept: application/sdp\r\n"
        f"User-Agent: fairmark\r\n{more}\r\n"
    ).encode()


def gives_stream(message: Message) -> bool:
    """Whether a description of media came without a login."""
    return message.protocol == "RTSP" and message.status == 200 and bool(_MEDIA.search(message.body))


def _named(host: str) -> str:
    return f"[{host}]" if ":" in host else host
