"""``fairmark watch`` night after night: a saved camera against data that changes, as cron would run it."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fairmark.vulnerabilities.adapters.store import Store
from tests.doubles.feed_files import as_json
from tests.journeys.conftest import Camera, Run

CVE = "CVE-2026-0001"
OTHER = {"cveID": "CVE-2019-0001", "dateAdded": "2021-11-03"}


class Data:
    """A vulnerability database that a test changes, and the camera's saved assessment."""

    def __init__(self, camera: Camera, fairmark: Callable[..., Run], folder: Path) -> None:
        self.fairmark, self.folder, self.database = fairmark, folder, folder / "db"
        self.camera = camera
        self.part = next(one for one in camera.assessment["components"] if one["upstream"] == "zlib")

    def load(self, name: str, document: Any) -> None:
        path = self.folder / f"{name}.json"
        path.write_bytes(document if isinstance(document, bytes) else as_json(document))
        done = self.fairmark("db", "import", path, "--db", self.database)
        assert done.code == 0, done.out + done.err

    def record(self, cve: str = CVE, before: str = "9999", **changes: Any) -> None:
        """Publish a flaw of every version of the library before ``before``."""
        versions = [{"version": "0", "lessThan": before, "status": "affected", "versionType": "custom"}]
        affected = [{"vendor": "zlib", "product": "zlib", "versions": versions}]
        meta = {"cveId": cve, "state": "PUBLISHED", "datePublished": "2026-03-04T00:00:00Z"} | changes
        body = {"affected": affected, "descriptions": [{"lang": "en", "value": "A flaw"}]}
        if meta["state"] == "REJECTED":
            body = {"rejectedReasons": [{"lang": "en", "value": "not a flaw"}]}
        self.load(cve, {"dataType": "CVE_RECORD", "cveMetadata": meta, "containers": {"cna": body}})

    def exploited(self) -> None:
        self.load("kev", {"catalogVersion": "2", "vulnerabilities": [OTHER, {"cveID": CVE, "dateAdded": "2026-05-06"}]})

    def chance(self, epss: float) -> None:
        head = "#model_version:v2026,score_date:2026-05-07T00:00:00+0000\ncve,epss,percentile\n"
        path = self.folder / "epss.csv"
        path.write_text(f"{head}{CVE},{epss},0.9\n")
        assert self.fairmark("db", "import", path, "--db", self.database).code == 0

    def begin(self) -> None:
        """Make the data of the first day, and the assessment of that day."""
        self.load("kev", {"catalogVersion": "1", "vulnerabilities": [OTHER]})
        self.record("CVE-2020-0001", "0.1")
        self.assess()

    @property
    def saved(self) -> Path:
        """The assessment of the first day."""
        return self.folder / "saved" / "assessment.json"

    def assess(self, name: str = "saved") -> Path:
        out = self.folder / name
        where = ("--device", self.camera.profile, "--db", self.database, "--out", out)
        done = self.fairmark("assess", self.camera.image, *where)
        assert done.code == 0, done.err
        return out / "assessment.json"

    def watch(self, *arguments: str | Path) -> Run:
        return self.fairmark("watch", *arguments, "--db", self.database, "--json")


