"""The long run: `python -m tests.fuzz --target elf --seconds 600 --seed 7`. What it finds goes into the corpus."""

import argparse
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from types import FrameType

from tests.fuzz import corpus
from tests.fuzz.campaign import Fault, case_of, fault_of, name_of, smaller
from tests.fuzz.targets import TARGETS
from tests.fuzz.targets.target import Target

_LONGEST_CASE = 20.0  # seconds of processor time after which a case is ended: expressions make no calls


class TooSlow(Exception):  # noqa: N818 - as TooManySteps
    """One input took too much processor time."""


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlow(f"more than {_LONGEST_CASE:g} seconds")


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--target", action="append", choices=sorted(TARGETS), help="may be repeated; all by default")
    parser.add_argument("--seconds", type=float, default=60.0, help="of processor time, for each target")
    parser.add_argument("--cases", type=int, default=1_000_000_000, help="no more than that many for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", dest="first", type=int, default=0, help="number of the first case")
    parser.add_argument("--slow", type=float, default=4.0, help="seconds that one case may take, counting included")
    parser.add_argument("--no-keep", action="store_true", help="do not write what is found into the corpus")
    parser.add_argument("--make-seeds", action="store_true", help="write the honest seeds again and end")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Run; 1 when something was found."""
    arguments = _arguments(given)
    if arguments.make_seeds:
        from tests.fuzz.seeds import write_all  # noqa: PLC0415 - the writers are not needed for a run

        print(f"{write_all()} seeds")  # noqa: T201
        return 0
    wanted = [TARGETS[name] for name in arguments.target or TARGETS]
    signal.signal(signal.SIGVTALRM, _stop)
    return int(sum(_run(target, arguments) for target in wanted) > 0)


def _run(target: Target, arguments: argparse.Namespace) -> int:
    """Run one target to its end; return the number of different faults."""
    marks: Counter[str] = Counter()
    start, number, slowest = time.process_time(), arguments.first, (0.0, 0)
    while number - arguments.first < arguments.cases and time.process_time() - start < arguments.seconds:
        data = case_of(target, arguments.seed, number)
        before = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, _LONGEST_CASE)
        fault = fault_of(target, data)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        took = time.process_time() - before
        slowest = max(slowest, (took, number))
        if fault is None and took > arguments.slow and number > arguments.first:
            fault = Fault(f"slow-{target.name}", f"{took:.1f} s of processor time")
        if fault:
            marks[fault.mark] += 1
            if marks[fault.mark] == 1:
                is_long = fault.mark.startswith(
                    ("slow", "tooslow", "toomanysteps")
                )  # made smaller, it would be another
                small = data if is_long else smaller(target, data, fault.mark)
                kept = "" if arguments.no_keep else corpus.write(target.name, name_of(fault, small), small)
                words = f"  {target.name} case {number}: {fault.words} [{fault.mark}] {len(small)} bytes {kept}"
                print(words, flush=True)  # noqa: T201
        number += 1
    spent = time.process_time() - start
    print(  # noqa: T201
        f"{target.name}: {number - arguments.first} cases, {spent:.0f} s of processor time, {len(marks)} faults "
        f"({sum(marks.values())} cases), slowest {slowest[0]:.2f} s (case {slowest[1]})",
        flush=True,
    )
    return len(marks)


if __name__ == "__main__":
    sys.exit(main())
