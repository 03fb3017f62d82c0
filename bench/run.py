"""Run every benchmark and write ``bench/results.json`` with date and machine; exit 1 when one could not run."""

import json
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHARED = {"run.py", "measure.py", "device_image.py", "peer_environments.py"}


def main() -> None:
    """Run each file beside this one in turn."""
    results, failed = {}, []
    for script in sorted(HERE.glob("*.py")):
        if script.name in SHARED:
            continue
        print(f"== {script.stem}", flush=True)
        run = subprocess.run([sys.executable, str(script)], check=False, capture_output=True, text=True)
        print(run.stdout + run.stderr, end="", flush=True)
        if run.returncode:
            failed.append(script.stem)
        else:
            results[script.stem] = json.loads(run.stdout.splitlines()[-1])
            failed += [f"{script.stem} in part"] if results[script.stem].get("could_not_run") else []
    machine = {"python": platform.python_version(), "machine": platform.machine(), "system": platform.platform()}
    record = {"date": datetime.now(UTC).date().isoformat(), "machine": machine, "results": results, "failed": failed}
    (HERE / "results.json").write_text(json.dumps(record, indent=2, sort_keys=True) + "\n")
    sys.exit(f"could not run: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
