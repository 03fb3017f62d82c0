"""Read every file of a squashfs-xz of about 50 MB: our reader against ``unsquashfs -p 1``, processor seconds."""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import PYTHON, conclude, cpu_seconds, interleaved

OURS = """
import sys, time
from pathlib import Path
from fairmark.examine.adapters.image_file import open_image
from fairmark.examine.adapters.spool import FileSpool
from fairmark.examine.extract import extract
from fairmark.examine.limits import Limits
with open_image(Path(sys.argv[1])) as image:
    spool = FileSpool(Path(sys.argv[2]))
    found = extract(image.blob, limits=Limits(), clock=time.monotonic, spool=spool, progress=lambda _: None)
    total = sum(len(tree.read(entry)) for tree in found.trees for entry in tree.files_in_disk_order())
"""


def main() -> None:
    """Build the image from this machine's own programs, read it both ways, print the ratio."""
    if not (shutil.which("mksquashfs") and shutil.which("unsquashfs")):
        sys.exit("could not run: squashfs-tools is not installed")
    with TemporaryDirectory() as name:
        folder = Path(name)
        tree = folder / "tree"
        tree.mkdir()
        size = 0
        for path in sorted(Path("/usr/bin").iterdir()):
            if path.is_file() and not path.is_symlink() and size < 50_000_000:
                shutil.copy(path, tree / path.name)
                size += path.stat().st_size
        image = folder / "image.bin"
        pack = [
            "mksquashfs",
            str(tree),
            str(image),
            "-comp",
            "xz",
            "-b",
            "131072",
            "-noappend",
            "-quiet",
            "-no-progress",
        ]
        subprocess.run(pack, check=True, stdout=subprocess.DEVNULL)
        start = cpu_seconds([str(PYTHON), "-c", "import fairmark.examine.extract"])

        def peer() -> float:
            shutil.rmtree(folder / "out", ignore_errors=True)
            return cpu_seconds(["unsquashfs", "-p", "1", "-q", "-n", "-d", str(folder / "out"), str(image)])

        seconds = interleaved(
            {"ours": lambda: cpu_seconds([str(PYTHON), "-c", OURS, str(image), name]) - start, "unsquashfs": peer},
            rounds=5,
        )
    conclude(
        "extract",
        {
            "tree_megabytes": size / 1e6,
            "ours_cpu_seconds": seconds["ours"],
            "unsquashfs_cpu_seconds": seconds["unsquashfs"],
            "cpu_ratio_unsquashfs": seconds["ours"] / seconds["unsquashfs"],
        },
    )


if __name__ == "__main__":
    main()
