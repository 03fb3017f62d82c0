"""Price scenarios with pycrq: every scenario, and their sum. Prints seconds without imports, and memory."""

import json
import resource
import sys
import time

from pycrq import FAIRSimulator, RiskRegister, ScenarioBuilder, pert
from six_inputs import draw


def main() -> None:
    """Price as many scenarios with as many simulations as the arguments say."""
    count, simulations = int(sys.argv[1]), int(sys.argv[2])
    inputs = draw(count)
    started, worked = time.perf_counter(), time.process_time()
    register = RiskRegister("all")
    for number, scenario in enumerate(inputs):
        # Its strengths are scores up to 100.
        scaled = {
            name: pert(*(100 * x if name in {"capability", "resistance"} else x for x in three))
            for name, three in scenario.items()
        }
        builder = ScenarioBuilder(f"s{number}").asset("asset", "Information").threat("threat", "External Adversarial")
        builder = builder.tef(scaled["tef"]).threat_capability(scaled["capability"])
        builder = builder.control_strength(scaled["resistance"]).primary_loss(scaled["primary"])
        register.add_scenario(builder.secondary_loss(scaled["secondary_chance"], scaled["secondary"]).build())
    result = FAIRSimulator(n_simulations=simulations, seed=1).simulate_register(register)
    var99 = float(result.var(0.99))
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu, "rss_mb": rss, "var99": var99}))


if __name__ == "__main__":
    main()
