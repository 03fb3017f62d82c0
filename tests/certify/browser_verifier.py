"""Asks the browser's verifier, run by Node.js, what it says of many labels."""

import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fairmark.certify.label_verdict import judge
from fairmark.certify.page import checker, embedded
from fairmark.certify.status import Status
from fairmark.certify.trust import Register, TrustList
from fairmark.model.value import canonical_json

HERE = Path(__file__).resolve().parent
Case = tuple[str, int]
"""Text and clock."""


def in_javascript(cases: Iterable[Case], trust: TrustList, statuses: Mapping[int, Status]) -> list[dict[str, Any]]:
    """Return what the script of the page says of each case."""
    node = shutil.which("node")
    if node is None:
        raise RuntimeError("no Node.js on the PATH: the browser's verifier must be run")
    data = json.loads(canonical_json(embedded(trust, statuses)))  # as the page carries it
    given = {"script": checker(), "data": data, "cases": list(cases)}
    command = [node, str(HERE / "judge.mjs")]
    run = subprocess.run(command, input=json.dumps(given).encode(), capture_output=True, check=True, timeout=300)
    found: list[dict[str, Any]] = json.loads(run.stdout)
    return found


def in_python(cases: Iterable[Case], trust: TrustList, statuses: Mapping[int, Status]) -> list[dict[str, Any]]:
    """Return what this program says of each case, in the same form."""
    register = Register(trust)
    return [plain(asdict(judge(text, register, statuses, now=clock))) for text, clock in cases]


def plain(thing: Any) -> Any:
    """Return a value as JSON has it."""
    return json.loads(json.dumps(thing))
