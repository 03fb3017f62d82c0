"""Accounts: default, empty, fixed and weakly stored passwords in the account databases of the image."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from fairmark.examine.daemons import daemons
from fairmark.examine.known_defaults import Default, known_defaults
from fairmark.examine.redaction import HIDDEN
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.script_passwords import written_passwords
from fairmark.examine.services import trace
from fairmark.examine.subject import FileFacts, Service, Subject
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Finding, Observation, Reach, SeenFact, Severity

DEFAULT_PASSWORD = Rule(
    id="account-default-password",
    title="An account opens with a known default password",
    weakness="default-password",
    severity=Severity.HIGH,
    what="The stored hash of an account was opened with an entry of the list of known defaults. Worms try these first.",
    false_positives="A copy of the database that no program reads (kept as an example) is reported all the same.",
    fix="Give every unit a password of its own, or have the owner set one before any service starts.",
    cwe="CWE-1392",
    references=("CWE-798", "ETSI EN 303 645 provision 5.1-1"),
)
EMPTY_PASSWORD = Rule(
    id="account-empty-password",
    title="An account with a login shell has no password",
    weakness="empty-password",
    severity=Severity.HIGH,
    what="The password field of an account with a login shell is empty: whoever reaches a login prompt is in.",
    false_positives="A start script that this examination could not follow may set a password at first boot.",
    fix="Lock the account ('!' in its password field), or have the owner set a password before any service starts.",
    cwe="CWE-258",
    references=("ETSI EN 303 645 provision 5.1-1",),
)
UNIVERSAL_PASSWORD = Rule(
    id="account-universal-password",
    title="An account has a fixed password that all units share",
    weakness="default-password",
    severity=Severity.MEDIUM,
    what="The image holds the hash of a password that no list entry opens. The image is the same for all units, and so "
    "is the password, unless something sets another one at first boot.",
    false_positives="Devices whose first boot replaces the database by one with a password of the unit's own.",
    fix="Lock the account in the image and set a password of the unit's own at production or at first boot.",
    cwe="CWE-798",
    references=("ETSI EN 303 645 provision 5.1-1",),
)
WEAK_HASH = Rule(
    id="account-weak-hash",
    title="A password is stored as a hash that falls to a common computer",
    weakness="weak-password-hash",
    severity=Severity.LOW,
    what="DES and MD5 crypt hashes are tried by the million a second on one graphics card.",
    false_positives="None known; an account that is locked is not reported.",
    fix="Store passwords as yescrypt, bcrypt or SHA-512 crypt with at least 100,000 rounds.",
    cwe="CWE-916",
)
CREDENTIAL_IN_CONFIG = Rule(
    id="credential-in-config",
    title="A user file of a server holds a password in clear",
    weakness="hardcoded-secret",
    severity=Severity.MEDIUM,
    what="A password file of a web server or broker holds a password that can be read by whoever has the image.",
    false_positives="Sample files of the server that its settings do not name.",
    fix="Take the file out of the image; create it at first boot with a password of the unit's own, hashed.",
    cwe="CWE-256",
)

_DATABASE_NAME = re.compile(
    r"(?P<kind>(?:master\.)?(?:passwd|shadow))(?:-|\.(?:bak|orig|default|def|dist|org|old|save|ro|factory))?"
)
_DATABASE_FOLDER = re.compile(
    r"(?:/[\w.-]+){0,3}/(?:etc|etc_ro|etc\.ro|default|defaults|config|rom)|/etc/[\w.-]+|/etc_ro/[\w.-]+|/rom|/default"
)
_DOCUMENTATION = re.compile(
    r"/usr/(?:local/)?(?:share|lib/python)/|/(?:doc|docs|man|tests?|examples?|pam\.d|bash-completion|cron\.\w+)/"
)
_USER_FILE = re.compile(
    r"\.?htpasswd\w*|lighttpd\.(?:user|users|passwd)|nginx\.(?:user|users|passwd)|boa\.(?:user|users|passwd)|"
    r"(?:httpd|web|webui)\.(?:user|users|passwd)|mosquitto\.(?:user|users|passwd|pwd)|mosquitto_passwd|pwfile"
)
_NOLOGIN = re.compile(r"/(?:false|nologin|true|sync|shutdown|halt)")
_HASHED = re.compile(r"\$\w+\$.+|\{S?SHA\d*\}.+|\{PLAIN\}\$.+|[./0-9A-Za-z]{13}|[0-9a-f]{32}|[0-9a-f]{64}|[!*x].*|")
_WEAK = re.compile(r"[./0-9A-Za-z]{13}|\$1\$.+")
_SETS_PASSWORD = re.compile(
    r"\b(?:chpasswd|usermod\s+(?:\S+\s+)*-p|passwd\s+(?:-\w+\s+)*(?:root|admin|\"?\$)|mkpasswd|cryptpw)\b|>>?\s*/etc/shadow"
)
_TOUCHES_ACCOUNTS = re.compile(
    r"\b(?:chpasswd|adduser|useradd|usermod|mkpasswd|cryptpw|passwd\s+(?:-\w+\s+)*[\w$\"])|"
    r"(?:>|\b(?:cp|mv|ln|sed|tee|install|dd)\s)[^;|&]{0,120}/(?:passwd|shadow)\b"
)
_LOGINS = frozenset({"telnet", "ssh", "ftp", "rlogin", "rsh", "rexec"})
_MAX_LINES = 5000
_MAX_LINE = 1000
_MAX_ACCOUNTS = 500


@dataclass(frozen=True, slots=True)
class Account:
    """One account with the raw content of its password field, which is never shown."""

    file: FileFacts
    line: int
    user: str
    stored: str
    shell: str
    is_live: bool
    """In a database that the device uses, not in a backup of one."""

    @property
    def is_locked(self) -> bool:
        """No password opens it: marked as locked, or kept elsewhere where nothing is."""
        return self.stored.startswith(("!", "*")) or self.stored in {"x", "NP", "LK"}

    @property
    def may_log_in(self) -> bool:
        """It has a login shell."""
        return not _NOLOGIN.search(self.shell)


class _Run:
    """One run of the detector over a subject."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.evidence: dict[str, Evidence] = {}
        self.findings: list[Finding] = []
        self.unclear: list[str] = []
        self.candidates = tuple(dict.fromkeys(entry.password for entry in known_defaults()))
        self.cracked: Mapping[str, int | None] = {}

    def see(self, file: FileFacts, statement: str, line: int | None = None, quote: str = "") -> str:
        """Keep a piece of evidence and return its id."""
        item = self.subject.evidence(file, statement, line=line, quote=quote)
        self.evidence[item.id] = item
        return item.id

    def see_account(self, account: Account, statement: str) -> str:
        """Point to the line of an account; the password field is hidden."""
        return self.see(account.file, statement, account.line, f"{account.user}:{HIDDEN}")

    def detect(self) -> Detection:
        """Look at every database and user file."""
        databases = [item for item in self.subject.files if _is_database(item)]
        written = self._written()
        accounts = self._accounts(databases) + [one for one, plain in written if not plain]
        stores = list(_user_lines(self.subject))
        wanted = [one.stored for one in accounts if not one.is_locked and one.stored]
        wanted += [stored for _, _, _, stored in stores if stored.startswith("$") or _WEAK.fullmatch(stored)]
        self.cracked = self.subject.crack(tuple(dict.fromkeys(wanted)), self.candidates)
        for account in accounts:
            self._judge(account)
        for account, plain in written:
            if plain and plain in self.candidates:
                self._default(account, self.candidates.index(plain))
        for file, line, user, stored in stores:
            self._judge_store(file, line, user, stored)
        observations = self._observations(databases, accounts, has_stores=bool(stores))
        facts = self._facts(accounts)
        evidence = tuple(self.evidence[key] for key in sorted(self.evidence))
        return Detection(findings=tuple(self.findings), observations=observations, facts=facts, evidence=evidence)

    # Databases -----------------------------------------------------------------------------------

    def _accounts(self, databases: Sequence[FileFacts]) -> list[Account]:
        """Join each passwd with the shadow beside it."""
        folders: dict[tuple[str, str, str], dict[str, FileFacts]] = {}
        for item in databases:
            folder, _, name = item.path.rpartition("/")
            kind = "shadow" if "shadow" in name else "passwd"
            suffix = name.partition(kind)[2]
            folders.setdefault((item.root, folder, suffix), {})[kind] = item
        return [account for key in sorted(folders) for account in self._joined(key, folders[key])][:_MAX_ACCOUNTS]

    def _joined(self, key: tuple[str, str, str], pair: Mapping[str, FileFacts]) -> Iterator[Account]:
        root, folder, suffix = key
        is_live = not suffix
        shadow = {user: (number, stored) for number, user, stored, _ in _rows(pair.get("shadow"))}
        known: set[str] = set()
        for number, user, stored, shell in _rows(pair.get("passwd")):
            known.add(user)
            moved = stored == "x" and user in shadow
            file = pair["shadow"] if moved else pair["passwd"]
            line, field = shadow[user] if moved else (number, stored)
            yield Account(file, line, user, field, shell or "/bin/sh", is_live)
        if "passwd" not in pair:  # the accounts themselves are listed elsewhere: nothing is known about their shells
            for user in sorted(shadow.keys() - known):
                line, field = shadow[user]
                yield Account(pair["shadow"], line, user, field, "/bin/sh", is_live=False)
        for kind, item in sorted(pair.items()):
            if item.text is None:
                self.unclear.append(f"{item.path} cannot be read as text")
            elif kind == "passwd" and "shadow" not in pair and is_live:
                self._shadow_elsewhere(item, root, f"{folder}/shadow")

    def _shadow_elsewhere(self, passwd: FileFacts, root: str, path: str) -> None:
        """Note a shadow file that is a link out of this file system: it was not seen."""
        tree = next((tree for tree in self.subject.trees if tree.name == root), None)
        link = tree.get(path, follow=False) if tree else None
        if link is not None and any(stored == "x" for _, _, stored, _ in _rows(passwd)):
            self.unclear.append(f"{path} leads out of the image")

    def _judge(self, account: Account) -> None:
        if account.is_locked:
            return
        if not account.stored:
            if account.may_log_in:
                self._empty(account)
            return
        if account.stored not in self.cracked and scheme_is_unknown(account.stored):
            self.unclear.append(f"the password field of {account.user} in {account.file.path} is of an unknown kind")
            return
        index = self.cracked.get(account.stored)
        if index is None:
            self._fixed(account)
        else:
            self._default(account, index)
        if _WEAK.fullmatch(account.stored) and account.is_live:
            kind = "MD5" if account.stored.startswith("$1$") else "DES"
            seen = self.see_account(account, f"the password of {account.user} is stored as {kind} crypt")
            title = f"Password of account {account.user} is stored as {kind} crypt"
            self.findings.append(WEAK_HASH.finding(title, (seen,), confidence=Confidence.A, reach=self._reach(account)))

    def _empty(self, account: Account) -> None:
        seen = self.see_account(
            account, f"the password field of {account.user} is empty and its shell is {account.shell}"
        )
        title = f"Account {account.user} has no password"
        confidence = Confidence.A if account.is_live and not self._is_set_at_start(account) else Confidence.B
        self.findings.append(EMPTY_PASSWORD.finding(title, (seen,), confidence=confidence, reach=self._reach(account)))

    def _default(self, account: Account, index: int) -> None:
        number = entry_of(account.user, self.candidates[index]).id
        what = f"entry {number} of the list of known defaults opens account {account.user}"
        title = f"Account {account.user} opens with a known default password (entry {number} of the list)"
        severity = Severity.HIGH if account.may_log_in and account.is_live else Severity.MEDIUM
        self.findings.append(
            DEFAULT_PASSWORD.finding(
                title,
                (self.see_account(account, what),),
                confidence=Confidence.A if account.is_live else Confidence.B,
                reach=self._reach(account),
                severity=severity,
            )
        )

    def _fixed(self, account: Account) -> None:
        tried = account.stored in self.cracked
        if not tried:
            self.unclear.append(f"the hash of {account.user} was not tried")
        detail = (
            "no entry of the list of known defaults opens it" if tried else "it was not tried: too costly or unknown"
        )
        seen = self.see_account(account, f"the image holds a fixed password hash for {account.user}; {detail}")
        is_set = self._is_set_at_start(account) or not account.is_live
        self.findings.append(
            UNIVERSAL_PASSWORD.finding(
                f"Account {account.user} has a fixed password that all units share",
                (seen,),
                confidence=Confidence.C if is_set else Confidence.B,
                reach=self._reach(account),
            )
        )

    def _is_set_at_start(self, account: Account) -> bool:
        """Whether a script that runs at start sets passwords, so that what the image holds may not stay."""
        return account.file.root in self._roots_that_set

    @cached_property
    def _scripts(self) -> tuple[FileFacts, ...]:
        """The scripts that run at start."""
        scripts = sorted({(script.root, script.path) for script in trace(self.subject).scripts})
        return tuple(item for root, path in scripts if (item := self.subject.file(path, root)) and item.text)

    @cached_property
    def _roots_that_set(self) -> frozenset[str]:
        return frozenset(item.root for item in self._scripts if _has_line(item, _SETS_PASSWORD))

    def _written(self) -> list[tuple[Account, str]]:
        """Accounts whose hash or plain password (second value) a start script writes out."""
        return [
            (Account(item, one.line, one.user, one.stored, "/bin/sh", is_live=False), one.plain)
            for item in self._scripts
            for one in written_passwords(item.text or "")
        ][:_MAX_ACCOUNTS]

    def _reach(self, account: Account) -> Reach:
        """Exposed: a started service asks for this database's passwords over the network."""
        here = [one for one in self.subject.services if one.root == account.file.root]
        if not account.is_live:
            return Reach.PRESENT
        if any(one.ports and self._logs_in(one, account) for one in here):
            return Reach.EXPOSED
        return Reach.STARTED if account.may_log_in and any("getty" in one.name for one in here) else Reach.PRESENT

    def _logs_in(self, service: Service, account: Account) -> bool:
        words = service.arguments.split()
        if service.name in _LOGINS:
            keys_only = service.name == "ssh" and "-s" in words
            return account.may_log_in and not keys_only
        if service.program.endswith("/uhttpd"):
            return True
        named = [self.subject.file(word, service.root) for word in words if word.startswith("/")]
        return any(item and item.text and account.file.path in item.text for item in named)

    # User files of servers -----------------------------------------------------------------------

    def _judge_store(self, file: FileFacts, line: int, user: str, stored: str) -> None:
        index = self.cracked.get(stored)
        reach = self._reach_of_store(file)
        if index is not None:
            number = entry_of(user, self.candidates[index]).id
            seen = self.see(
                file, f"entry {number} of the list of known defaults opens {user}", line, f"{user}:{HIDDEN}"
            )
            title = f"User {user} of {file.path} opens with a known default password (entry {number} of the list)"
            self.findings.append(DEFAULT_PASSWORD.finding(title, (seen,), confidence=Confidence.A, reach=reach))
        elif not _HASHED.fullmatch(stored):
            seen = self.see(file, f"the password of {user} stands here in clear", line, f"{user}:{HIDDEN}")
            title = f"{file.path} holds the password of user {user} in clear"
            self.findings.append(CREDENTIAL_IN_CONFIG.finding(title, (seen,), confidence=Confidence.B, reach=reach))

    def _reach_of_store(self, file: FileFacts) -> Reach:
        """A user file is as near as the started service whose settings or arguments name it."""
        near = Reach.PRESENT
        for service in self.subject.services:
            words = [word for word in service.arguments.split() if word.startswith("/")]
            texts = [(self.subject.file(word, service.root) or file).text or "" for word in words]
            if service.root == file.root and (file.path in words or any(file.path in text for text in texts)):
                near = Reach.EXPOSED if service.ports else max(near, Reach.STARTED, key=lambda one: one.rank)
        return near

    # What is right -------------------------------------------------------------------------------

    def _strangers(self) -> list[str]:
        """Programs that wait at a port and are not known to leave passwords to the account database."""
        plain = {name: daemon.service for name, daemon in daemons().items() if daemon.keeps_no_passwords}
        waiting = [(one.program.rpartition("/")[2], one.name) for one in self.subject.services if one.ports]
        by_name = {
            name
            for program, name in waiting
            if (name not in plain.values() if program == "busybox" else program not in plain)
        }
        return sorted(by_name)

    def _observations(
        self, databases: Sequence[FileFacts], accounts: Sequence[Account], *, has_stores: bool
    ) -> tuple[Observation, ...]:
        bad = {DEFAULT_PASSWORD.id, EMPTY_PASSWORD.id, UNIVERSAL_PASSWORD.id}
        if not databases or not accounts or any(one.rule in bad for one in self.findings):
            return ()
        self.unclear += [f"{name} may keep passwords of its own" for name in self._strangers()]
        self.unclear += [
            f"{item.path}, which runs at start, changes accounts"
            for item in self._scripts
            if _has_line(item, _TOUCHES_ACCOUNTS)
        ]
        traced = trace(self.subject)
        self.unclear += [f"what {name} starts was not followed" for name in traced.unfollowed]
        roots = {account.file.root for account in accounts}
        self.unclear += [
            f"how {root or 'the device'} starts was not found" for root in sorted(roots - {*traced.recognised})
        ]
        complete = not self.unclear and not has_stores
        statement = f"All {len(accounts)} accounts of the image are locked: none has a password that ships with it"
        if not complete:
            why = self.unclear[0] if self.unclear else "a server keeps users of its own"
            statement = f"No account database that was read holds a password that ships with the image; but {why}"
        ids = tuple(sorted({self.see(item, f"{item.path} was read") for item in databases}))
        return (
            Observation(
                rule="accounts", capability="no-default-password", statement=statement, complete=complete, evidence=ids
            ),
            self._kept_nowhere(ids, complete=complete),
        )

    def _kept_nowhere(self, ids: tuple[str, ...], *, complete: bool) -> Observation:
        """Say whether it keeps a password at all: how it would keep one that its owner sets is not seen here."""
        reasons = {
            "passwords may be kept elsewhere": not complete,
            "a console asks for a password": any("getty" in one.name for one in self.subject.services),
            "the profile does not rule out a login at the device itself (access.managed_user_interface)": (
                self.subject.device.facts.get("access.managed_user_interface") is not False
            ),
        }
        lacks = [clause for clause, holds in reasons.items() if holds]
        statement = "No password opens the device as it is delivered" + (f"; but {'; '.join(lacks)}" if lacks else "")
        return Observation(
            rule="no-password-kept", capability="auth-strength", statement=statement, complete=not lacks, evidence=ids
        )

    def _facts(self, accounts: Sequence[Account]) -> tuple[SeenFact, ...]:
        facts: list[SeenFact] = []
        with_password = [one for one in accounts if one.is_live and not one.is_locked and one.stored]
        if with_password:
            first = with_password[0]
            statement = f"account {first.user} has a password"
            facts.append(
                SeenFact(
                    fact="auth.password",
                    value=True,
                    statement=statement,
                    evidence=(self.see_account(first, statement),),
                )
            )
        defaults = [one for one in self.findings if one.rule == DEFAULT_PASSWORD.id and one.confidence is Confidence.A]
        if defaults:
            statement = "a password of the list of known defaults opens an account"
            facts.append(
                SeenFact(
                    fact="auth.factory_default_password", value=True, statement=statement, evidence=defaults[0].evidence
                )
            )
        return tuple(facts)


