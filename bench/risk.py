"""The price of many scenarios against pyfair and pycrq, on the same inputs, interleaved; ratios of processor seconds.

Each engine prices every scenario and their sum in a process of its own; imports are not counted. The error is
that of our total's 99 % point against a lattice 64 times as fine, with brackets. ``--scaling`` goes on to 100,000
scenarios through the engines of ``fairmark fleet``: processes here, and a local Dask cluster.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from measure import PYTHON, Used, conclude, interleaved, load, used
from peer_environments import CouldNotRunError, installed

from fairmark.jobs.adapters.dask_cluster import dask_cluster
from fairmark.jobs.adapters.pool import ProcessPool
from fairmark.jobs.plan import Engine, Job
from fairmark.risk.many import Block, Priced, assess_many
from fairmark.risk.portfolio import Portfolio, assess_portfolio
from fairmark.risk.selection.cuts import Selector
from fairmark.risk.selection.frontier import frontier
from fairmark.risk.selection.problem import Problem, problem

sys.path.append(str(Path(__file__).resolve().parent / "peers"))
from price_with_fairmark import six, wide
from six_inputs import draw

PEERS = Path(__file__).resolve().parent / "peers"
SIMULATIONS = "100000"
FINE = 1 << 17
SIZES = (100, 1_000, 10_000, 100_000)
Figures = dict[str, float | int | str | None]


def ours(count: int, kind: str, cells: int, threads: int) -> dict[str, float]:
    """Price with Fairmark in a process of its own."""
    command = [str(PYTHON), str(PEERS / "price_with_fairmark.py"), str(count), kind, str(cells), str(threads)]
    return read(used(command))


def peer(name: str, requirement: str) -> Callable[[], dict[str, float]]:
    """Return how to price a hundred scenarios with a peer; raises ``CouldNotRunError``."""
    python = installed(name, requirement) / "python"
    return lambda: read(used([str(python), str(PEERS / f"price_with_{name}.py"), "100", SIMULATIONS]))


def read(found: Used) -> dict[str, float]:
    """Return what a priced process printed."""
    answer: dict[str, float] = json.loads(found.output.splitlines()[-1])
    return answer


def against_peers(rounds: int) -> Figures:
    """Price a hundred scenarios with everybody, round by round."""
    figures: Figures = {}
    work: dict[str, Callable[[], dict[str, float]]] = {"ours": lambda: ours(100, "six", 2048, 1)}
    for name, requirement in (("pyfair", "pyfair==0.1a13"), ("pycrq", "pycrq==1.1.0")):
        try:
            work[name] = peer(name, requirement)
        except CouldNotRunError as error:
            figures[f"ratio_{name}"] = None
            figures[f"{name}_could_not_run"] = str(error)
    work["ours_10000"] = lambda: ours(10_000, "wide", 2048, 2)
    seen = {name: [] for name in work}
    for _ in range(rounds):
        for name, run in work.items():
            seen[name].append(run())
    cpu = {name: statistics.median(each["cpu_seconds"] for each in runs) for name, runs in seen.items()}
    wall = {name: statistics.median(each["seconds"] for each in runs) for name, runs in seen.items()}
    for name in ("pyfair", "pycrq"):
        if name in cpu:
            figures[f"ratio_{name}"] = cpu[name] / cpu["ours"]
            figures[f"{name}_rss_mb"] = max(each["rss_mb"] for each in seen[name])
            figures[f"{name}_var99_error"] = abs(seen[name][0]["var99"] / seen["ours"][0]["var99"] - 1)
    figures["rss_mb"] = max(each["rss_mb"] for each in seen["ours"])
    figures["portfolio_10000_s"] = wall["ours_10000"]
    figures["portfolio_10000_rss_mb"] = max(each["rss_mb"] for each in seen["ours_10000"])
    if "pyfair" in wall:
        figures["portfolio_10000_in_pyfair_100"] = wall["ours_10000"] / wall["pyfair"]
    return figures


def choosing(controls: int, scenarios: int) -> Problem:
    """Return a random problem: every control acts on five scenarios, as in a real catalogue of measures."""
    random = np.random.default_rng(0)
    multipliers = np.ones((controls, scenarios))
    for control in range(controls):
        touched = random.choice(scenarios, 5, replace=False)
        multipliers[control, touched] = random.uniform(0.3, 0.9, 5)
    return problem(10 ** random.uniform(3, 6, scenarios), multipliers, 10 ** random.uniform(2.5, 5, controls))


def selection(rounds: int) -> Figures:
    """Choose 200 controls for 200 scenarios, and draw a frontier, beside a plain loop over the solver."""
    large, small = choosing(200, 200), choosing(60, 80)

    def one() -> float:
        started = time.perf_counter()
        found = Selector(large).under(0.3 * float(large.costs.sum()))
        if not found.proven:
            raise SystemExit("could not run: the gap of 200 x 200 did not close")
        return time.perf_counter() - started

    def curve() -> float:
        started = time.perf_counter()
        frontier(small)
        return time.perf_counter() - started

    def plain() -> float:
        """Solve each budget from nothing: what ``frontier`` saves is what it learnt from the others."""
        started = time.perf_counter()
        for budget in np.linspace(0, float(small.costs.sum()), 12):
            Selector(small).under(float(budget))
        return time.perf_counter() - started

    seen = interleaved({"one": one, "curve": curve, "plain": plain}, rounds)
    return {
        "select_200_s": seen["one"],
        "frontier_12_s": seen["curve"],
        "plain_loop_to_frontier": seen["plain"] / seen["curve"],
    }


def error_of_var99() -> float:
    """Return the relative error of the total's 99 % point, the bracket of the fine lattice included."""
    scenarios = [six(number, given) for number, given in enumerate(draw(100))]
    quick = assess_many(scenarios, total_cells=2048).total.var(0.99)
    exact = assess_portfolio(Portfolio(tuple(scenarios)), cells=FINE).var(0.99)
    return abs(quick / exact.value - 1)


