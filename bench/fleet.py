"""Assess many images on a local Dask cluster, kill a worker on the way, and compare with the local engine byte by byte.

The images are variants of the example camera: each unit has a serial number of its own and a part of the flaws, by
chance from its number, among them private keys that units then share.
"""

import argparse
import os
import random
import signal
import stat
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from measure import FAIRMARK, conclude, environment, load, used
from peer_environments import CouldNotRunError

from fairmark.demo.camera import join
from fairmark.demo.camera_files import BUILT, fixed_files, flawed_files
from fairmark.demo.camera_programs import programs
from fairmark.demo.formats import Node, squashfs

POLL_SECONDS = 0.05
PATIENCE = 3600
COMPRESSIONS = ("gzip", "xz", "zstd", "lz4")


def write_images(folder: Path, count: int) -> Path:
    """Write ``count`` images of cameras, no two alike."""
    folder.mkdir()
    twins = [
        {node.path: node for node in (*files, *programs(flawed=flawed))}
        for files, flawed in ((fixed_files(), False), (flawed_files(), True))
    ]
    for number in range(count):
        nodes = sorted(unit(number, *twins), key=lambda node: node.path)
        root = squashfs(nodes, compression=COMPRESSIONS[number % len(COMPRESSIONS)])
        (folder / f"unit-{number:05}.bin").write_bytes(join(root))
    return folder


def unit(number: int, fixed: dict[bytes, Node], flawed: dict[bytes, Node]) -> list[Node]:
    """Return the files of one unit: of each file that differs between the twins, one of the two by chance."""
    chance = random.Random(number)  # noqa: S311 - a draw, not a secret
    nodes = [
        flawed.get(path) or fixed[path] if chance.random() < 0.5 else fixed.get(path) or flawed[path]
        for path in sorted({*fixed, *flawed})
    ]
    return [*nodes, Node(b"etc/serial-number", stat.S_IFREG | 0o644, data=b"%08d\n" % number, mtime=BUILT)]


def command(images: Path, out: Path, *options: str) -> list[str]:
    """Return the command line."""
    return [str(FAIRMARK), "fleet", str(images), "--out", str(out), *options]


def run(images: Path, out: Path, *options: str) -> float:
    """Run to the end and return the seconds on the wall. Raises ``CalledProcessError``."""
    started = time.perf_counter()
    subprocess.run(command(images, out, *options), env=environment(), check=True, capture_output=True, timeout=PATIENCE)
    return time.perf_counter() - started


def speedup(base: Path, *, rounds: int, count: int = 48) -> dict[str, float | int | str | None]:
    """Return how much faster two workers do the same images than one; medians of interleaved rounds, on the wall.

    On a machine that does other things too, the wall says little: two workers then share what one worker gets alone.
    So beside it stands what processor seconds say: those of one worker against the serial part (what a run costs
    in which everything is done already) and half of the rest of the run with two.
    """
    if len(os.sched_getaffinity(0)) < 2:
        raise CouldNotRunError("two workers need two cores")
    images = write_images(base / "images", count)
    wall: dict[int, list[float]] = {1: [], 2: []}
    cpu: dict[int, list[float]] = {1: [], 2: []}
    serial, loads = [], []
    run(images, base / "warm", "--workers", "2")
    for number in range(rounds):
        loads.append(load())
        for workers, seconds in wall.items():
            out = base / f"out-{number}-{workers}"
            started = time.perf_counter()
            cpu[workers].append(used(command(images, out, "--workers", str(workers))).cpu)
            seconds.append(time.perf_counter() - started)
            print(f"round {number + 1} fleet, {workers} workers {seconds[-1]:14.2f} s on the wall", flush=True)
        serial.append(used(command(images, base / f"out-{number}-1")).cpu)
    once, one, two = (statistics.median(each) for each in (serial, cpu[1], cpu[2]))
    return {
        "fleet_speedup_2": statistics.median(a / b for a, b in zip(wall[1], wall[2], strict=True)),
        "fleet_speedup_2_by_cpu": one / (once + (two - once) / 2),
        "fleet_images": count,
        "fleet_wall_seconds_1": statistics.median(wall[1]),
        "fleet_wall_seconds_2": statistics.median(wall[2]),
        "fleet_cpu_seconds_1": one,
        "fleet_cpu_seconds_2": two,
        "fleet_serial_cpu_seconds": once,
        "fleet_load_before": max(loads),
    }


def on_a_cluster(images: Path, out: Path, kill_after: int) -> float:
    """Assess on a cluster of two workers, of which one is killed; return the seconds on the wall."""
    from distributed import LocalCluster  # noqa: PLC0415 - it takes a second to load

    started = time.perf_counter()
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster:
        engine = cluster.scheduler_address.replace("tcp", "dask")
        with subprocess.Popen(command(images, out, "--engine", engine), stdout=subprocess.DEVNULL) as process:
            wait_for(lambda: len(list(out.glob("*/assessment.json"))) >= kill_after or process.poll() is not None)
            if process.poll() is not None:
                sys.exit("the run ended before a worker could be killed")
            victim = cluster.workers[0].pid
            os.kill(victim, signal.SIGKILL)
            print(f"killed worker {victim} after {len(list(out.glob('*/assessment.json')))} results", flush=True)
            if process.wait(PATIENCE):
                sys.exit("the cluster did not do all images")
    return time.perf_counter() - started


def wait_for(what: Callable[[], bool]) -> None:
    """Wait until something is true."""
    end = time.monotonic() + PATIENCE
    while not what() and time.monotonic() < end:
        time.sleep(POLL_SECONDS)


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def main() -> None:
    """Do the same images with both engines and compare."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--images", type=int, default=200)
    given = options.parse_args()
    before = load()
    with tempfile.TemporaryDirectory(prefix="fairmark-bench-") as place:
        base = Path(place)
        images = write_images(base / "images", given.images)
        print(f"wrote {given.images} images", flush=True)
        cluster = on_a_cluster(images, base / "dask", max(1, given.images // 5))
        local = run(images, base / "local", "--workers", "2")
        results = len(list((base / "dask").glob("*/assessment.json")))
        of_cluster, of_local = contents(base / "dask"), contents(base / "local")
    conclude(
        "fleet",
        {
            "images": given.images,
            "results": results,
            "workers_killed": 1,
            "files": len(of_cluster),
            "same_bytes": int(of_cluster == of_local),
            "cluster_wall_seconds": cluster,
            "local_wall_seconds": local,
            "load_before": before,
            "load_after": load(),
        },
    )
    sys.exit(0 if results == given.images and of_cluster == of_local else 1)


if __name__ == "__main__":
    main()
