"""Catalogues and OSCAL documents for the tests: one of a company's own, one of a stranger."""

import json
from typing import Any

from fairmark.model.standard import Automation, Catalogue, Provision, Status
from fairmark.render import oscal_catalogue, oscal_results
from tests.doubles.assessments import assessment


def catalogue(*ids: str) -> Catalogue:
    """A company's own catalogue, with what no slot of OSCAL likes."""
    return Catalogue(
        id="9-own",
        name="Rules\nof the house",
        edition=" 2026 ",
        kind="standard",
        publisher="Example Maker",
        groups={"1 a": "First *group*", "": ""},
        provisions=tuple(
            Provision(
                id=key,
                title=f"<b>{key}</b>\n",
                status=Status.MANDATORY,
                group="nowhere" if number % 3 == 2 else ("1 a", "")[number % 2],
                automation=Automation.HUMAN,
                condition_text="always\n\n",
            )
            for number, key in enumerate(ids)
        ),
    )


def control(key: str, title: str = "A control", **more: Any) -> dict[str, Any]:
    """A control of somebody else."""
    return {"id": key, "title": title} | more


def foreign(**changes: Any) -> dict[str, Any]:
    """A small catalogue of somebody else."""
    given: dict[str, Any] = {
        "uuid": "8d2a1c52-6d0b-4d0e-9c42-5a4b7d6c1e11",
        "metadata": {
            "title": "Rules of the Guild",
            "last-modified": "2026-01-01T00:00:00Z",
            "version": "3",
            "oscal-version": "1.1.3",
            "parties": [
                {"uuid": "u1", "type": "organization", "name": "Somebody"},
                {"uuid": "u2", "name": "The Guild"},
            ],
            "responsible-parties": [{"role-id": "creator", "party-uuids": ["u2"]}],
        },
        "groups": [
            {
                "id": "ac",
                "title": "Access",
                "controls": [
                    control("ac-1", props=[{"name": "label", "value": "AC-1"}], controls=[control("ac-1.1")]),
                    control("ac-2", props=[{"name": "status", "value": "withdrawn"}]),
                ],
                "groups": [{"id": "ac-x", "title": "Inner \\*one\\*", "controls": [control("ac-9")]}],
            }
        ],
        "controls": [control("loose-1")],
    }
    return {"catalog": given | changes}


def seeds() -> dict[str, dict[str, bytes]]:
    """Honest documents for the fuzzer, by reader and name."""
    own = oscal_catalogue.render(catalogue("5.1-1", "a b"))
    few = assessment(verdicts=assessment().verdicts[:8])
    return {
        "oscal_catalog": {"foreign": json.dumps(foreign()).encode(), "own": own},
        "oscal_own": {"own": own},
        "oscal_results": {"one": oscal_results.render(few)},
    }