def entry_of(user: str, password: str) -> Default:
    """Return the entry that names a password: that of the user if there is one, else the first."""
    entries = [entry for entry in known_defaults() if entry.password == password]
    return next((entry for entry in entries if entry.user == user), entries[0])


def _has_line(item: FileFacts, pattern: re.Pattern[str]) -> bool:
    lines = (item.text or "").splitlines()[:_MAX_LINES]
    return any(pattern.search(line[:_MAX_LINE]) for line in lines if not line.lstrip().startswith("#"))


def scheme_is_unknown(stored: str) -> bool:
    """Whether a password field is neither a crypt hash that we know by its looks nor DES."""
    return not (_WEAK.fullmatch(stored) or re.fullmatch(r"\$(?:2[abxy]|5|6|7|y|gy|sha1|md5|3)\$\S+", stored))


def _is_database(item: FileFacts) -> bool:
    folder, _, name = item.path.rpartition("/")
    return bool(
        _DATABASE_NAME.fullmatch(name)
        and _DATABASE_FOLDER.fullmatch(folder)
        and not _DOCUMENTATION.search(item.path)
        and (item.text is None or item.size == 0 or any(True for _ in _rows(item)))
        and item.elf is None
    )


def _rows(item: FileFacts | None) -> Iterator[tuple[int, str, str, str]]:
    """Yield line number, user, password field and shell of a passwd or shadow file."""
    for number, line in enumerate((item.text or "" if item else "").splitlines()[:_MAX_LINES], start=1):
        fields = line.strip().split(":")
        if len(fields) >= 3 and re.fullmatch(r"[A-Za-z_][\w.-]{0,31}\$?|[0-9]{1,16}", fields[0]):
            yield number, fields[0], fields[1], fields[6] if len(fields) > 6 else ""


def _user_lines(subject: Subject) -> Iterator[tuple[FileFacts, int, str, str]]:
    """Yield file, line number, user and stored password of the user files of servers."""
    for item in subject.files:
        name = item.path.rpartition("/")[2]
        if item.text is None or _DOCUMENTATION.search(item.path):
            continue
        if _USER_FILE.fullmatch(name):
            form = re.compile(r"()([^:\s#]{1,64}):([^:\s]+)")
        elif re.fullmatch(r"/(?:etc|etc_ro)(?:/\w+)?/httpd\.conf", item.path):
            form = re.compile(r"(/[^:\s]*:)([^:\s#]{1,64}):([^:\s]+)")
        else:
            continue
        for number, line in enumerate(item.text.splitlines()[:_MAX_LINES], start=1):
            match = form.fullmatch(line.strip())
            if match:
                yield item, number, _printable(match[2]), match[3]


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)


def _detect(subject: Subject) -> Detection:
    return _Run(subject).detect()


DETECTOR = Detector(
    id="accounts",
    title="Accounts and passwords",
    rules=(DEFAULT_PASSWORD, EMPTY_PASSWORD, UNIVERSAL_PASSWORD, WEAK_HASH, CREDENTIAL_IN_CONFIG),
    detect=_detect,
)