def spread_over(engine: Engine) -> Callable[[Callable[[Block], Priced], Sequence[Block]], list[Priced]]:
    """Return a way to compute blocks on an engine, in their order."""

    def run(work: Callable[[Block], Priced], blocks: Sequence[Block]) -> list[Priced]:
        jobs = [Job(str(number), block, {}) for number, block in enumerate(blocks)]
        done = {each.id: each for each in engine.run(jobs, work)}
        found = [done[job.id].result for job in jobs]
        if missing := [done[job.id].error for job, result in zip(jobs, found, strict=True) if result is None]:
            raise SystemExit(f"could not run: {missing[0]}")
        return [each for each in found if each is not None]

    return run


def scaling() -> Figures:
    """Price from 100 to 100,000 scenarios; the cost of one must not grow."""
    figures: Figures = {}
    for count in SIZES:
        scenarios = [wide(number, given) for number, given in enumerate(draw(count))]
        started = time.perf_counter()
        here = assess_many(scenarios, spread=spread_over(ProcessPool(2)))
        figures[f"scenario_ms_of_{count}"] = (time.perf_counter() - started) / count * 1000
    figures["growth_1000_to_100000"] = ratio(figures, "scenario_ms_of_100000", "scenario_ms_of_1000")
    from distributed import LocalCluster  # noqa: PLC0415 - only with --scaling

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster,
        dask_cluster(cluster.scheduler_address.removeprefix("tcp://")) as engine,
    ):
        started = time.perf_counter()
        there = assess_many(scenarios, spread=spread_over(engine))
        figures["dask_scenario_ms_of_100000"] = (time.perf_counter() - started) / SIZES[-1] * 1000
    figures["dask_same_bytes"] = here.total.masses.tobytes() == there.total.masses.tobytes()
    return figures


def ratio(figures: Mapping[str, float | int | str | None], above: str, below: str) -> float:
    """Return one figure divided by another."""
    return float(figures[above] or 0) / float(figures[below] or 1)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--scaling", action="store_true")
    given = options.parse_args()
    figures = against_peers(given.rounds)
    figures |= selection(given.rounds)
    figures["var99_relative_error"] = error_of_var99()
    if given.scaling:
        figures |= scaling()
    conclude("risk", {**figures, "load": load()})


if __name__ == "__main__":
    main()
