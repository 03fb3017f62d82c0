"""Write the maker's statement: the ICS, and the facts a test needs (IXIT) as far as they are known."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from fairmark.errors import WrongUsageError
from fairmark.model.assessment import Assessment
from fairmark.model.device import Device, Documents
from fairmark.model.evidence import Evidence, EvidenceKind
from fairmark.model.implementation import FactTable, Implementation
from fairmark.model.standard import Catalogue
from fairmark.model.vocabulary import declared_facts, vocabulary
from fairmark.render import ics as paper_of
from fairmark.render import paper_docx, paper_html, paper_markdown
from fairmark.standards.condition import facts_of
from fairmark.standards.contradictions import settle
from fairmark.standards.ics import Evidenced, rows
from fairmark.standards.library import catalogue as named

MOST_ROWS = 500
FORMS: Mapping[str, Callable[..., bytes]] = {
    "html": paper_html.render,
    "md": paper_markdown.render,
    "docx": paper_docx.render,
}
_Row = tuple[str | None, ...]


def implementation(device: Device, catalogue: str, assessment: Assessment | None = None) -> Implementation:
    """Return the statement for one device and catalogue; raises WrongUsageError for an unknown catalogue.

    The profile's claims count, also where the assessment was made with an older profile. An assessment of another model
    is refused.
    """
    if assessment and not _is_same(device, assessment.device):
        of = f"{assessment.device.maker or 'no maker'} {assessment.device.model or 'no model'}"
        raise WrongUsageError(f"the assessment is of {of}", hint="Give the assessment of the device in the profile.")
    book = named(catalogue)
    facts, _ = settle(declared_facts(device, vocabulary()), assessment.facts if assessment else ())
    evidenced = Evidenced(
        {(one.catalogue, one.provision): one for one in assessment.verdicts} if assessment else {},
        {one.id: one for one in assessment.findings} if assessment else {},
    )
    return Implementation(
        maker=device.maker or "",
        model=device.model or "",
        hardware_revision=device.hardware_revision or "",
        firmware_version=device.firmware_version or "",
        catalogue=book.id,
        name=book.name,
        edition=book.edition,
        day=assessment.created.date() if assessment else None,
        rows=rows(device, book, facts, evidenced),
        tables=tuple(_tables(device, book, facts, assessment)),
    )


def _is_same(device: Device, other: Device) -> bool:
    """Whether two profiles can be of one device: what only one of them names does not part them."""
    pairs = ((device.maker, other.maker), (device.model, other.model))
    return all(mine is None or theirs is None or mine == theirs for mine, theirs in pairs)


def written(statement: Implementation, form: str) -> bytes:
    """Return the statement as a file of this form (``html``, ``md`` or ``docx``)."""
    return FORMS[form](paper_of.paper(statement))


def _tables(
    device: Device, book: Catalogue, facts: Mapping[str, bool], assessment: Assessment | None
) -> Iterator[FactTable]:
    yield _table(
        "Ways to authenticate",
        "Every way in which a person or a machine shows who it is: to the device, and the device to others.",
        (
            "way",
            "who or what",
            "over which interface",
            "factor and its strength",
            "how it is changed",
            "limit on tries",
        ),
        _authentication(facts),
    )
    yield _table(
        "Services and ports",
        "Everything that listens, as the maker declares it and as it was seen.",
        ("port", "service", "declared", "seen", "what it is for", "who may use it"),
        _services(device, assessment),
    )
    yield _table(
        "Software components",
        "What the device is made of, and how each part is updated.",
        ("component", "version", "known from", "how it is updated"),
        _components(assessment),
    )
    yield _table(
        "Updates",
        "How an update comes in and what is checked before it is used.",
        ("question", "answer"),
        _updates(facts, assessment),
    )
    yield _table(
        "Keys and other security parameters",
        "What must stay secret or unaltered: where it is kept, how it is made, who may use it.",
        ("parameter", "seen", "what it is for", "how it is made", "how it is protected"),
        _keys(assessment),
    )
    yield _table(
        "Communication",
        "With whom the device speaks, and how that is protected.",
        ("peer or service", "protocol and version", "how the peer is authenticated", "what is sent"),
        (),
    )
    yield _table(
        "Physical interfaces",
        "Every socket, button, antenna and header, debug ports among them.",
        ("interface", "what it is for", "state in production"),
        (),
    )
    yield _table(
        "Personal data",
        "What is processed of whom.",
        ("data", "what it is for", "where it lies", "for how long", "consent"),
        (),
    )
    yield _table(
        "Documents",
        "What the maker publishes or hands over, and what was read of it.",
        ("document", "address or file", "read", "what it tells"),
        _documents(device, assessment),
    )
    yield _table(
        "Tests by hand",
        "What people tested and recorded.",
        ("record", "what was seen"),
        _people(assessment),
    )
    yield _table(
        "Facts that decide what applies",
        "From the profile, or seen; an open one keeps provisions undecided.",
        ("fact", "what it means", "value", "from"),
        _facts(device, book, facts),
    )


def _table(title: str, about: str, columns: tuple[str, ...], given: Iterable[_Row]) -> FactTable:
    """Make a table; one without rows gets an open one, so that nothing looks answered."""
    listed = tuple(given)
    kept = listed[:MOST_ROWS]
    if len(listed) > MOST_ROWS:
        kept = (*kept, (f"and {len(listed) - MOST_ROWS:,} more, in the assessment", *[""] * (len(columns) - 1)))
    return FactTable(title=title, about=about, columns=columns, rows=kept or ((None,) * len(columns),))


def _authentication(facts: Mapping[str, bool]) -> Iterator[_Row]:
    if facts.get("auth.password"):
        over = {True: "a network interface", False: "no network interface", None: None}[facts.get("auth.network")]
        limit = "none is practicable, by the profile" if facts.get("constraint.no_brute_force_defence") else None
        yield ("password", None, over, None, None, limit)
    if facts.get("auth.mechanism") is False:
        yield ("none, by the profile", "", "", "", "", "")


def _services(device: Device, assessment: Assessment | None) -> Iterator[_Row]:
    seen: dict[str, list[str]] = {}
    for service in (*assessment.services, *assessment.conditional_services) if assessment else ():
        for port in sorted(map(str, service.ports)) or ["no port"]:
            seen.setdefault(port, []).append(f"{service.name} ({service.program}, as {service.user})")
    declared = {text.split()[0]: text for text in device.declared_services or ()}
    for port in sorted(seen.keys() | declared.keys(), key=_by_number):
        name = declared.get(port, "").partition(" ")[2]
        found = "; ".join(dict.fromkeys(seen.get(port, ())))
        is_declared = "" if port == "no port" else "yes" if port in declared else "no"
        looked = found or ("not seen in the image" if assessment else None)
        yield (port, name or found.partition(" (")[0], is_declared, looked, None, None)


def _by_number(port: str) -> tuple[str, int, str]:
    protocol, _, number = port.partition("/")
    return protocol, int(number) if number.isdigit() and len(number) < 6 else 0, port


def _components(assessment: Assessment | None) -> Iterator[_Row]:
    for one in assessment.components if assessment else ():
        yield (one.name, one.version or None, one.source, None)


def _updates(facts: Mapping[str, bool], assessment: Assessment | None) -> Iterator[_Row]:
    for fact in ("update.mechanism", "update.network", "update.automatic", "update.notification"):
        yield (vocabulary().facts[fact], {True: "yes", False: "no", None: None}[facts.get(fact)])
    seen = _told(assessment, ("update-exists", "update-signed", "anti-rollback", "update-auto"))
    yield ("what the assessment saw", seen)
    yield ("how an update is authenticated, with which key, and who holds it", None)
    yield ("how an older version is refused", None)
    yield ("within which time a flaw is mended", _told(assessment, ("vuln-response",)))


def _keys(assessment: Assessment | None) -> Iterator[_Row]:
    wanted = {"no-hardcoded-secrets", "key-quality", "secure-storage"}
    for one in assessment.findings if assessment else ():
        if one.capability in wanted:
            yield (one.title, f"grade {one.confidence}, rule {one.rule}", None, None, None)


def _told(assessment: Assessment | None, capabilities: Sequence[str]) -> str | None:
    """Return what findings and observations of these capabilities say; ``None`` where nothing does."""
    if assessment is None:
        return None
    said = [one.title for one in assessment.findings if one.capability in capabilities]
    said += [one.statement.rstrip(".") for one in assessment.observations if one.capability in capabilities]
    return "; ".join(dict.fromkeys(said)) or None


def _documents(device: Device, assessment: Assessment | None) -> Iterator[_Row]:
    read = _evidence(assessment, EvidenceKind.DOCUMENT)
    for field in Documents.model_fields:
        yield (field.replace("_", " "), getattr(device.documents, field), None, None)
    by_file: dict[str, list[Evidence]] = {}
    for one in read:
        by_file.setdefault(one.where.path, []).append(one)
    for path, tells in sorted(by_file.items()):
        said = [f"line {one.where.line}: {one.statement}" if one.where.line else one.statement for one in tells]
        yield ("read", path, f"SHA-256 {tells[0].where.sha256}" if tells[0].where.sha256 else "yes", " ".join(said))


def _people(assessment: Assessment | None) -> Iterator[_Row]:
    for one in _evidence(assessment, EvidenceKind.PERSON):
        yield (one.statement, one.where.quote or None)


def _evidence(assessment: Assessment | None, kind: EvidenceKind) -> list[Evidence]:
    found = [one for one in assessment.evidence if one.kind is kind] if assessment else []
    return sorted(found, key=lambda one: (one.where.path, one.where.line or 0, one.statement))


def _facts(device: Device, book: Catalogue, facts: Mapping[str, bool]) -> Iterator[_Row]:
    declared = declared_facts(device, vocabulary())
    asked = {fact for provision in book.provisions if provision.condition for fact in facts_of(provision.condition)}
    for fact in sorted(asked):
        value = facts.get(fact)
        origin = "" if value is None else "profile" if declared.get(fact) is value else "seen"
        yield (fact, vocabulary().facts.get(fact, ""), None if value is None else str(value).lower(), origin)
