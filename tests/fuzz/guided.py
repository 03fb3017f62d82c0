"""The long run guided by coverage: `python -m tests.fuzz.guided TARGET SECONDS SEED`.

It needs atheris (Apache-2.0), which is no dependency of this project: `python -m pip install atheris`
(Linux, CPython 3.11 or newer). libFuzzer chooses the inputs, our mutator changes them.
"""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

_MEMORY = 1_536  # mebibytes
_SLOWEST = 25  # seconds for one input


def main(given: Sequence[str]) -> int:
    """Run until the time is over or something was found; 4 without atheris."""
    try:
        atheris: Any = import_module("atheris")
    except ImportError:
        print(__doc__, file=sys.stderr)  # noqa: T201
        return 4
    name, seconds, seed = given
    with atheris.instrument_imports(include=["fairmark"]):
        target = import_module("tests.fuzz.targets").TARGETS[name]
    with TemporaryDirectory(prefix="fairmark-fuzz-") as folder:
        for number, data in enumerate(target.seeds()):
            (Path(folder) / f"{number:05}").write_bytes(data)
        options = [f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={1 << 18}", "-print_final_stats=1"]
        options += [f"-rss_limit_mb={_MEMORY}", f"-timeout={_SLOWEST}", f"-artifact_prefix={folder}/"]
        atheris.Setup([sys.argv[0], *options, folder], _checking(target), custom_mutator=_mutator(target))
        atheris.Fuzz()  # ends the process
    return 0


def _checking(target: Any) -> Callable[[bytes], None]:
    """Keep what breaks the target, once for each kind; the calls are not counted, because tracing adds its own."""
    corpus, campaign = import_module("tests.fuzz.corpus"), import_module("tests.fuzz.campaign")
    found: set[str] = set()

    def check(data: bytes) -> None:
        fault = campaign.fault_of(target, data, counted=False)
        if fault and fault.mark not in found:
            found.add(fault.mark)
            path = corpus.write(target.name, campaign.name_of(fault, data), data)
            print(f"  {target.name}: {fault.words} [{fault.mark}] {path}", flush=True)  # noqa: T201

    return check


def _mutator(target: Any) -> Callable[[bytes, int, int], bytes]:
    mutated = import_module("tests.fuzz.mutation").mutated

    def change(data: bytes, most: int, seed: int) -> bytes:
        chance = Random(seed)
        changed = mutated(target.form, (data, data, data, chance.choice(target.seeds())), chance)
        return bytes((target.repair(changed) if target.repair and chance.random() < 0.6 else changed)[:most])

    return change


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
