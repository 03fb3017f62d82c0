"""What an assessment can say in a document of the maker's: one text for each name in ``declarations.yaml``."""

from collections import Counter
from datetime import UTC

from fairmark.model.assessment import Assessment
from fairmark.model.image import Component
from fairmark.model.service import Service
from fairmark.model.vulnerability import Statement, Status
from fairmark.render.identity import assessment_digest
from fairmark.render.wording import GAPS, LEVELS, NETWORKS, OUTCOMES, count, loss_sentence

_CLASSES = {
    "default": "default",
    "important_I": "important, class I (Annex III)",
    "important_II": "important, class II (Annex III)",
    "critical": "critical (Annex IV)",
}
# Article 32(1) to (4) of Regulation (EU) 2024/2847, in our own words.
_PROCEDURES = {
    "default": "module A, modules B and C, module H, or a European certification scheme",
    "important_I": (
        "modules B and C, module H, or a European certification scheme; module A only as far as harmonised standards, "
        "common specifications or such a scheme are applied in full"
    ),
    "important_II": "modules B and C, module H, or a European certification scheme",
    "critical": "a European certification scheme where one is required, else as for class II",
}


def product(assessment: Assessment) -> str:
    """Return maker, model, hardware revision and firmware version in one line; '' where nothing is known."""
    device = assessment.device
    words = [device.maker, device.model]
    words += [f"hardware {device.hardware_revision}"] if device.hardware_revision else []
    words += [f"firmware {device.firmware_version}"] if device.firmware_version else []
    return ", ".join(one for one in words if one)


def texts(assessment: Assessment) -> dict[str, str]:
    """Return name -> text; what is not known is left out or empty."""
    device = assessment.device
    named = {key: str(value) for key, value in device.documents.model_dump().items() if value}
    made = {
        "maker": device.maker,
        "model": device.model,
        "hardware_revision": device.hardware_revision,
        "firmware_version": device.firmware_version,
        "device_class": (device.device_class or "").replace("_", " "),
        "product": product(assessment),
        "use": _use(assessment),
        "cra_class": _CLASSES.get(device.cra_class or "", ""),
        "procedures": _PROCEDURES.get(device.cra_class or "", ""),
        "support_until": device.support_until.isoformat() if device.support_until else "",
        "image": f"SHA-256 {assessment.image.sha256}" if assessment.image.sha256 else "",
        "assessment": f"assessment.json, SHA-256 {assessment_digest(assessment)}",
        "tool": f"{assessment.tool.name} {assessment.tool.version}",
        "created": assessment.created.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "level": _level(assessment),
        "coverage": _coverage(assessment),
        "components": _components(assessment),
        "flaws": _flaws(assessment),
        "price": _price(assessment),
        "sbom": "sbom.cdx.json and sbom.spdx.json beside the assessment" if assessment.components else "",
    }
    return named | {key: value for key, value in made.items() if value}


def table(wanted: str, assessment: Assessment) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return header and rows of a table: ``services``, ``components``, ``tests`` or ``gaps``."""
    if wanted == "services":
        return ("Service", "Program", "User", "Ports", "Reach"), [_service(one) for one in assessment.services]
    if wanted == "components":
        return ("Component", "Version", "Licence", "Named by"), [_component(one) for one in assessment.components]
    if wanted == "tests":
        return ("Examination", "Kind", "Cases", "Outcomes"), _tests(assessment)
    seen = assessment.coverage
    found: list[tuple[str, ...]] = [(one.where, GAPS[one.reason], one.detail) for one in seen.gaps]
    return ("Where", "Why", "Detail"), [*found, *((one, "not looked at", "") for one in seen.not_examined)]


def _service(one: Service) -> tuple[str, ...]:
    return one.name, one.program, one.user, ", ".join(map(str, one.ports)) or "none seen", one.reach.value


def _component(one: Component) -> tuple[str, ...]:
    return one.name, one.version or "not known", one.licence or "not known", one.source


def _tests(assessment: Assessment) -> list[tuple[str, ...]]:
    """Count the test cases of each examination: what it found is in the assessment, case by case."""
    tallies: dict[tuple[str, str], Counter[str]] = {}
    for one in assessment.cases:
        tallies.setdefault((one.examination, one.kind.value), Counter())[OUTCOMES[one.outcome].lower()] += 1
    return [
        (examination, kind, f"{tally.total():,}", ", ".join(f"{tally[name]:,} {name}" for name in sorted(tally)))
        for (examination, kind), tally in sorted(tallies.items())
    ]


def _use(assessment: Assessment) -> str:
    device = assessment.device
    parts = [f"network: {NETWORKS[device.network]}"] if device.network else []
    parts += [f"physical access: {device.physical_access.value.replace('_', ' ')}"] if device.physical_access else []
    parts += [f"assets: {', '.join(one.value for one in device.assets)}"] if device.assets else []
    return "; ".join(parts)


def _level(assessment: Assessment) -> str:
    level = assessment.level
    required = "not decided" if level.required is None else LEVELS[level.required]
    return f"reached {LEVELS[level.reached]}; required {required}"


def _coverage(assessment: Assessment) -> str:
    seen = assessment.coverage
    files = count(seen.files, "file")
    return f"{files}, {count(len(seen.detectors), 'detector')} to the end, {count(len(seen.gaps), 'gap')}"


def _components(assessment: Assessment) -> str:
    number = len(assessment.components)
    return f"{count(number, 'component')}; the list is in section 8" if number else ""


def _flaws(assessment: Assessment) -> str:
    """Return how many published flaws are known, and how old the data is: silence is no proof."""
    known = assessment.vulnerabilities
    if not known.feeds and not known.statements:
        return ""
    tally = Counter(one.status for one in known.statements)
    told = [f"{tally[status]} {status.value.replace('_', ' ')}" for status in Status if tally[status]]
    exploited = sum(_is_pressing(one) for one in known.statements)
    warned = f"; {' '.join(known.warnings)}" if known.warnings else ""
    return f"{', '.join(told) or 'none matched'}; {exploited} known to be exploited{warned}"


def _is_pressing(one: Statement) -> bool:
    return one.kev and one.status is Status.AFFECTED


def _price(assessment: Assessment) -> str:
    risk = assessment.risk
    told = loss_sentence(risk.social, risk.currency)
    return f"{told}; to everybody; {risk.assumed_inputs} of {len(risk.inputs)} inputs assumed"
