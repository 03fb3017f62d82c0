from collections.abc import Mapping
from pathlib import Path

from fairmark.demo.pair import PAIR
from fairmark.workflows.demo import IMAGE, PROFILE, demonstrate
from tests.doubles.assessments import assessment


def test_each_example_is_written_to_its_own_folder_and_assessed_in_order() -> None:
    written: list[Path] = []
    looked: list[tuple[Path, Path]] = []

    def write(folder: Path, documents: Mapping[str, bytes]) -> None:
        assert set(documents) == {PROFILE, IMAGE}
        written.append(folder)

    def look(image: Path, profile: Path):  # type: ignore[no-untyped-def]
        looked.append((image, profile))
        return assessment()

    made = demonstrate(Path("base"), write, look)

    assert written == [Path("base") / example.name for example in PAIR]
    assert looked == [(folder / IMAGE, folder / PROFILE) for folder in written]
    assert len(made) == 2
