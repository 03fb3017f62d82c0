"""Price scenarios with pyfair: every scenario, and their sum. Prints seconds without imports, and memory."""

import json
import resource
import sys
import time
import warnings

warnings.filterwarnings("ignore")

from pyfair.model.meta_model import FairMetaModel  # noqa: E402
from pyfair.model.model import FairModel  # noqa: E402
from six_inputs import draw  # noqa: E402

FIELDS = {
    "tef": "Threat Event Frequency",
    "capability": "Threat Capability",
    "resistance": "Control Strength",
    "primary": "Primary Loss",
    "secondary_chance": "Secondary Loss Event Frequency",
    "secondary": "Secondary Loss Event Magnitude",
}


def main() -> None:
    """Price as many scenarios with as many simulations as the arguments say."""
    count, simulations = int(sys.argv[1]), int(sys.argv[2])
    inputs = draw(count)
    started, worked = time.perf_counter(), time.process_time()
    models = []
    for number, scenario in enumerate(inputs):
        model = FairModel(name=f"s{number}", n_simulations=simulations)
        for name, (low, mode, high) in scenario.items():
            model.input_data(FIELDS[name], low=low, mode=mode, high=high)
        model.calculate_all()
        models.append(model)
    together = FairMetaModel("all", models=models)
    together.calculate_all()
    results = together.export_results()
    quantiles = results.quantile([0.5, 0.95, 0.99])
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu, "rss_mb": rss, "var99": float(quantiles["Risk"][0.99])}))


if __name__ == "__main__":
    main()
