"""Read our own OSCAL exports back: catalogues and verdicts, equal to those that were written.

What others make of our documents may have changed: a value that no longer fits is refused with its place, and a
document that carries none of our properties is not taken for one of ours.
"""

from typing import Any, TypeVar

from pydantic import ValidationError

from fairmark.errors import UnreadableInputError
from fairmark.model.standard import Catalogue, Provision, Verdict
from fairmark.model.value import Value
from fairmark.render import oscal_catalogue, oscal_results
from fairmark.render.oscal import NAMESPACE, plain_text
from fairmark.render.oscal_parts import STATES
from fairmark.workflows.oscal_read import Place, read_document

MOST_VERDICTS = 200_000
_Part = TypeVar("_Part", bound=Value)


def read_catalogue(content: bytes, name: str) -> Catalogue:
    """Return the catalogue that ``standards export --kind catalog`` wrote.

    Raises:
        UnreadableInputError: for other catalogues (``read_catalog`` takes those), and for what was changed.
    """
    document = read_document(content, name, oscal_catalogue.KIND)
    about = document.object("metadata")
    fields = about.own()
    if "digest" not in fields:
        raise document.fault(
            "it is not an export of Fairmark; to take in a foreign catalogue: fairmark standards import"
        )
    digest = fields.pop("digest")
    fields.setdefault("name", plain_text(about.text("title")))
    fields.setdefault("edition", about.text("version"))
    fields["groups"] = {}
    provisions: list[tuple[str, Provision]] = []
    for group in document.objects("groups"):
        key = _label(group)
        if key in fields["groups"]:
            raise group.fault(f"a second group has the label {key[:60]!r}")
        fields["groups"][key] = group.own().get("title", plain_text(group.text("title")))
        provisions += [_provision(one, key) for one in group.objects("controls")]
    provisions += [_provision(one, "") for one in document.objects("controls")]
    fields["provisions"] = [one for _, one in sorted(provisions, key=lambda pair: pair[0])]
    made = _made(Catalogue, document, fields)
    if oscal_catalogue.catalogue_digest(made) != digest:
        raise document.fault("it was changed after the export: its content does not have the digest that it names")
    return made


def read_results(content: bytes, name: str) -> tuple[Verdict, ...]:
    """Return the verdicts of ``standards export --kind assessment-results``, in their order.

    INCONCLUSIVE and NOT_APPLICABLE come back as what they were.
    """
    document = read_document(content, name, oscal_results.KIND)
    verdicts: list[Verdict] = []
    for result in document.objects("results"):
        both = result.own()
        rows: dict[int, Verdict] = {}
        for one in (*result.objects("findings"), *result.objects("observations")):
            fields = one.own()
            place = fields.pop("position", None)
            if place is None:  # evidence, no verdict
                continue
            if not isinstance(place, int) or place in rows:
                raise one.fault("its position among the verdicts is no number, or taken")
            fields |= {key: both[key] for key in ("catalogue", "edition") if key in both}
            fields.setdefault("title", plain_text(one.text("title")))
            fields.setdefault("reason", plain_text(one.text("description")))
            rows[place] = _agreeing(one, _made(Verdict, one, fields))
            if len(verdicts) + len(rows) > MOST_VERDICTS:
                raise document.fault(f"it holds more than {MOST_VERDICTS:,} verdicts")
        verdicts += [rows[place] for place in sorted(rows)]
    if not verdicts:
        raise document.fault("it holds no verdict of Fairmark")
    return tuple(verdicts)


def _agreeing(place: Place, verdict: Verdict) -> Verdict:
    """Refuse a verdict whose property says something else than the state that every reader of OSCAL sees."""
    shown = place.object("target").object("status").data if "target" in place.data else None
    if shown != STATES.get(verdict.outcome):
        raise place.fault(f"its state does not agree with the outcome {verdict.outcome.value}")
    return verdict


def _provision(control: Place, group: str) -> tuple[str, Provision]:
    fields = {"id": _label(control), "group": group} | control.own()
    fields.setdefault("title", plain_text(control.text("title")))
    for part in control.objects("parts"):
        if part.text("ns") == NAMESPACE:
            fields[part.text("name")] = plain_text(part.text("prose"))
    return control.prop("sort-id"), _made(Provision, control, fields)


def _label(place: Place) -> str:
    """Return the label, which is a property that OSCAL itself defines."""
    return str(place.values("").get("label", ""))


def _made(kind: type[_Part], place: Place, fields: dict[str, Any]) -> _Part:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "its properties"
        raise UnreadableInputError(
            f"{place.name}: {place.way}: {where}: {first['msg'].lower()}",
            hint="Only documents that Fairmark exported can be read back exactly.",
        ) from None
