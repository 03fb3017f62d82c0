"""Price scenarios with Fairmark: every scenario, and their sum. Prints seconds without imports, and memory."""

import json
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from six_inputs import draw

from fairmark.numerics.distributions import ln90, pert
from fairmark.risk.many import Many, assess_many
from fairmark.risk.scenario import LossForm, Scenario, Secondary


def six(number: int, given: dict[str, tuple[float, float, float]]) -> Scenario:
    """Return one scenario with six inputs."""
    law = {name: pert(*three) for name, three in given.items()}
    return Scenario(
        name=f"s{number}",
        tef=law["tef"],
        capability=law["capability"],
        resistance=law["resistance"],
        primary={LossForm.RESPONSE: law["primary"]},
        secondary=(Secondary(law["secondary_chance"], law["secondary"], LossForm.FINES_AND_JUDGMENTS),),
    )


def wide(number: int, given: dict[str, tuple[float, float, float]]) -> Scenario:
    """Return one scenario with an uncertain frequency and two lognormal losses."""
    low = given["primary"][0]
    return Scenario(
        name=f"s{number}",
        lef=pert(*given["tef"]),
        primary={LossForm.RESPONSE: ln90(low, 20 * low)},
        secondary=(Secondary(pert(*given["secondary_chance"]), ln90(low, 100 * low), LossForm.FINES_AND_JUDGMENTS),),
    )


def main() -> None:
    """Price as many scenarios as the arguments say, of the kind and with the threads they say."""
    count, kind, cells, threads = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    inputs = draw(count)
    started, worked = time.perf_counter(), time.process_time()
    scenarios = [(six if kind == "six" else wide)(number, given) for number, given in enumerate(inputs)]
    if threads == 1:
        found: Many = assess_many(scenarios, total_cells=cells)
    else:
        with ThreadPoolExecutor(threads) as pool:
            found = assess_many(scenarios, total_cells=cells, spread=pool.map)
    var99 = found.total.var(0.99)
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu, "rss_mb": rss, "var99": var99}))


if __name__ == "__main__":
    main()
