"""The programs and libraries of the example cameras: real ELF files that do nothing.

Each names the versions that its namesake would name, imports what it would import and carries
the marks of the compiler options under which it was "built". They come with a package
database in the manner of opkg, so that both ways to the list of components are open.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fairmark.demo.camera_files import BUILT, link, program, text
from fairmark.demo.elf import elf
from fairmark.demo.formats import Node

_LIBC, _SSL, _CRYPTO = "libc.so.6", "libssl.so.3", "libcrypto.so.3"
_CURL, _MOSQUITTO, _ZLIB = "libcurl.so.4", "libmosquitto.so.1", "libz.so.1"
_FREETYPE = "libfreetype.so.6"

_BASIC = (
    "__libc_start_main",
    "__stack_chk_fail",
    "exit",
    "free",
    "malloc",
    "memcpy",
    "open",
    "read",
    "strlen",
    "write",
)
_SERVER = ("accept", "bind", "listen", "recv", "send", "setsockopt", "socket")
_CLIENT = ("connect", "getaddrinfo", "recv", "send", "socket")
_TLS = ("SSL_CTX_new", "SSL_CTX_use_PrivateKey_file", "SSL_accept", "SSL_read", "SSL_write", "TLS_server_method")

# Applet: where its link lies.
_APPLETS: Mapping[str, str] = {
    **dict.fromkeys(("cat", "chgrp", "chmod", "cp", "login", "mkdir", "mktemp", "mount", "rm", "sh", "umount"), "bin"),
    **dict.fromkeys(
        ("getty", "ifconfig", "init", "reboot", "start-stop-daemon", "sysctl", "syslogd", "udhcpc"), "sbin"
    ),
    **dict.fromkeys(("sha256sum", "tail", "wget"), "usr/bin"),
    **dict.fromkeys(("crond", "flashcp"), "usr/sbin"),
}
_TELNETD = {"telnetd": "usr/sbin"}


@dataclass(frozen=True, slots=True)
class _Package:
    """One package: its program or library, what that calls by library, what it says, how big it is."""

    name: str
    version: str
    path: str
    calls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    code: int = 16_000
    hardened: bool = True
    listed: bool = True
    """Whether the package database knows it; the maker's own programs are not in it."""


_GLIBC = _Package("libc", "2.39-r0", "lib/libc.so.6", {}, ("GNU C Library stable release version 2.39.",), 220_000)
_LIBRARIES = (
    _GLIBC,
    _Package(
        "zlib", "1.3.1-r0", "usr/lib/libz.so.1", {_LIBC: ("free", "malloc", "memcpy")}, ("deflate 1.3.1 ",), 40_000
    ),
    _Package(
        "libcrypto3",
        "3.0.13-r0",
        "usr/lib/libcrypto.so.3",
        {_LIBC: ("__stack_chk_fail", "free", "malloc", "memcpy")},
        ("OpenSSL 3.0.13 30 Jan 2024",),
        320_000,
    ),
    _Package(
        "libssl3",
        "3.0.13-r0",
        "usr/lib/libssl.so.3",
        {_CRYPTO: ("EVP_DigestVerify", "EVP_EncryptInit_ex"), _LIBC: ("__stack_chk_fail", "free", "malloc")},
        ("OpenSSL 3.0.13 30 Jan 2024",),
        90_000,
    ),
    _Package(
        "libcurl4",
        "8.6.0-r0",
        "usr/lib/libcurl.so.4",
        {_SSL: ("SSL_connect", "SSL_read", "SSL_write"), _ZLIB: ("inflate",), _LIBC: ("__stack_chk_fail", *_CLIENT)},
        ("libcurl/8.6.0",),
        70_000,
    ),
    _Package(
        "libmosquitto1",
        "2.0.18-r0",
        "usr/lib/libmosquitto.so.1",
        {_SSL: ("SSL_connect", "SSL_read", "SSL_write"), _LIBC: ("__stack_chk_fail", *_CLIENT)},
        ("mosquitto version 2.0.18",),
        30_000,
    ),
)
# Writes the time into the picture: an old one, to which a flaw that is being exploited applies, and a mended one.
_FONTS = {
    flawed: _Package(
        "libfreetype6",
        f"{version}-r0",
        "usr/lib/libfreetype.so.6",
        {_ZLIB: ("inflate",), _LIBC: ("__stack_chk_fail", "free", "malloc", "memcpy")},
        ("truetype", "The FreeType Project"),
        90_000,
    )
    for flawed, version in ((True, "2.10.4"), (False, "2.13.3"))
}
_TOOLS = (
    _Package(
        "wpa-supplicant",
        "2.10-r0",
        "usr/sbin/wpa_supplicant",
        {_SSL: ("SSL_connect",), _CRYPTO: ("EVP_DigestVerify",), _LIBC: (*_BASIC, *_CLIENT)},
        ("wpa_supplicant v2.10", "random: Trying to read entropy from /dev/random"),
        120_000,
    ),
    _Package(
        "curl", "8.6.0-r0", "usr/bin/curl", {_CURL: ("curl_easy_perform",), _LIBC: _BASIC}, ("curl 8.6.0 (%s) %s",)
    ),
    _Package(
        "openssl",
        "3.0.13-r0",
        "usr/bin/openssl",
        {_SSL: ("SSL_CTX_new",), _CRYPTO: ("EVP_DigestVerify",), _LIBC: _BASIC},
        ("OpenSSL 3.0.13 30 Jan 2024",),
        60_000,
    ),
    _Package("uboot-envtools", "2024.01-r0", "usr/sbin/fw_setenv", {_LIBC: _BASIC}, ("/etc/fw_env.config",)),
)
_DROPBEAR = _Package(
    "dropbear",
    "2022.83-r0",
    "usr/sbin/dropbear",
    {_ZLIB: ("inflate", "deflate"), _LIBC: (*_BASIC, *_SERVER, "crypt")},
    ("SSH-2.0-dropbear_2022.83", "Dropbear server v%s"),
    50_000,
)
_SETUP = _Package(
    "camsetup",
    "2.0.0",
    "usr/sbin/camsetup",
    {_CRYPTO: ("RAND_bytes",), _LIBC: (*_BASIC, "crypt", "ioctl")},
    (
        "usage: camsetup --ask-password --min-length N --out FILE",
        "choose a password of at least %d characters",
        "bluetooth: waiting for the app",
    ),
    listed=False,
)


