"""What the settings of the usual web servers say, brought into one form: sites, their folders, logins and TLS.

lighttpd, nginx, Apache, boa, uhttpd and busybox's httpd each write the same few things in their own way;
the detector wants only the things.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fairmark.examine.configs.blocks import Node, angles, assignments, braces
from fairmark.examine.configs.lines import Setting, directives, is_on, last, numbered
from fairmark.examine.configs.running import Running, Started
from fairmark.examine.configs.sections import uci
from fairmark.examine.configs.tls_words import old_versions, weak_ciphers
from fairmark.examine.subject import FileFacts

_MOST_FILES = 200
_LOCAL = re.compile(r"(?:127\.[0-9.]+|localhost|\[::1\])(?::\d+)?|unix:.*|/.*")
_MIN_PROTOCOL = re.compile(r"\"?MinProtocol\"?\s*=>\s*\"([^\"]*)\"")
_PROTOCOL = re.compile(r"\"?(?<!Min)(?<!Max)Protocol\"?\s*=>\s*\"([^\"]*)\"")
_ALIAS = re.compile(r"=>\s*\"(/[^\"]*)\"")
_CIPHERS = re.compile(r"\"?Cipher(?:String|s)\"?\s*=>\s*\"([^\"]*)\"")


@dataclass(slots=True)
class Web:
    """What one web server was told. Each part is the settings that say so."""

    folders: list[Setting] = field(default_factory=list)
    """Folders whose content is served without a login; ``value`` is the path."""
    listings: list[Setting] = field(default_factory=list)
    status_pages: list[Setting] = field(default_factory=list)
    user_files: list[Setting] = field(default_factory=list)
    """Files of users and passwords; ``value`` is the path."""
    old_tls: list[tuple[Setting, list[str]]] = field(default_factory=list)
    has_login: Setting | None = None
    has_tls: bool = False


# lighttpd ----------------------------------------------------------------------------------------


def lighttpd(started: Started, file: FileFacts) -> Web:
    """Read lighttpd.conf with what it includes."""
    settings: list[Setting] = []
    for part in _lighttpd_files(started, file):
        settings += assignments(part)
    web = Web()
    guarded = [one for one in settings if one.name == "auth.require" and len(one.value) > 3]
    web.has_login = guarded[0] if guarded else None
    web.has_tls = is_on(settings, "ssl.engine") or any('"443"' in one.section for one in settings)
    modules = " ".join(one.value for one in settings if one.name == "server.modules")
    for one in settings:
        if one.name in {"dir-listing.activate", "server.dir-listing"} and one.is_on:
            web.listings.append(one)
        elif one.name == "server.document-root" and not guarded:
            web.folders.append(one)
        elif one.name == "alias.url" and not guarded:
            web.folders += [Setting(one.file, one.line, one.name, path) for path in _ALIAS.findall(one.value)]
        elif one.name == "status.status-url" and one.value and "mod_status" in modules:
            if "remoteip" not in one.section.lower() and not guarded:
                web.status_pages.append(one)
        elif re.fullmatch(r"auth\.backend\.\w+\.userfile", one.name):
            web.user_files.append(one)
    web.old_tls = _lighttpd_tls(settings) if web.has_tls else []
    return web


def _lighttpd_files(started: Started, file: FileFacts) -> list[FileFacts]:
    files = [file]
    for number, one in enumerate(files):
        if number > _MOST_FILES:
            break
        for _, line in numbered(one):
            match = re.match(r"include(_shell)?\s+\"([^\"]*)\"", line)
            if match:
                pattern = "/etc/lighttpd/conf-enabled/*.conf" if match[1] else match[2]
                files += [extra for extra in started.included(one, pattern) if extra not in files]
    return files


def _lighttpd_tls(settings: Sequence[Setting]) -> list[tuple[Setting, list[str]]]:
    found: list[tuple[Setting, list[str]]] = []
    for one in settings:
        if one.name in {"ssl.use-sslv2", "ssl.use-sslv3"} and one.is_on:
            found.append((one, [one.name.removeprefix("ssl.use-")]))
        elif one.name == "ssl.openssl.ssl-conf-cmd":
            lowest, listed, ciphers = (p.search(one.value) for p in (_MIN_PROTOCOL, _PROTOCOL, _CIPHERS))
            weak = old_versions(lowest[1]) if lowest else old_versions(listed[1]) if listed else []
            found.append((one, [*weak, *(weak_ciphers(ciphers[1]) if ciphers else [])]))
        elif one.name == "ssl.cipher-list":
            found.append((one, weak_ciphers(one.value)))
    return [(one, weak) for one, weak in found if weak]


# nginx -------------------------------------------------------------------------------------------


def nginx(started: Started, file: FileFacts) -> Web:
    """Read nginx.conf with what it includes. What a block does not set holds as the block around it has it."""
    root = braces(file)
    _nginx_includes(started, root, [file])
    web = Web()
    for http in [node for node in root.walk() if node.name == "http" and node.is_block] or [root]:
        for server in [node for node in http.walk() if node.name == "server" and node.is_block]:
            _nginx_server(web, http, server)
    return web


def _nginx_includes(started: Started, node: Node, files: list[FileFacts]) -> None:
    """Put what is included where it is included."""
    for one in list(node.inside):
        if one.is_block:
            _nginx_includes(started, one, files)
        elif one.name == "include" and len(one.words) > 1:
            path = one.words[1] if one.words[1].startswith("/") else f"/etc/nginx/{one.words[1]}"
            for extra in started.included(one.file, path):
                if len(files) < _MOST_FILES and files.count(extra) < 2:
                    files.append(extra)
                    inner = braces(extra)
                    _nginx_includes(started, inner, files)
                    node.inside += inner.inside


def _nginx_server(web: Web, http: Node, server: Node) -> None:
    listens = server.all("listen")
    if listens and all(_LOCAL.fullmatch(node.words[1]) for node in listens if len(node.words) > 1):
        return
    has_tls = any("ssl" in node.words for node in listens) or any("on" in node.words for node in server.all("ssl"))
    web.has_tls = web.has_tls or has_tls
    if has_tls:
        for name, weak in (("ssl_protocols", old_versions), ("ssl_ciphers", weak_ciphers)):
            node = server.last(name) or http.last(name)
            found = weak(" ".join(node.words[1:])) if node else []
            if node and found:
                web.old_tls.append((node.setting, found))
    for chain in _nginx_places(server, (http, server)):
        _nginx_place(web, chain)


def _nginx_places(block: Node, chain: tuple[Node, ...]) -> Iterator[tuple[Node, ...]]:
    yield chain
    for inner in block.all("location", "if"):
        if inner.is_block:
            yield from _nginx_places(inner, (*chain, inner))


def _nginx_place(web: Web, chain: tuple[Node, ...]) -> None:
    here = chain[-1]
    for node in here.all("auth_basic_user_file"):
        web.user_files.append(node.setting)
        web.has_login = web.has_login or node.setting
    login = _held(chain, "auth_basic")
    guarded = (login is not None and "off" not in login.words) or _held(chain, "auth_request", "auth_jwt") is not None
    limits = next((rules for node in reversed(chain) if (rules := node.all("allow", "deny"))), [])
    if guarded or here.all("internal") or any(node.name == "deny" for node in limits):
        return
    web.status_pages += [node.setting for node in here.all("stub_status") if "off" not in node.words]
    listing = _held(chain, "autoindex")
    if listing and "on" in listing.words and listing.setting not in web.listings:
        web.listings.append(listing.setting)
    web.folders += [node.setting for node in here.all("root", "alias")]


def _held(chain: tuple[Node, ...], *names: str) -> Node | None:
    return next((found for node in reversed(chain) if (found := node.last(*names))), None)


# Apache ------------------------------------------------------------------------------------------


def apache(started: Started, file: FileFacts) -> Web:
    """Read apache2.conf or httpd.conf with what it includes."""
    files = [file]
    web = Web()
    nodes: list[Node] = []
    for number, one in enumerate(files):
        if number > _MOST_FILES:
            break
        root = angles(one)
        nodes.append(root)
        for node in root.walk():
            if node.name in {"include", "includeoptional"} and len(node.words) > 1:
                path = (
                    node.words[1]
                    if node.words[1].startswith("/")
                    else f"{file.path.rpartition('/')[0]}/{node.words[1]}"
                )
                files += [extra for extra in started.included(one, path) if extra not in files]
    everything = [node for root in nodes for node in root.walk()]
    web.has_tls = any(node.name == "sslengine" and "on" in node.words for node in everything)
    for node in everything:
        _apache_node(web, node)
    modules = [node for node in everything if node.name == "loadmodule" or "mods-enabled/*.load" in node.words]
    if modules and not any("autoindex_module" in node.words for node in modules):
        web.listings = []
    return web


def _apache_node(web: Web, node: Node) -> None:
    setting = node.setting
    if node.name == "authuserfile":
        web.user_files.append(setting)
        web.has_login = web.has_login or setting
    elif node.name == "sslprotocol" and web.has_tls and old_versions(setting.value):
        web.old_tls.append((setting, old_versions(setting.value)))
    elif node.name == "sslciphersuite" and web.has_tls and weak_ciphers(setting.value):
        web.old_tls.append((setting, weak_ciphers(setting.value)))
    elif node.is_block and not _apache_guarded(node):
        for one in node.inside:
            words = {word.lower() for word in one.words[1:]}
            if one.name == "options" and words & {"indexes", "+indexes"}:
                web.listings.append(one.setting)
            elif one.name == "sethandler" and words & {"server-status", "server-info"}:
                web.status_pages.append(one.setting)
    if node.name == "documentroot":
        web.folders.append(setting)


def _apache_guarded(block: Node) -> bool:
    for node in block.inside:
        words = {word.lower() for word in node.words[1:]}
        if (node.name == "require" and "granted" not in words) or (
            node.name in {"deny", "allow"} and "all" not in words
        ):
            return True
        if node.name == "deny" and "all" in words:
            return True
    return False


# Small servers -----------------------------------------------------------------------------------


def boa(started: Started, file: FileFacts) -> Web:
    """Read boa.conf. It lists folders only with the program that DirectoryMaker names."""
    settings = directives(file)
    web = Web(folders=[one for one in settings if one.name == "documentroot"])
    maker = last(settings, "directorymaker")
    world = started.world(file.root)
    if maker and world and world.test("-x", maker.value):
        web.listings.append(maker)
    for one in settings:
        if one.name == "auth" and len(one.words) > 1:
            web.user_files.append(Setting(one.file, one.line, one.name, one.words[1]))
            web.has_login, web.folders = one, []
    return web


def uhttpd(started: Started, run: Running | None, file: FileFacts) -> Web:
    """Read /etc/config/uhttpd. Folders are listed unless no_dirlists is set."""
    web = Web()
    guarded = started.text_file("/etc/httpd.conf", file.root) is not None
    for section in uci(file):
        if section.type != "uhttpd":
            continue
        home, listing = section.get("home"), section.get("no_dirlists")
        web.folders += [home] if home and not guarded else []
        web.has_tls = web.has_tls or bool(section.value("listen_https"))
        flag = run is not None and run.has("-D")
        if listing and listing.is_off and not flag:
            web.listings.append(listing)
    return web
