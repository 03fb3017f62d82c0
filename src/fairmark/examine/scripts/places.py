"""Where a script stands: served by a started web server, started itself, or just there."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from fairmark.examine.daemons import daemons, option_values
from fairmark.examine.redaction import redacted
from fairmark.examine.scripts.language import Language
from fairmark.examine.shell import Command, Place
from fairmark.examine.startup import startup
from fairmark.examine.subject import FileFacts, Service, Subject
from fairmark.examine.uci import sections
from fairmark.model.evidence import Evidence, printable_path
from fairmark.model.finding import Reach

CONVENTIONAL = (
    *("/www", "/var/www", "/usr/www", "/home/httpd", "/home/web", "/web", "/srv/www", "/usr/share/www", "/webroot"),
    *(
        "/etc_ro/web",
        "/usr/local/www",
        "/htdocs",
        "/usr/htdocs",
        "/usr/web",
        "/opt/www",
        "/usr/lib/cgi-bin",
        "/var/htdocs",
    ),
)
_LUCI = ("/usr/lib/lua/luci/", "/usr/share/ucode/luci/", "/usr/libexec/rpcd/", "/usr/share/rpcd/ucode/")
_SETTINGS = {
    "lighttpd": ("/etc/lighttpd/lighttpd.conf", "/etc/lighttpd.conf"),
    "nginx": ("/etc/nginx/nginx.conf", "/etc/nginx/sites-enabled/default", "/etc/nginx/conf.d/default.conf"),
    "boa": ("/etc/boa/boa.conf", "/etc/boa.conf"),
    "httpd": ("/etc/httpd.conf", "/etc/httpd/conf/httpd.conf"),
    "apache2": ("/etc/apache2/apache2.conf", "/etc/apache2/sites-enabled/000-default.conf"),
    "thttpd": ("/etc/thttpd.conf", "/etc/thttpd/thttpd.conf"),
    "mini_httpd": ("/etc/mini_httpd.conf",),
    "goahead": ("/etc/goahead/route.txt",),
}
_FOLDER = re.compile(
    r"(?m)^[ \t]*(?:server\.document-root[ \t]*=[ \t]*\"(?P<lighttpd>/[^\"\n]*)\"|"
    r"(?:DocumentRoot|ScriptAlias[ \t]+\S+|Alias[ \t]+\S+)[ \t]+\"?(?P<root>/[^\s\"]*)|"
    r"root[ \t]+(?P<nginx>/[^\s;]*)|H:(?P<httpd>/\S*)|dir[ \t]*=[ \t]*(?P<thttpd>/\S*))"
)
_ALIAS_URL = re.compile(r"\"/[^\"]*\"\s*=>\s*\"(/[^\"]*)\"")
_SERVES = re.compile(
    r"\bapp\.run\s*\(|HTTPServer\s*\(|serve_forever|\.listen\s*\(|create_server\s*\(|uvicorn\.run|"
    r"\brun\s*\(\s*host|make_server\s*\(|TCPServer\s*\(|waitress"
)
_LOCAL_ONLY = re.compile(r"(?:host\s*=\s*|[(,]\s*)[\"'](?:127\.0\.0\.1|localhost|::1)[\"']")
_MESSAGES = re.compile(r"on_message|\.recv(?:from)?\s*\(|mqtt")
_INTERPRETERS = re.compile(r"(?:python[\d.]*|node|nodejs|lua[\d.]*|luajit|perl|php[\w.-]*|ucode|sh|bash|ash)")


@dataclass(frozen=True, slots=True)
class Standing:
    """How near an attacker a script lies, and what shows it."""

    reach: Reach
    chain: tuple[Evidence, ...] = ()


class Places:
    """Answers for the scripts of one subject. What starts is traced only when somebody asks."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    def standing(self, file: FileFacts, language: Language) -> Standing:
        """Return where a script stands."""
        served = self._served(file)
        if served:
            return Standing(Reach.EXPOSED, served.chain)
        started = self._started.get((file.root, file.path))
        if started is None:
            return Standing(Reach.PRESENT)
        return Standing(Reach.EXPOSED if self._listens(file, language) else Reach.STARTED, started)

    def is_page(self, file: FileFacts) -> bool:
        """Whether a file lies where web servers look, whether or not one starts."""
        folders = {folder for found in self._folders.values() for folder, _ in found}
        return file.path.startswith((*_LUCI, *(f"{folder}/" for folder in (*CONVENTIONAL, *sorted(folders))))) or (
            "/cgi-bin/" in file.path
        )

    def _served(self, file: FileFacts) -> Service | None:
        for folder, service in self._folders.get(file.root, ()):
            if file.path.startswith(folder.rstrip("/") + "/"):
                return service
        servers = self._servers.get(file.root, ())
        if servers and file.path.startswith(_LUCI):
            return servers[0]
        return None

    @staticmethod
    def _listens(file: FileFacts, language: Language) -> bool:
        text = file.text or ""
        if language is Language.SHELL:
            return False
        return (_SERVES.search(text) is not None and not _LOCAL_ONLY.search(text)) or _MESSAGES.search(text) is not None

    # Web servers ---------------------------------------------------------------------------------------

    @cached_property
    def _servers(self) -> Mapping[str, tuple[Service, ...]]:
        """The started web servers that others can reach, by root file system."""
        names = {program for program, one in daemons().items() if one.kind == "web"}
        found: dict[str, tuple[Service, ...]] = {}
        for service in self.subject.services:
            name = service.program.rpartition("/")[2]
            is_web = service.name == "http" or name in names or re.search(r"httpd?\b|web|boa", name) is not None
            if service.ports and is_web:
                found[service.root] = (*found.get(service.root, ()), service)
        return found

    @cached_property
    def _folders(self) -> Mapping[str, tuple[tuple[str, Service], ...]]:
        """The folders that each root's web servers serve. A server that does not say serves the usual ones."""
        found: dict[str, tuple[tuple[str, Service], ...]] = {}
        for root, servers in self._servers.items():
            pairs: list[tuple[str, Service]] = []
            for service in servers:
                named = tuple(dict.fromkeys(self._named_folders(service)))
                pairs += [(folder, service) for folder in (named or CONVENTIONAL) if folder != "/"]
            found[root] = tuple(pairs)
        return found

    def _named_folders(self, service: Service) -> Iterator[str]:
        """Yield the folders that options and settings of a server name."""
        name = service.program.rpartition("/")[2]
        words = service.arguments.split()
        for option in ("-h", "-d", "--home", "--document-root", "-r"):
            yield from (value for value in option_values(words, option) if value.startswith("/"))
        named = [value for option in ("-c", "-f", "-C") for value in option_values(words, option)]
        named += [f"{value.rstrip('/')}/boa.conf" for value in named]
        base = next((one for one in _SETTINGS if service.name != "http" and one == name), name)
        for path in (*named, *_SETTINGS.get(base, ()), *(_SETTINGS["httpd"] if base == "busybox" else ())):
            item = self.subject.file(path, service.root) if path.startswith("/") else None
            yield from _folders_in(item.text if item and item.text else "")
        if name == "uhttpd":
            item = self.subject.file("/etc/config/uhttpd", service.root)
            for section in sections(item.text if item and item.text else ""):
                yield from section.options.get("home", ())

    # What starts ---------------------------------------------------------------------------------------

    @cached_property
    def _started(self) -> Mapping[tuple[str, str], tuple[Evidence, ...]]:
        """The scripts that the device certainly runs when it starts, with the lines that lead to each."""
        found: dict[tuple[str, str], tuple[Evidence, ...]] = {}
        for tree in self.subject.trees:
            started = startup(self.subject, tree)
            for command in (*started.scripts, *started.commands):
                if command.certain:
                    for path in _script_paths(command):
                        item = self.subject.file(path, tree.name)
                        if item is not None and item.text is not None:
                            found.setdefault((item.root, item.path), self._chain(command.trail, tree.name))
        return found

    def _chain(self, trail: tuple[Place, ...], root: str) -> tuple[Evidence, ...]:
        chain = []
        for place in trail[:8]:
            item = self.subject.file(place.path, root)
            if item is not None:
                text = printable_path(place.text.encode("utf-8", "surrogateescape"))
                statement = "this line is run when the device starts" if place.line else text
                quote = redacted(text) if place.line else ""
                chain.append(self.subject.evidence(item, statement, line=place.line or None, quote=quote))
        return tuple(chain)


def _folders_in(text: str) -> Iterator[str]:
    for match in _FOLDER.finditer(text[:100_000]):
        yield from (value.rstrip("/") or "/" for value in match.groups() if value)
    if "alias.url" in text:
        yield from (match[1].rstrip("/") for match in _ALIAS_URL.finditer(text[:100_000]))


def _script_paths(command: Command) -> Iterator[str]:
    """Yield the paths among a command's first words that may be a script."""
    yield command.words[0]
    if _INTERPRETERS.fullmatch(command.words[0].rpartition("/")[2]):
        yield from (word for word in command.words[1:5] if word.startswith("/"))