@pytest.fixture(scope="module")
def first_day(flawed: Camera, fairmark: Callable[..., Run], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first-day")
    Data(flawed, fairmark, folder).begin()
    return folder


@pytest.fixture
def data(first_day: Path, flawed: Camera, fairmark: Callable[..., Run], tmp_path: Path) -> Data:
    """The data and the assessment of the first day, for a test to go on from."""
    return Data(flawed, fairmark, Path(shutil.copytree(first_day, tmp_path / "data")))


def test_night_after_night(data: Data) -> None:
    saved, state = data.saved, data.folder / "state.json"

    quiet = data.watch(saved, "--state", state)
    assert (quiet.code, quiet.json["news"]) == (0, [])

    data.record()
    published = data.watch(saved, "--state", state)
    assert published.code == 1
    (one,) = published.json["news"]
    assert (one["what"], one["cve"], one["known_since"]) == ("new flaw", CVE, "2026-03-04")
    assert (one["component"], one["reach"]) == (data.part["name"], data.part["reach"])
    assert one["product"].startswith(data.camera.assessment["device"]["maker"])
    assert data.watch(saved, "--state", state).code == 0
    assert data.watch(saved).code == 1

    data.chance(0.05)
    assert data.watch(saved, "--state", state).code == 0
    data.chance(0.4)
    likely = data.watch(saved, "--state", state)
    assert [(each["what"], each["epss"]) for each in likely.json["news"]] == [("exploitation is likely", 0.4)]
    assert data.watch(saved, "--state", state).code == 0

    data.exploited()
    exploited = data.watch(saved, "--state", state)
    assert [(each["what"], each["known_since"]) for each in exploited.json["news"]] == [
        ("known to be exploited", "2026-05-06")
    ]
    assert data.watch(saved, "--state", state).code == 0

    data.record(state="REJECTED")
    withdrawn = data.watch(saved, "--state", state)
    assert (withdrawn.code, withdrawn.json["news"]) == (0, [])
    assert [(each["cve"], "withdrawn" in each["why"]) for each in withdrawn.json["closed"]] == [(CVE, True)]
    assert data.watch(saved, "--state", state).json["closed"] == []


def test_an_assessment_that_knows_the_flaw_hears_only_what_changed(data: Data) -> None:
    data.record()
    data.chance(0.02)
    saved = data.assess("later")

    assert data.watch(saved).code == 0
    data.chance(0.3)
    assert [one["what"] for one in data.watch(saved).json["news"]] == ["exploitation is likely"]
    data.exploited()
    assert [one["what"] for one in data.watch(saved).json["news"]] == ["known to be exploited"]


def test_the_makers_word_quiets_an_ordinary_flaw_and_not_an_exploited_one(data: Data) -> None:
    saved = data.saved
    device = data.camera.assessment["device"]
    row = {
        "vulnerability": {"name": CVE},
        "products": [{"@id": f"pkg:generic/maker/{device['model']}@{device['firmware_version']}"}],
        "status": "not_affected",
        "justification": "vulnerable_code_not_present",
    }
    vex = data.folder / "vex.json"
    vex.write_bytes(as_json({"@context": "https://openvex.dev/ns/v0.2.0", "statements": [row]}))
    data.record()

    quiet = data.watch(saved, "--vex", vex)

    assert (quiet.code, quiet.json["news"]) == (0, [])
    assert any("1 flaw dropped on its word" in warning for warning in quiet.json["warnings"])
    data.exploited()
    loud = data.watch(saved, "--vex", vex)
    assert (loud.code, [one["what"] for one in loud.json["news"]]) == (1, ["known to be exploited"])


def test_one_assessment_that_cannot_be_read_does_not_hold_up_the_others(data: Data) -> None:
    saved, broken = data.saved, data.folder / "broken.json"
    broken.write_text("{")

    silent = data.watch(broken, saved)
    data.record()
    news = data.watch(broken, saved)

    assert (silent.code, len(silent.json["unreadable"])) == (3, 1)
    assert (news.code, len(news.json["news"]), len(news.json["unreadable"])) == (1, 1, 1)


def test_a_state_that_is_damaged_or_beside_since_is_refused_and_left_as_it_is(data: Data) -> None:
    saved, state = data.saved, data.folder / "state.json"
    state.write_text('{"schema": "fairm')

    damaged = data.watch(saved, "--state", state)
    both = data.watch(saved, "--state", state, "--since", "2026-01-01")

    assert (damaged.code, both.code) == (3, 2)
    assert state.read_text() == '{"schema": "fairm'


def test_a_kill_while_it_tells_leaves_the_old_state_or_the_new_one_and_loses_no_news(data: Data) -> None:
    saved, state = data.saved, data.folder / "state.json"
    data.watch(saved, "--state", state)
    data.record()
    command = [sys.executable, "-m", "fairmark", "watch", saved, "--db", data.database, "--state", state, "--json"]

    with subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        first = child.stdout.read(1)  # the news is on its way out, the state not yet written
        child.send_signal(signal.SIGKILL)
        told = CVE in (first + child.stdout.read()).decode()

    assert json.loads(state.read_bytes())["schema"] == "fairmark.watch/1"
    again = data.watch(saved, "--state", state)
    assert told or again.code == 1
    assert data.watch(saved, "--state", state).code == 0


def test_a_list_without_an_image_is_watched_for_what_is_exploited(data: Data) -> None:
    out = data.folder / "listed"
    bom = data.camera.out / "sbom.cdx.json"
    assert data.fairmark("assess", "--sbom", bom, "--db", data.database, "--out", out).code == 0
    data.record()

    quiet = data.watch(out / "assessment.json")
    data.exploited()
    loud = data.watch(out / "assessment.json")

    assert quiet.code == 0
    assert any("components that only a list names" in warning for warning in quiet.json["warnings"])
    assert (loud.code, [(one["what"], one["grade"]) for one in loud.json["news"]]) == (
        1,
        [("known to be exploited", "C")],
    )


def test_the_text_for_people_names_product_reach_and_the_day(data: Data) -> None:
    saved = data.saved
    data.record()
    data.exploited()

    done = data.fairmark("watch", saved, "--db", data.database)

    assert done.code == 1
    assert f"known to be exploited: {CVE} in {data.part['name']}" in done.out
    assert "known since 2026-05-06" in done.out
    with Store(data.database) as store:
        assert {one.name for one in store.feeds()} == {"cve", "kev"}
