"""The list of grade A and B findings that were read by hand: is each still found, and how many of them were right?

``findings_sample.yaml`` names the trees, the rule of the draw, and every finding drawn with its verdict. The trees are
real (packages of Debian for the processors that devices have, installed and started as they come; programs of npm and
PyPI with the start line that their manual gives) and our own (the example cameras, the flawed halves of tests/pairs).
The bench builds them, examines each with the settings that a user has, and looks for every listed finding by its key:
tree, rule, the words of its title without numbers, and where its first proof lies. It ends with exit code 1 where the
list does not hold any more: a finding that was right is gone, or one that was mended is back. A tree is removed as soon
as it was examined (``--keep`` leaves it below ``.cache``); all of them together take more than 20 GB.
``--draw`` prints a new draw.
"""

import argparse
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from math import sqrt
from pathlib import Path
from typing import Any

import yaml
from accuracy import CACHE, Index, cache_of
from measure import FAIRMARK, PYTHON, ROOT, conclude

sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "examples"))

import debian

from tests.pairs import test_pairs as pairs

LIST = Path(__file__).with_name("findings_sample.yaml")
TREES = CACHE / "findings-sample"
SIZE = 200
OF_ONE_RULE = 0.15  # of the whole sample, at most
OF_ONE_TREE = 5  # findings of one rule in one tree, at most: the next ones are near copies
GONE = "gone"  # what stands for a verdict where the program does not say it any more
BASE = ("base-files", "base-passwd", "busybox", "coreutils", "dash", "login", "passwd", "util-linux", "mount", "libc6")
STARTERS = {
    "systemd": ("systemd", "systemd-sysv", "udev"),
    "sysvinit": ("sysvinit-core", "sysv-rc", "initscripts", "insserv", "startpar"),
    "busybox": (),
}
# What a maintainer script copies into place, word for word, when the package is installed.
COPIED = {
    "usr/share/openssh/sshd_config": "etc/ssh/sshd_config",
    "usr/share/samba/smb.conf": "etc/samba/smb.conf",
    "usr/share/proftpd/templates/proftpd.conf": "etc/proftpd/proftpd.conf",
    "usr/share/proftpd/templates/modules.conf": "etc/proftpd/modules.conf",
    "usr/share/miniupnpd/miniupnpd.conf": "etc/miniupnpd/miniupnpd.conf",
    "usr/share/base-passwd/passwd.master": "etc/passwd",
    "usr/share/base-passwd/group.master": "etc/group",
    "usr/share/php/templates/7.4/fpm": "etc/php/7.4/fpm/php.ini",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One finding of one tree, with what a reader needs to judge it."""

    tree: str
    real: bool
    finding: Mapping[str, Any]
    evidence: tuple[Mapping[str, Any], ...]

    @property
    def key(self) -> str:
        """Return what names the finding in every run: no version, no digest of a file that Debian may mend."""
        return hashlib.sha256("\0".join((self.tree, *self.words, self.path)).encode()).hexdigest()[:12]

    @property
    def words(self) -> tuple[str, str, str]:
        """Return rule, CVE and title, its numbers left out."""
        title = re.sub(r"\d+(?:[.:-]\d+)*", "#", self.finding["title"])
        return self.finding["rule"], self.finding["cve"], title

    @property
    def path(self) -> str:
        """Return where the first proof lies."""
        return str(self.evidence[0]["where"]["path"])

    @property
    def kin(self) -> tuple[str, ...]:
        """Return what it shares with near copies: the same words of the same file in another real tree."""
        return (*self.words, self.path.rpartition("/")[2]) if self.real else (self.key,)


# --- trees ------------------------------------------------------------------------------------


def build(name: str, recipe: Mapping[str, Any]) -> Path:
    """Lay out one tree, unless it lies there already as its recipe wants it."""
    root, stamp = TREES / name, TREES / f"{name}.recipe"
    wanted = json.dumps(recipe, sort_keys=True)
    if root.is_dir() and stamp.is_file() and stamp.read_text() == wanted:
        return root
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    lay_debian(root, recipe)
    for path, text in recipe.get("files", {}).items():
        target = root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        target.chmod(0o755 if text.startswith("#!") else 0o644)
    for line in recipe.get("install", ()):
        command = line.replace("PIP", f"{PYTHON} -m pip").split()
        subprocess.run(command, cwd=root, check=True, stdout=subprocess.DEVNULL, timeout=900)
    stamp.write_text(wanted)
    return root


def lay_debian(root: Path, recipe: Mapping[str, Any]) -> None:
    """Unpack packages and what they need, and do what their maintainer scripts do to files and links."""
    suite, architecture = recipe["release"].split("/")
    release = debian.Release(suite, architecture)
    index = Index.of(release)
    wanted = [*BASE, *STARTERS[recipe["start"]], *recipe["packages"]]
    names = sorted(index.closure(name for name in wanted if name in index.packages))
    archives = debian.fetch(cache_of(release), names, release)
    status = []
    for name in names:
        debian.unpack(archives[name], root)
        control = debian.run(["dpkg-deb", "-f", str(archives[name])]).strip()
        first, _, rest = control.partition("\n")
        status.append(f"{first}\nStatus: install ok installed\n{rest}\n\n")
        if recipe.get("database", True):
            info = root / "var/lib/dpkg/info"
            info.mkdir(parents=True, exist_ok=True)
            (info / f"{name}.list").write_text(contents(archives[name]))
    if recipe.get("database", True):
        (root / "var/lib/dpkg/status").write_text("".join(status))
    for folder in ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/lintian"):
        shutil.rmtree(root / folder, ignore_errors=True)
    for source, target in COPIED.items():
        if (root / source).is_file() and not (root / target).exists():
            (root / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / source, root / target)
    if not os.path.lexists(root / "bin/sh"):
        (root / "bin/sh").symlink_to("dash")
    passwd = root / "etc/passwd"
    if passwd.is_file() and not (root / "etc/shadow").exists():
        lines = [line.split(":")[0] for line in passwd.read_text().splitlines()]
        (root / "etc/shadow").write_text("".join(f"{user}:*:19000:0:99999:7:::\n" for user in lines))
        (root / "etc/shadow").chmod(0o640)
    enable(root, recipe["start"])


def contents(archive: Path) -> str:
    """Return what dpkg writes into the list of a package: its absolute paths, the root as "/."."""
    printed = debian.run(["sh", "-c", 'dpkg-deb --fsys-tarfile "$1" | tar -t', "sh", str(archive)])
    return "".join(f"{line[1:].rstrip('/') or '/.'}\n" for line in printed.splitlines())


def enable(root: Path, start: str) -> None:
    """Link what Debian starts after an installation."""
    if start == "systemd":
        enable_units(root)
        return
    scripts = sorted((root / "etc/init.d").glob("*")) if (root / "etc/init.d").is_dir() else []
    levels = re.compile(r"(?m)^# Default-Start:.*\b2\b")
    for script in scripts:
        if script.is_file() and levels.search(script.read_text(errors="replace")):
            link(root / f"etc/rc2.d/S01{script.name}", f"../init.d/{script.name}")
    if start == "sysvinit":
        (root / "etc/inittab").write_text((root / "usr/share/sysvinit/inittab").read_text())
        return
    (root / "etc/init.d").mkdir(parents=True, exist_ok=True)
    (root / "etc/init.d/rcS").write_text("#!/bin/sh\nfor one in /etc/rc2.d/S*; do\n  $one start\ndone\n")
    (root / "etc/init.d/rcS").chmod(0o755)
    (root / "etc/inittab").write_text("::sysinit:/etc/init.d/rcS\nttyS0::respawn:/bin/login\n")
    for applet in ("sbin/init", "sbin/getty"):
        link(root / applet, "../bin/busybox")


def enable_units(root: Path) -> None:
    """Enable every unit that says where it belongs, save those that the presets of systemd leave off."""
    presets = "".join(path.read_text() for path in sorted(root.glob("*/systemd/system-preset/*.preset")))
    off = [pattern for pattern in re.findall(r"(?m)^disable\s+(\S+)", presets) if pattern != "*"]
    for unit in sorted([*root.glob("lib/systemd/system/*"), *root.glob("usr/lib/systemd/system/*")]):
        if unit.is_symlink() or not unit.is_file() or "@." in unit.name or any(fnmatch(unit.name, one) for one in off):
            continue
        for targets in re.findall(r"(?m)^WantedBy=(.+)$", unit.read_text(errors="replace")):
            for target in targets.split():
                link(root / f"etc/systemd/system/{target}.wants/{unit.name}", f"/{unit.relative_to(root)}")


def link(path: Path, target: str) -> None:
    """Make a link where nothing is yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not os.path.lexists(path):
        path.symlink_to(target)


# --- findings ---------------------------------------------------------------------------------


def examined(name: str, path: Path, *, real: bool) -> Iterator[Seen]:
    """Examine a tree or an image with the settings that a user has and the facts that come with the program."""
    nowhere = TREES / "no-database"
    nowhere.mkdir(parents=True, exist_ok=True)
    out = TREES / "out" / name
    command = [str(FAIRMARK), "assess", str(path), "--json", "--fallback", "none", "--out", str(out)]
    environment = {**os.environ, "XDG_DATA_HOME": str(nowhere)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=900)
    assessment = json.loads(done.stdout)
    evidence = {one["id"]: one for one in assessment["evidence"]}
    for finding in assessment["findings"]:
        yield Seen(name, real, finding, tuple(evidence[one] for one in finding["evidence"]))


def of_pairs() -> Iterator[Seen]:
    """Examine the flawed halves of the pairs; nothing but the rules of the pair's own detector is asked of its twin."""
    for name in sorted(pairs.PAIRS):
        made = pairs.device(pairs.PAIRS[name], "flawed")
        detections = [detector.detect(made) for detector in pairs.EVERY]
        evidence = {one.id: one.model_dump(mode="json") for found in detections for one in found.evidence}
        for found in detections:
            for one in found.findings:
                if one.confidence != "C":
                    yield Seen(
                        f"pairs/{name}", False, one.model_dump(mode="json"), tuple(evidence[i] for i in one.evidence)
                    )


def everything(listed: Mapping[str, Any], *, keep: bool) -> list[Seen]:
    """Return all findings of all trees; a tree that was laid out is removed again unless it is to be kept."""
    found: list[Seen] = []
    for name, recipe in listed["trees"].items():
        path = ROOT / recipe["image"] if "image" in recipe else build(name, recipe)
        if not path.exists():
            sys.exit(f"{path} is not there yet: `make demo demo-real` makes the images")
        seen = list(examined(name, path, real="image" not in recipe))
        print(f"{name:<28}{len(seen):>6} findings", flush=True)
        found += seen
        if not keep and "image" not in recipe:
            shutil.rmtree(path)
    return [*found, *of_pairs()]


# --- the draw ---------------------------------------------------------------------------------


def draw(found: Iterable[Seen], seed: str) -> list[Seen]:
    """Draw the sample: by seed, one rule after the other; no near copies, and never more of our own than real ones."""
    groups: dict[bool, dict[str, list[Seen]]] = {True: defaultdict(list), False: defaultdict(list)}
    once: set[tuple[str, ...]] = set()
    for one in sorted(found, key=lambda one: (one.key, one.finding["id"])):
        if one.kin not in once:
            once.add(one.kin)
            groups[one.real][one.finding["rule"]].append(one)
    drawn: list[Seen] = []
    used: Counter[str] = Counter()
    for real in (True, False):
        source = random.Random(f"{seed}/{'real' if real else 'own'}")  # noqa: S311 - no secret
        piles = {rule: _thinned(source.sample(ones, len(ones))) for rule, ones in sorted(groups[real].items())}
        up_to = SIZE - min(SIZE // 2, len(groups[False])) if real else min(SIZE, 2 * len(drawn))
        while len(drawn) < up_to and any(piles.values()):
            for rule in sorted(piles):
                if piles[rule] and used[rule] < OF_ONE_RULE * SIZE and len(drawn) < up_to:
                    drawn.append(piles[rule].pop())
                    used[rule] += 1
                else:
                    piles[rule] = []
    return drawn


def _thinned(ones: Sequence[Seen]) -> list[Seen]:
    kept: list[Seen] = []
    seen: Counter[str] = Counter()
    for one in ones:
        tree = one.tree.partition("/")[0]  # the pairs are small and alike: they count as one tree
        if seen[tree] < OF_ONE_TREE:
            seen[tree] += 1
            kept.append(one)
    return kept


# --- the list ---------------------------------------------------------------------------------


def interval(right: int, of: int) -> tuple[float, float]:
    """Return Wilson's interval of 95 % for a share; the draw is by strata, which it leaves out of account."""
    if not of:
        return 0.0, 1.0
    z, share = 1.959964, right / of
    middle, width = share + z * z / (2 * of), z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    scale = 1 + z * z / of
    return max(0.0, (middle - width) / scale), min(1.0, (middle + width) / scale)


def check(rows: Sequence[Mapping[str, Any]], found: Sequence[Seen]) -> dict[str, float | int]:
    """Hold the list against a run: what is not found any more, what has come back; and the shares of each draw."""
    there = {one.key for one in found}
    lost = [row for row in rows if row["now"] != GONE and row["key"] not in there]
    again = [row for row in rows if row["now"] == GONE and row["key"] in there]
    for what, ones in (("not found any more", lost), ("mended, but found again", again)):
        for row in ones:
            print(f"{what}: {row['tree']} {row['rule']} {row['title']}")
    draws = sorted({number for row in rows for number in row["read"]})
    print(f"\n{'draw':<8}{'kind':<8}{'read':>6}{'right':>7}{'share':>8}{'interval of 95 %':>20}")
    figures: dict[str, float | int] = {}
    for number in draws:
        verdicts = [(row["read"][number], row["kind"]) for row in rows if number in row["read"]]
        for kind in ("", "real", "own"):
            name = "_".join(("draw", str(number), kind)).rstrip("_")
            figures |= share(name, [verdict for verdict, its in verdicts if kind in {"", its}])
            low, high = (figures[f"{name}_{end}"] for end in ("low", "high"))
            print(
                f"{number:<8}{kind or 'all':<8}{figures[f'{name}_of']:>6}{figures[f'{name}_right']:>7}"
                f"{figures[f'{name}_share']:>8.3f}{low:>12.3f} to {high:.3f}"
            )
    newest = share("sample", [row["read"][draws[-1]] for row in rows if draws[-1] in row["read"]])
    return figures | newest | {"not_found": len(lost), "found_again": len(again)}


def share(name: str, verdicts: Sequence[str]) -> dict[str, float | int]:
    """Return how many there are and how many are right, as a share with its interval of 95 %; unclear is not right."""
    right = verdicts.count("right")
    low, high = interval(right, len(verdicts))
    counted = {"of": len(verdicts), "right": right, "wrong": verdicts.count("wrong")}
    shares = {"share": right / max(1, len(verdicts)), "low": low, "high": high}
    return {f"{name}_{key}": value for key, value in {**counted, **shares}.items()}


def rules(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print how many of each rule were right in each draw."""
    draws = sorted({number for row in rows for number in row["read"]})
    print(f"\n{'right of those read, by rule':<32}" + "".join(f"{f'draw {number}':>12}" for number in draws))
    for rule in sorted({row["rule"] for row in rows}):
        read = [[row["read"][n] for row in rows if row["rule"] == rule and n in row["read"]] for n in draws]
        print(f"{rule:<32}" + "".join(f"{_of(ones):>12}" for ones in read))


def _of(verdicts: Sequence[str]) -> str:
    return f"{verdicts.count('right')} of {len(verdicts)}" if verdicts else "-"


def main() -> None:
    """Check the list; or print a draw, as the list wants it, with the verdicts left open."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draw", metavar="SEED", help="print a new draw instead, as the list wants it")
    parser.add_argument("--keep", action="store_true", help="leave the trees for the next run")
    asked = parser.parse_args()
    listed = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    found = everything(listed, keep=asked.keep)
    if asked.draw:
        print(yaml.safe_dump([as_row(one) for one in draw(found, asked.draw)], sort_keys=False, width=200))
        return
    figures = check(listed["findings"], found)
    rules(listed["findings"])
    conclude("findings_sample", figures)
    sys.exit(1 if figures["not_found"] or figures["found_again"] else 0)


def as_row(one: Seen) -> dict[str, Any]:
    """Return a finding as a line of the list that nobody has judged yet."""
    return {
        "key": one.key,
        "tree": one.tree,
        "kind": "real" if one.real else "own",
        "rule": one.finding["rule"],
        "grade": one.finding["confidence"],
        "reach": one.finding["reach"],
        "title": one.finding["title"],
        "read": {},
        "now": "",
        "why": "",
    }


if __name__ == "__main__":
    main()
