"""Examination side by side: component scan against cve-bin-tool, image to report against unsquashfs, two workers.

All runs of one figure are interleaved; each figure is the ratio of two medians. Processor seconds are those of whole
process trees from start to end, interpreters and the loading of rules included; beside them stand the figures
without what either side needs to start (measured on a folder with one small file). A figure whose peer cannot be
had is null, with the reason in ``could_not_run``.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import device_image
from fleet import speedup
from measure import FAIRMARK, PYTHON, Used, conclude, load, used
from peer_environments import CouldNotRunError, installed

from fairmark.examine.literals import ENGINES

HERE = Path(__file__).resolve().parent / "peers"
CVE_BIN_TOOL, UNBLOB = "cve-bin-tool==3.4", "unblob==26.6.4"
# Debian's unsquashfs reads standard squashfs of version 4; unblob calls a relative of it with two options more.
STAND_IN = """#!/bin/sh
for word do shift; case $word in -le|-be) ;; *) set -- "$@" "$word" ;; esac; done
exec unsquashfs "$@"
"""
Figures = dict[str, float | int | str | None]


def medians(work: Mapping[str, Callable[[], Used]], rounds: int) -> dict[str, Used]:
    """Run every piece of work once a round, one after the other; return the medians and the last output of each."""
    seen: dict[str, list[Used]] = {name: [] for name in work}
    for number in range(rounds):
        for name, run in work.items():
            seen[name].append(run())
            print(f"round {number + 1} {name:<24} {seen[name][-1].cpu:8.2f} s", flush=True)
    return {
        name: Used(statistics.median(one.cpu for one in runs), max(one.rss_mb for one in runs), runs[-1].output)
        for name, runs in seen.items()
    }


def scan(base: Path, rounds: int) -> Figures:
    """Scan one root file system for components with both tools."""
    peer = installed("cve-bin-tool", CVE_BIN_TOOL) / "python"
    tree = device_image.root_file_system(device_image.PROGRAMS)
    nothing = base / "nothing"
    nothing.mkdir()
    (nothing / "note").write_text("nothing to see\n")
    home = base / "home"  # where it would keep a database
    home.mkdir()

    def ours(place: Path) -> Callable[[], Used]:
        return lambda: used([str(PYTHON), str(HERE / "scan_with_fairmark.py"), str(place)])

    def theirs(place: Path) -> Callable[[], Used]:
        return lambda: used([str(peer), str(HERE / "scan_with_cve_bin_tool.py"), str(place)], HOME=str(home))

    def floor() -> Used:
        run = used([str(PYTHON), str(HERE / "floor_of_a_folder.py"), str(tree)])
        return Used(json.loads(run.output)["floor"], run.rss_mb, run.output)

    ours(nothing)(), theirs(nothing)()  # what is compiled once and kept
    work = {
        "floor": floor,
        "fairmark": ours(tree),
        "cve-bin-tool": theirs(tree),
        "fairmark, start": ours(nothing),
        "cve-bin-tool, start": theirs(nothing),
    }
    seconds = medians(work, rounds)
    mine, other = seconds["fairmark"], seconds["cve-bin-tool"]
    start, other_start = seconds["fairmark, start"].cpu, seconds["cve-bin-tool, start"].cpu
    told, told_other = json.loads(mine.output), json.loads(other.output)
    return {
        "cpu_ratio_cve_bin_tool": other.cpu / mine.cpu,
        "cpu_ratio_cve_bin_tool_without_start": (other.cpu - other_start) / (mine.cpu - start),
        "rules": told["rules"],
        "rss_mb": mine.rss_mb,
        "scan_cpu_seconds": mine.cpu,
        "scan_start_cpu_seconds": start,
        "scan_floor_cpu_seconds": seconds["floor"].cpu,
        "scan_engine": engine(),
        "scan_tree_megabytes": device_image.size_of(tree) / 1e6,
        "scan_tree_files": told["files"],
        "components_found": len(told["found"]),
        "cve_bin_tool_cpu_seconds": other.cpu,
        "cve_bin_tool_start_cpu_seconds": other_start,
        "cve_bin_tool_rss_mb": other.rss_mb,
        "cve_bin_tool_checkers": told_other["checkers"],
        "cve_bin_tool_found": len(told_other["found"]),
        "cve_bin_tool_uses_file": "yes" if shutil.which("file") else "no",
    }


def engine() -> str:
    """Return which search engine our rules run on here."""
    for name, make in ENGINES.items():
        try:
            make([b"literal"])
        except ImportError:
            continue
        return name
    return "none"


def report(base: Path, rounds: int) -> Figures:
    """Assess an image, everything included, against unpacking its file system with the usual program, one thread."""
    if not shutil.which("unsquashfs"):
        raise CouldNotRunError("squashfs-tools is not installed")
    packed, whole = device_image.image(base)

    def unpacked() -> Used:
        shutil.rmtree(base / "unpacked", ignore_errors=True)
        return used(["unsquashfs", "-p", "1", "-q", "-n", "-d", str(base / "unpacked"), str(packed)])

    def assessed() -> Used:
        return used([str(FAIRMARK), "assess", str(whole), "--out", str(base / "out")], XDG_DATA_HOME=str(base / "none"))

    def floor() -> Used:
        run = used([str(PYTHON), str(HERE / "floor_of_an_image.py"), str(whole)])
        return Used(json.loads(run.output)["floor"], run.rss_mb, run.output)

    assessed()
    seconds = medians({"assess": assessed, "unsquashfs": unpacked, "floor": floor}, rounds)
    parts = json.loads(seconds["floor"].output)
    ours, theirs = seconds["assess"], seconds["unsquashfs"]
    examined = json.loads((base / "out" / "assessment.json").read_bytes())
    return {
        "ratio_to_unsquashfs": ours.cpu / theirs.cpu,
        "assess_cpu_seconds": ours.cpu,
        "assess_rss_mb": ours.rss_mb,
        "unsquashfs_cpu_seconds": theirs.cpu,
        "floor_cpu_seconds": seconds["floor"].cpu,
        "floor_decompress_cpu_seconds": parts["decompress"],
        "floor_hash_cpu_seconds": parts["hash"],
        "floor_search_cpu_seconds": parts["search"],
        "assess_ratio_to_floor": ours.cpu / seconds["floor"].cpu,
        "image_megabytes": whole.stat().st_size / 1e6,
        "image_root_megabytes": examined["coverage"]["file_bytes"] / 1e6,
        "image_files": examined["coverage"]["files"],
        "findings": len(examined["findings"]),
    }


def extraction(base: Path, rounds: int) -> Figures:
    """Open the same image with unblob, and with us as far as reading every file."""
    peer = installed("unblob", UNBLOB) / "unblob"
    _, whole = device_image.image(base)
    stand_ins = base / "stand-ins"
    stand_ins.mkdir(exist_ok=True)
    for name in ("sasquatch", "sasquatch-v4be"):
        if not shutil.which(name):
            (stand_ins / name).write_text(STAND_IN)
            (stand_ins / name).chmod(0o755)
    paths = os.pathsep.join((str(peer.parent), os.environ["PATH"], str(stand_ins)))

    def theirs() -> Used:
        shutil.rmtree(base / "unblobbed", ignore_errors=True)
        command = [str(peer), "-e", str(base / "unblobbed"), "--log", str(base / "unblob.log"), "-p", "1", str(whole)]
        return used(command, codes=(0, 1), PATH=paths, HOME=str(base))  # 1: something inside stayed closed

    def ours() -> Used:
        return used([str(PYTHON), str(HERE / "floor_of_an_image.py"), str(whole)])

    theirs()
    files = len(device_image.files_of(base / "unblobbed"))
    if files < json.loads(ours().output)["files"] / 2:
        raise CouldNotRunError(f"unblob took {files} files out of the image; a program that it needs is missing")
    seconds = medians({"unblob": theirs, "fairmark, extraction": ours}, rounds)
    return {
        "cpu_ratio_unblob": seconds["unblob"].cpu / seconds["fairmark, extraction"].cpu,
        "unblob_cpu_seconds": seconds["unblob"].cpu,
        "unblob_rss_mb": seconds["unblob"].rss_mb,
        "unblob_files": files,
        "extraction_cpu_seconds": seconds["fairmark, extraction"].cpu,
    }


def main() -> None:
    """Take every figure; one that cannot be taken leaves its reason."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--only", action="append", choices=["scan", "report", "extraction", "fleet"])
    given = options.parse_args()
    before = load()
    parts: dict[str, Callable[[Path], Figures]] = {
        "scan": lambda place: scan(place, given.rounds),
        "report": lambda place: report(place, given.rounds),
        "extraction": lambda place: extraction(place, given.rounds),
        "fleet": lambda place: speedup(place, rounds=given.rounds),
    }
    names = ("cpu_ratio_cve_bin_tool", "ratio_to_unsquashfs", "rules", "rss_mb", "fleet_speedup_2")
    figures: Figures = dict.fromkeys(names)
    missing: list[str] = []
    for name, part in parts.items():
        if given.only and name not in given.only:
            continue
        with tempfile.TemporaryDirectory(prefix="fairmark-bench-") as place:
            try:
                figures |= part(Path(place))
            except (CouldNotRunError, OSError, subprocess.SubprocessError) as error:
                missing.append(f"{name}: {error}")
    figures |= {"cores": len(os.sched_getaffinity(0)), "load_before": before, "load_after": load()}
    figures["could_not_run"] = "; ".join(missing)
    conclude("examine", figures)


if __name__ == "__main__":
    main()
