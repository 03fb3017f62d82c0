"""The two example cameras side by side, for the demonstration: profile and image of each."""

from collections.abc import Callable
from dataclasses import dataclass

from fairmark.demo.camera import fixed_image, flawed_image
from fairmark.model.data import read_data


@dataclass(frozen=True, slots=True)
class Example:
    """One example device: its name, the data file with its profile, and how its image is made."""

    name: str
    file: str
    image: Callable[[], bytes]

    def profile(self) -> bytes:
        """Return the text of its ``device.yaml``."""
        return read_data("fairmark.demo", self.file)


PAIR: tuple[Example, ...] = (
    Example("ip-camera", "devices/ip-camera.yaml", flawed_image),
    Example("ip-camera-fixed", "devices/ip-camera-fixed.yaml", fixed_image),
)
