"""What ``assess --carry`` saves: processor time of a whole run against the same run with the build before at hand.

Each image is the root file system of an example camera, packed anew as squashfs; an update changes one thing. Both
runs give the same result but for the marks of what was taken over, and the benchmark stops where they do not.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from measure import FAIRMARK, ROOT, conclude, cpu_seconds, interleaved

from fairmark.examine.adapters.image_file import open_image
from fairmark.examine.adapters.spool import FileSpool
from fairmark.examine.extract import extract
from fairmark.examine.limits import Limits
from fairmark.examine.tree import Kind

CAMERAS = ROOT / "examples" / "ip-camera"
IMAGES = {"demo": CAMERAS / "camera.bin", "real": CAMERAS / "camera-real.bin"}
ROUNDS = 3


def main() -> None:
    """Median of interleaved runs for each image and update."""
    figures: dict[str, float | int | str | None] = {}
    with tempfile.TemporaryDirectory() as held:
        folder = Path(held)
        for name, image in IMAGES.items():
            if not image.is_file():
                raise SystemExit(f"{image} is missing: make demo and make demo-real write the example cameras")
            figures |= measured(name, image, folder / name)
    conclude("carry", figures)


def measured(name: str, image: Path, folder: Path) -> dict[str, float | int | str | None]:
    """Return the ratios of one image."""
    root = folder / "root"
    laid_out(image, root)
    old = packed(root, folder / "old")
    subprocess.run([str(FAIRMARK), "assess", str(old), *common(folder / "before")], check=True, capture_output=True)
    figures: dict[str, float | int | str | None] = {}
    for update, change in UPDATES.items():
        changed = folder / update
        shutil.copytree(root, changed, symlinks=True)
        change(changed)
        new = packed(changed, folder / f"{update}.image")
        before = folder / "before" / "assessment.json"
        full = [str(FAIRMARK), "assess", str(new), *common(folder / f"{update}.full")]
        part = [str(FAIRMARK), "assess", str(new), *common(folder / f"{update}.part"), "--carry", str(before)]
        seconds = interleaved({"full": lambda f=full: cpu_seconds(f), "part": lambda p=part: cpu_seconds(p)}, ROUNDS)
        taken = agreed(folder / f"{update}.full", folder / f"{update}.part")
        figures[f"{name}_{update}_full_over_carried"] = seconds["full"] / seconds["part"]
        figures[f"{name}_{update}_full_seconds"] = seconds["full"]
        figures[f"{name}_{update}_taken_over"] = f"{taken['carried']} of {taken['carried'] + taken['run_again']} cases"
        figures[f"{name}_{update}_price_taken_over"] = str(taken["price"]).lower()
    return figures


def common(out: Path) -> list[str]:
    """Return the arguments that every run has."""
    return ["--device", str(CAMERAS / "device.yaml"), "--out", str(out)]


def laid_out(image: Path, root: Path) -> None:
    """Write the files and links of the largest file system of an image."""
    root.mkdir(parents=True)
    with open_image(image) as opened, FileSpool(root.parent) as spool:
        made = extract(opened.blob, limits=Limits(), clock=lambda: 0.0, spool=spool)
        tree = max(made.trees, key=lambda one: sum(1 for _ in one.files()))
        for entry in tree.everything():
            place = root / entry.printable.lstrip("/")
            if entry.kind is Kind.DIRECTORY:
                place.mkdir(parents=True, exist_ok=True)
            elif entry.kind is Kind.FILE:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(tree.read(entry))
                place.chmod(entry.mode & 0o7777)
            elif entry.kind is Kind.SYMLINK:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.symlink_to(entry.target.decode())


def packed(root: Path, image: Path) -> Path:
    """Pack a folder as squashfs."""
    options = ["-noappend", "-comp", "xz", "-all-root", "-mkfs-time", "1700000000", "-all-time", "1700000000"]
    subprocess.run(["mksquashfs", str(root), str(image), *options], check=True, capture_output=True)
    return image


def agreed(full: Path, part: Path) -> dict[str, int | bool]:
    """Check that both runs say the same; return what was taken over."""
    one, other = (json.loads((folder / "assessment.json").read_bytes()) for folder in (full, part))
    taken: dict[str, int | bool] = other.pop("carried")
    one.pop("carried")
    for case in other["cases"]:
        case.pop("carried_from", None)
    if one != other:
        sys.exit("the two runs differ")
    return taken


# One update each ---------------------------------------------------------------------------------------------------


def nothing(_: Path) -> None:
    """Leave everything as it is: a build that was packed again."""


def settings(root: Path) -> None:
    """Change a line of a file of settings."""
    place = root / "etc" / "hosts"
    place.write_bytes((place.read_bytes() if place.is_file() else b"") + b"192.0.2.1 cloud\n")


def program(root: Path) -> None:
    """Replace a program or library by one that differs in a few bytes."""
    place = next(one for one in sorted(root.rglob("*")) if one.is_file() and one.read_bytes().startswith(b"\x7fELF"))
    place.write_bytes(place.read_bytes() + b"\0new build\0")


def one_more(root: Path) -> None:
    """Add a file: the names in the image are read by every examination."""
    (root / "etc" / "release-notes").write_bytes(b"better than before\n")


UPDATES: dict[str, Callable[[Path], None]] = {
    "nothing": nothing,
    "settings": settings,
    "program": program,
    "one_more": one_more,
}


if __name__ == "__main__":
    main()
