"""Validate OSCAL documents with compliance-trestle, an implementation of its own; runs in an environment of its own.

Usage: python oscal_validator.py FILE...; prints one line for each fault and exits 1 when there is one.
"""

import contextlib
import io
import json
import sys
from pathlib import Path

from trestle.core.catalog_validator import CatalogValidator
from trestle.core.duplicates_validator import DuplicatesValidator
from trestle.core.refs_validator import RefsValidator
from trestle.oscal import OSCAL_VERSION, assessment_plan, assessment_results, catalog, component, poam

MODELS = {
    "catalog": catalog.Model,
    "component-definition": component.Model,
    "assessment-plan": assessment_plan.Model,
    "assessment-results": assessment_results.Model,
    "plan-of-action-and-milestones": poam.Model,
}


def faults(path: Path) -> list[str]:
    """Return what is wrong with a document: its form, a UUID that stands twice, a role that is not defined."""
    content = path.read_bytes()
    kind, plain = next(iter(json.loads(content).items()))
    try:
        model = getattr(MODELS[kind].model_validate_json(content), kind.replace("-", "_"))
    except ValueError as error:
        return [f"{path.name}: {error}"]
    checks = [DuplicatesValidator(), RefsValidator(), *([CatalogValidator()] if kind == "catalog" else [])]
    with contextlib.redirect_stdout(io.StringIO()):
        failed = [type(one).__name__ for one in checks if not one.model_is_valid(model, quiet=True, trestle_root=None)]
    version = plain["metadata"]["oscal-version"]
    return [f"{path.name}: {one}" for one in failed] + ([] if version == OSCAL_VERSION else [f"{path.name}: {version}"])


if __name__ == "__main__":
    found = [fault for name in sys.argv[1:] for fault in faults(Path(name))]
    sys.stdout.write("\n".join(found))
    sys.exit(1 if found else 0)
