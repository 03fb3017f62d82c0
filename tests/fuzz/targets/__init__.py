"""One target a reader: bytes in; it ends in a value, in an error of ours or in a recorded gap, else it raises."""

from tests.fuzz.targets import data, images, probe, programs, texts
from tests.fuzz.targets.target import Target

TARGETS: dict[str, Target] = {
    one.name: one for one in (*images.TARGETS, *programs.TARGETS, *texts.TARGETS, *data.TARGETS, *probe.TARGETS)
}
