import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from distributed import LocalCluster

from fairmark.errors import MissingPartError
from fairmark.jobs.adapters.dask_cluster import dask_cluster
from tests.doubles.jobs import die_once, job, refuse


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as started:
        yield started


def address(cluster: LocalCluster) -> str:
    return cluster.scheduler_address.removeprefix("tcp://")


def test_a_cluster_does_the_jobs_and_an_error_is_a_sentence(cluster: LocalCluster) -> None:
    with dask_cluster(address(cluster)) as engine:
        done = {one.id: one.result or one.error for one in engine.run([job("a"), job("unreadable")], refuse)}

    assert done == {"a": "A", "unreadable": "the file is empty"}


def test_a_worker_that_is_killed_once_loses_nothing(cluster: LocalCluster, tmp_path: Path) -> None:
    jobs = [job(name, (name, str(tmp_path / "killed") if name == "b" else "")) for name in "abcdef"]

    with dask_cluster(address(cluster), 2) as engine:
        done = [(one.id, one.result) for one in engine.run(jobs, die_once)]

    assert sorted(done) == [(name, name.upper()) for name in "abcdef"]


def test_without_dask_the_part_is_named() -> None:
    with (
        patch.dict(sys.modules, {"distributed": None}),
        pytest.raises(MissingPartError) as caught,
        dask_cluster("127.0.0.1:1"),
    ):
        pass

    assert "fairmark[dask]" in caught.value.hint


def test_a_scheduler_that_is_not_there_is_a_missing_part() -> None:
    with (
        patch("fairmark.jobs.adapters.dask_cluster._PATIENCE", "100ms"),
        pytest.raises(MissingPartError, match="no Dask cluster answers"),
        dask_cluster("127.0.0.1:1"),
    ):
        pass