def programs(*, flawed: bool) -> tuple[Node, ...]:
    """Return every program, library and applet link of one camera, and its package database."""
    applets = {**_APPLETS, **(_TELNETD if flawed else {})}
    packages = (*_LIBRARIES, _FONTS[flawed], *_TOOLS, _busybox(applets), *_own_packages(flawed=flawed))
    packages += (_DROPBEAR,) if flawed else ()
    known = sorted((package for package in packages if package.listed), key=lambda package: package.name)
    loader = elf(soname="ld-linux-armhf.so.3", exports=("__tls_get_addr",), code_size=24_000)
    return (
        *(program(package.path, _build(package, packages)) for package in packages),
        program("lib/ld-linux-armhf.so.3", loader),
        *(link(f"{place}/{name}", _way_to_busybox(place)) for name, place in sorted(applets.items())),
        text("usr/lib/opkg/status", "".join(_status(package) for package in known)),
        *(text(f"usr/lib/opkg/info/{package.name}.list", f"/{package.path}\n") for package in known),
    )


def own_programs(*, flawed: bool) -> tuple[Node, ...]:
    """Return the maker's own programs alone: web server, video server, cloud client, set-up."""
    packages = _own_packages(flawed=flawed)
    return tuple(program(package.path, _build(package, packages)) for package in packages)


def _own_packages(*, flawed: bool) -> tuple[_Package, ...]:
    """Return the maker's own programs; the web server of the flawed camera was built without protection."""
    version = "1.0.4" if flawed else "2.0.0"
    basic = ("__libc_start_main", "exit", "fork", "free", "malloc", "popen", "sprintf", "strcpy", "strlen", "system")
    own = (*basic, *_SERVER) if flawed else (*_BASIC, "__snprintf_chk", *_SERVER)
    fonts = ("FT_Init_FreeType", "FT_New_Face", "FT_Load_Char")
    video = {_FREETYPE: fonts, _LIBC: (*_BASIC, *_SERVER, "ioctl", "mmap")}
    return (
        _Package(
            "camhttpd",
            version,
            "usr/sbin/camhttpd",
            {_SSL: _TLS, _LIBC: own},
            (
                f"Server: camhttpd/{version}",
                "HTTP/1.1 200 OK",
                "usage: camhttpd -p PORT -c FILE",
                "/var/www",
                "POST /login",
            ),
            hardened=not flawed,
            listed=False,
        ),
        _Package(
            "rtspd",
            version,
            "usr/sbin/rtspd",
            video if flawed else {_SSL: _TLS, **video},
            ("RTSP/1.0 200 OK", "DESCRIBE", "SETUP", "PLAY", "usage: rtspd -p PORT [-t DIR] -i DEVICE"),
            40_000,
            listed=False,
        ),
        _Package(
            "cloudlink",
            version,
            "usr/bin/cloudlink",
            {_MOSQUITTO: ("mosquitto_connect", "mosquitto_publish"), _LIBC: _BASIC},
            ("usage: cloudlink -c FILE",),
            listed=False,
        ),
        *(() if flawed else (_SETUP,)),
    )


def _busybox(applets: Iterable[str]) -> _Package:
    names = ("[", "[[", *sorted(applets))
    return _Package(
        "busybox",
        "1.36.1-r0",
        "bin/busybox",
        {_LIBC: (*_BASIC, *_SERVER, *_CLIENT[:2], "crypt", "execve", "fork", "mount", "waitpid")},
        ("BusyBox v1.36.1 (2024-03-01 00:00:00 UTC)", "busybox: applet not found", *names),
        180_000,
    )


def _build(package: _Package, packages: Iterable[_Package]) -> bytes:
    """Write the file of a package. A library offers whatever any of the others calls."""
    file = package.path.rsplit("/", 1)[-1]
    library = ".so." in file
    exports = sorted({name for other in packages for name in other.calls.get(file, ())}) if library else ()
    calls = [name for names in package.calls.values() for name in names]
    return elf(
        soname=file if library else None,
        needed=tuple(package.calls),
        imports=sorted(set(calls)),
        exports=exports,
        strings=package.says,
        code_size=package.code,
        pie=package.hardened,
        nx=package.hardened,
        relro="full" if package.hardened else "none",
    )


def _status(package: _Package) -> str:
    return (
        f"Package: {package.name}\n"
        f"Version: {package.version}\n"
        "Status: install ok installed\n"
        "Architecture: cortexa7hf-neon\n"
        f"Installed-Time: {BUILT}\n\n"
    )


def _way_to_busybox(place: str) -> str:
    return "busybox" if place == "bin" else "../" * (place.count("/") + 1) + "bin/busybox"
