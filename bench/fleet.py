"""Many images: how much faster two workers are than one; with ``--dask`` also whether a cluster gives the same bytes.

One worker of the cluster is killed on the way.
"""

import argparse
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import FAIRMARK, conclude, interleaved

from fairmark.demo.formats import Node, squashfs

POLL_SECONDS = 0.05


def write_images(folder: Path, count: int) -> Path:
    """Write ``count`` small root file systems, no two alike."""
    folder.mkdir()
    for number in range(count):
        nodes = (
            Node(b"etc/passwd", stat.S_IFREG | 0o644, b"root:x:0:0:root:/root:/bin/sh\n"),
            Node(b"etc/serial", stat.S_IFREG | 0o644, b"unit %d\n" % number),
        )
        (folder / f"unit-{number:05}.bin").write_bytes(squashfs(nodes, compression="gzip"))
    return folder


def command(images: Path, out: Path, *options: str) -> list[str]:
    """Return the command line."""
    return [str(FAIRMARK), "fleet", str(images), "--out", str(out), *options]


def seconds(base: Path, images: Path, workers: int) -> float:
    """Run the local engine into a new folder and return the seconds on the wall."""
    with tempfile.TemporaryDirectory(dir=base) as place:
        started = time.perf_counter()
        subprocess.run(command(images, Path(place) / "out", "--workers", str(workers)), check=True, capture_output=True)
        return time.perf_counter() - started


def same_bytes_on_a_cluster(base: Path, images: Path) -> bool:
    """Assess on a cluster, kill a worker after the first results, and compare with the local engine."""
    from distributed import LocalCluster  # noqa: PLC0415 - only with --dask

    local, dask = base / "local", base / "dask"
    subprocess.run(command(images, local, "--workers", "2"), check=True, capture_output=True)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster:
        engine = cluster.scheduler_address.replace("tcp", "dask")
        run = subprocess.Popen(command(images, dask, "--engine", engine), stdout=subprocess.DEVNULL)
        while not list(dask.glob("*/assessment.json")) and run.poll() is None:
            time.sleep(POLL_SECONDS)
        os.kill(cluster.workers[0].pid, signal.SIGKILL)
        if run.wait():
            sys.exit("could not run: the cluster did not do all images")
    return contents(local) == contents(dask)


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--images", type=int, default=20)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--dask", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="fairmark-bench-") as place:
        base = Path(place)
        images = write_images(base / "images", given.images)
        work = {str(n): (lambda n=n: seconds(base, images, n)) for n in (1, 2)}
        median = interleaved(work, given.rounds)
        figures: dict[str, float | int | str] = {"fleet_speedup_2": median["1"] / median["2"], "images": given.images}
        if given.dask:
            figures["same_bytes"] = same_bytes_on_a_cluster(base, images)
        conclude("fleet", figures)


if __name__ == "__main__":
    main()
