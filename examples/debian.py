"""Fetch Debian packages into a folder of our own, each with the digest of the signed index.

Used by the real example camera, by tests on real binaries and by the measurements. Packages come through
apt with a state, a cache and a list of sources of its own: nothing on the machine is changed, no
privileges are needed. The mirror is the one that this machine uses.
"""

# ruff: noqa: INP001, T201 - a script's part that talks to a person

import fcntl
import hashlib
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
FRESH_FOR_SECONDS = 7 * 24 * 3600


class BuildError(Exception):
    """The images could not be built; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release of Debian for one architecture: 'bookworm' (12), 'bullseye' (11)."""

    suite: str = "bookworm"
    architecture: str = "armhf"


BOOKWORM = Release()


def say(line: str) -> None:
    """Show progress at once, also in a pipe."""
    print(line, flush=True)


def run(command: Sequence[str], *, environment: dict[str, str] | None = None, folder: Path | None = None) -> str:
    """Run a program, return what it printed; raise ``BuildError`` when it is missing or fails."""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed list of words, no shell
            command, capture_output=True, text=True, check=False, env=environment, cwd=folder, timeout=600
        )
    except FileNotFoundError as error:
        raise BuildError(f"{command[0]} is not installed; this needs a Debian or a relative of it") from error
    except subprocess.TimeoutExpired as error:
        raise BuildError(f"{command[0]} did not end within ten minutes") from error
    if done.returncode:
        raise BuildError(f"{' '.join(command[:2])} failed ({done.returncode}):\n{done.stderr.strip()[-2000:]}")
    return done.stdout


# --- packages ---------------------------------------------------------------------------------


def fetch(cache: Path, wanted: Sequence[str], release: Release = BOOKWORM) -> dict[str, Path]:
    """Return the archive of every wanted package, from the cache where its digest is right."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:  # apt does not share its folders
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _fetch(cache, wanted, release)


def _fetch(cache: Path, wanted: Sequence[str], release: Release) -> dict[str, Path]:
    environment = private_apt(cache, release)
    index = cache / "state" / "lists"
    newest = max((path.stat().st_mtime for path in index.glob("*Packages*")), default=0.0)
    if time.time() - newest > FRESH_FOR_SECONDS:
        say(f"reading the package index of Debian {release.suite} for {release.architecture}")
        refresh(environment)
    records = known(environment, wanted)
    missing = [name for name in wanted if not is_right(cache, records[name])]
    if missing:
        say(f"fetching {len(missing)} of {len(wanted)} packages")
        run(["apt-get", "download", *missing], environment=environment, folder=cache / "archives")
    wrong = [name for name in wanted if not is_right(cache, records[name])]
    if wrong:
        raise BuildError(f"these packages are not there with the digest of the index: {', '.join(wrong)}")
    say(f"{len(wanted)} packages are there, each with the SHA-256 of the index")
    return {name: archive(cache, records[name]) for name in wanted}


def unpack(archive: Path, tree: Path) -> None:
    """Unpack a package into a folder that is made if need be."""
    tree.mkdir(parents=True, exist_ok=True)
    run(["dpkg-deb", "-x", str(archive), str(tree)])


def private_apt(cache: Path, release: Release) -> dict[str, str]:
    """Lay a state of apt's own below the cache; return the environment that points apt there."""
    if not KEYRING.exists():
        raise BuildError(f"{KEYRING} is missing (package debian-archive-keyring); nothing can be verified")
    for name in ("state/lists/partial", "cache/archives/partial", "archives"):
        (cache / name).mkdir(parents=True, exist_ok=True)
    (cache / "state" / "status").touch()
    source = f"deb [arch={release.architecture} signed-by={KEYRING}] {mirror(release)} {release.suite} main\n"
    (cache / "sources.list").write_text(source)
    nowhere = cache / "nowhere"
    settings = {
        "APT::Architecture": release.architecture,
        "APT::Architectures": release.architecture,
        "APT::Sandbox::User": "",
        "Acquire::Languages": "none",
        "Dir::State": cache / "state",
        "Dir::State::status": cache / "state" / "status",
        "Dir::Cache": cache / "cache",
        "Dir::Etc::sourcelist": cache / "sources.list",
        "Dir::Etc::sourceparts": nowhere,
        "Dir::Etc::parts": nowhere,
    }
    configuration = cache / "apt.conf"
    own = "".join(f'{key} "{value}";\n' for key, value in settings.items())
    configuration.write_text(own + proxies())
    return {**os.environ, "APT_CONFIG": str(configuration), "LC_ALL": "C"}


def proxies() -> str:
    """Return the proxies that this machine's apt goes through, as lines of a configuration."""
    lines = run(["apt-config", "dump", "--no-empty", "Acquire"]).splitlines()
    return "".join(f"{line}\n" for line in lines if "proxy" in line.partition(" ")[0].lower())


def mirror(release: Release) -> str:
    """Return the address from which this machine takes this release of Debian, or else any release."""
    rows = run(["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE) $(ORIGIN) $(COMPONENT)"]).splitlines()
    debian = [row.split() for row in rows if " Debian main" in row]
    sites = [site for site, suite, *_ in debian if suite == release.suite] or [site for site, *_ in debian]
    if not sites:
        raise BuildError("this machine has no source of Debian packages; run apt-get update once, or add one")
    return sites[0]


def refresh(environment: dict[str, str]) -> None:
    """Read the index anew. What counts is whether the packages are known afterwards."""
    try:
        run(["apt-get", "update"], environment=environment)
    except BuildError as error:
        say(f"warning: {error}")


def known(environment: dict[str, str], wanted: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the newest record of every wanted package in the index."""
    printed = run(["apt-cache", "show", "--no-all-versions", *wanted], environment=environment)
    records = {record["Package"]: record for record in map(fields, printed.split("\n\n")) if "Package" in record}
    if missing := sorted(set(wanted) - set(records)):
        raise BuildError(f"not in the index: {', '.join(missing)}")
    return records


def fields(paragraph: str) -> dict[str, str]:
    """Read the one-line fields of a control paragraph."""
    pairs = (line.partition(":") for line in paragraph.splitlines() if not line.startswith((" ", "\t")))
    return {key: value.strip() for key, _, value in pairs}


def archive(cache: Path, record: dict[str, str]) -> Path:
    """Return where apt puts the archive of a record."""
    version = record["Version"].replace(":", "%3a")
    return cache / "archives" / f"{record['Package']}_{version}_{record['Architecture']}.deb"


def is_right(cache: Path, record: dict[str, str]) -> bool:
    """Whether the archive is there with the digest of the index."""
    path = archive(cache, record)
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == record["SHA256"]
