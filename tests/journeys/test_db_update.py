"""``fairmark db update`` against a replay of NVD that is busy and refuses; killed half-way and run again."""

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from fairmark.vulnerabilities.adapters.store import Store
from tests.doubles.feed_files import cve_document, nvd_item, nvd_page
from tests.doubles.local_server import Answer, serving

PAGE, TOTAL = 3, 20
ITEMS = [nvd_item(f"CVE-2024-{number:04}") for number in range(1, TOTAL + 1)]
AGAIN = {"Retry-After": "0"}
RUN = "from fairmark.cli.main import COMMANDS, main; COMMANDS.setdefault('db', ''); main()"


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", RUN, "db", *arguments]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, text=True, check=False, timeout=120)


class Replay:
    """NVD as it is on a bad day: every second page is refused three times before it is there."""

    def __init__(self, *, stop_at: int = TOTAL + 1) -> None:
        self.asked: list[int] = []
        self.stop_at = stop_at
        self.reached, self.go_on = threading.Event(), threading.Event()

    def __call__(self, path: str, _headers: dict[str, str]) -> Answer:
        query = parse_qs(urlsplit(path).query)
        start = int(query["startIndex"][0])
        if "lastModStartDate" in query:
            return Answer(200, nvd_page([], 0, 0))
        tried = self.asked.count(start)
        self.asked.append(start)
        if start >= self.stop_at:
            self.reached.set()
            self.go_on.wait(60)
        body = nvd_page(ITEMS[start : start + PAGE], start, TOTAL)
        bad_day = (Answer(429, b"", AGAIN), Answer(503, b"", AGAIN), Answer(403, b"", AGAIN))
        return bad_day[tried] if tried < len(bad_day) and start % 2 == 0 else Answer(200, body)


def stored(path: Path) -> list[str]:
    with Store(path) as store:
        return [json.loads(record)["cve"] for _, _, record in store.words()]


def test_rate_limits_and_errors_lose_nothing(tmp_path: Path) -> None:
    with serving(Replay()) as address:
        done = run("update", "--from", f"nvd={address}/cves/2.0", "--db", str(tmp_path / "db"), "--json")

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["results"][0]["read"] == TOTAL
    assert stored(tmp_path / "db") == [item["id"] for item in ITEMS]


def test_the_key_for_nvd_goes_with_every_question_and_is_kept_nowhere(tmp_path: Path) -> None:
    replay, keys = Replay(), []
    key = "0f0e0d0c-1111-2222-3333-444455556666"
    (tmp_path / "key").write_text(f"{key}\n")

    def answer(path: str, headers: dict[str, str]) -> Answer:
        keys.append(headers.get("apikey", ""))
        return replay(path, headers)

    with serving(answer) as address:
        place = f"nvd={address}/cves/2.0"
        done = run("update", "--from", place, "--nvd-key-file", str(tmp_path / "key"), "--db", str(tmp_path / "db"))

    assert done.returncode == 0, done.stderr
    assert len(stored(tmp_path / "db")) == TOTAL
    assert set(keys) == {key}
    assert key not in done.stdout + done.stderr
    assert all(key.encode() not in file.read_bytes() for file in tmp_path.glob("db*"))


def test_killed_half_way_it_goes_on_without_loss_or_duplicates(tmp_path: Path) -> None:
    database, replay = tmp_path / "db", Replay(stop_at=9)

    with serving(replay) as address:
        place = f"nvd={address}/cves/2.0"
        child = subprocess.Popen(
            command("update", "--from", place, "--db", str(database)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert replay.reached.wait(60)
        child.send_signal(signal.SIGKILL)
        child.wait(60)
        replay.go_on.set()
        half = stored(database)
        replay.asked.clear()
        replay.stop_at = TOTAL + 1
        done = run("update", "--from", place, "--db", str(database))

    assert half == [item["id"] for item in ITEMS[:9]]
    assert done.returncode == 0, done.stderr
    assert min(replay.asked) == 9
    assert stored(database) == [item["id"] for item in ITEMS]


def test_a_second_whole_run_gives_the_same_state(tmp_path: Path) -> None:
    states = []
    for name in ("one", "two"):
        with serving(Replay()) as address:
            run("update", "--from", f"nvd={address}/cves/2.0", "--db", str(tmp_path / name))
        with Store(tmp_path / name) as store:
            states.append(store.digest())

    assert states[0] == states[1]


@pytest.mark.parametrize("place", ["nvd=file:///etc/hostname", "nvd=ftp://example.org/x", "nvd=/nowhere/at/all", "x"])
def test_a_place_that_cannot_be_is_wrong_usage(tmp_path: Path, place: str) -> None:
    done = run("update", "--from", place, "--db", str(tmp_path / "db"))

    assert done.returncode == 2
    assert done.stderr.startswith("fairmark: ")


def test_a_bundle_crosses_the_air_gap_and_a_wrong_signature_does_not(tmp_path: Path) -> None:
    (tmp_path / "cve.json").write_bytes(cve_document())
    key, other, bundle = (str(tmp_path / name) for name in ("key", "other", "bundle"))
    one, two = (str(tmp_path / name) for name in ("one", "two"))
    steps = [
        run("import", str(tmp_path / "cve.json"), "--db", one),
        run("key", key),
        run("key", other),
        run("export", bundle, "--key", key, "--db", one),
    ]

    unsigned = run("import", bundle, "--db", two)
    wrong = run("import", bundle, "--trust", f"{other}.pub", "--db", two)
    nothing = run("info", "--db", two, "--json")
    right = run("import", bundle, "--trust", f"{key}.pub", "--db", two)

    assert [step.returncode for step in steps] == [0] * 4
    assert (unsigned.returncode, wrong.returncode, right.returncode) == (1, 1, 0)
    assert "nothing was read from it" in wrong.stderr
    assert json.loads(nothing.stdout)["feeds"] == []
    assert stored(Path(two)) == ["CVE-2024-0001"]
    assert Path(key).stat().st_mode & 0o777 == 0o600


def test_info_warns_loudly_of_old_data(tmp_path: Path) -> None:
    (tmp_path / "cve.json").write_bytes(cve_document())
    run("import", str(tmp_path / "cve.json"), "--db", str(tmp_path / "db"))

    done = run("info", "--db", str(tmp_path / "db"))

    assert done.returncode == 0
    assert "WARNING: The cve data is" in done.stderr
