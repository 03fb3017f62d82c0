"""Reports of code scanners, as small as SARIF 2.1.0 allows."""

import json
from typing import Any


def place(uri: str = "src/cgi.c", line: int | None = 12, **more: Any) -> dict[str, Any]:
    """A location in the sources."""
    region = {"region": {"startLine": line}} if line else {}
    return {"physicalLocation": {"artifactLocation": {"uri": uri} | more} | region}


def result(rule: str = "c/command-injection", **changes: Any) -> dict[str, Any]:
    """One result; name only what the test is about."""
    given: dict[str, Any] = {
        "ruleId": rule,
        "level": "error",
        "message": {"text": "input reaches system()"},
        "locations": [place()],
    }
    return given | changes


def rule(name: str = "c/command-injection", *tags: str, **changes: Any) -> dict[str, Any]:
    """One rule of a tool, with its tags."""
    return {"id": name, "properties": {"tags": list(tags or ("external/cwe/cwe-078",))}} | changes


def run(*results: dict[str, Any], named: str = "semgrep", version: str = "1.90.0", **changes: Any) -> dict[str, Any]:
    """One run of a tool that knows the rules of its results."""
    rules = [rule(name) for name in sorted({str(one["ruleId"]) for one in results if "ruleId" in one})]
    driver = {"name": named, "semanticVersion": version, "rules": rules}
    return {"tool": {"driver": driver}, "results": list(results)} | changes


def log(*runs: dict[str, Any], version: str = "2.1.0") -> bytes:
    """A whole log."""
    return json.dumps({"version": version, "runs": list(runs)}).encode()
