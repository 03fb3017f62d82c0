"""The demonstration: assess the flawed camera and its mended twin, the same way a user's image is assessed."""

from collections.abc import Callable, Mapping
from pathlib import Path

from fairmark.demo.pair import PAIR, Example
from fairmark.model.assessment import Assessment

IMAGE, PROFILE = "camera.bin", "device.yaml"


def files_of(example: Example) -> dict[str, bytes]:
    """Return the two files of one example device: its profile and its image."""
    return {PROFILE: example.profile(), IMAGE: example.image()}


def demonstrate(
    folder: Path,
    write: Callable[[Path, Mapping[str, bytes]], None],
    assess_image: Callable[[Path, Path], Assessment],
) -> tuple[Assessment, ...]:
    """Write each example into ``folder``/NAME and assess it; return the assessments in order."""
    assessments = []
    for example in PAIR:
        place = folder / example.name
        write(place, files_of(example))
        assessments.append(assess_image(place / IMAGE, place / PROFILE))
    return tuple(assessments)
