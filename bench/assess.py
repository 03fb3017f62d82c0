"""Assess the image of real Debian binaries: seconds, and the share that is spent in decompression (the floor)."""

import cProfile
import pstats
import sys
import time

from measure import FAIRMARK, ROOT, conclude, cpu_seconds

from fairmark.cli.session import Given, run_assessment

IMAGE = ROOT / "examples" / "ip-camera" / "camera-real.bin"
PROFILE = ROOT / "examples" / "ip-camera" / "device.yaml"
DECOMPRESSORS = ("decompress",)


def main() -> None:
    """Three whole runs of the command, then one under the profiler for the share."""
    if not IMAGE.is_file():
        sys.exit("could not run: build the image first with make demo-real")
    command = [
        str(FAIRMARK),
        "assess",
        str(IMAGE),
        "--device",
        str(PROFILE),
        "--out",
        str(ROOT / ".cache" / "bench-out"),
    ]
    walls, cpus = [], []
    for _ in range(3):
        started = time.perf_counter()
        cpus.append(cpu_seconds(command))
        walls.append(time.perf_counter() - started)
    given = Given(image=IMAGE, profile=PROFILE)
    run_assessment(given, lambda _text: None)  # data files and libraries are loaded now
    profiler = cProfile.Profile()
    profiler.runcall(run_assessment, given, lambda _text: None)
    stats = pstats.Stats(profiler)
    total = sum(row[2] for row in stats.stats.values())  # type: ignore[attr-defined]
    inside = sum(row[2] for (_, _, name), row in stats.stats.items() if any(word in name for word in DECOMPRESSORS))  # type: ignore[attr-defined]
    conclude(
        "assess",
        {
            "image_megabytes": IMAGE.stat().st_size / 1e6,
            "wall_seconds": min(walls),
            "cpu_seconds": min(cpus),
            "decompression_share": inside / total,
        },
    )


if __name__ == "__main__":
    main()
