"""The calibration: every number of the price, with its range, its source and its year.

The numbers are data (``calibration.yaml``), owned by whoever knows them better. Whatever is
read here is checked whole: all faults are listed at once, each with the entry it is in. A file
of a user's own replaces entries by id and is checked in the same way; it can neither add an
entry, which the model would not use, nor change a unit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, get_args

from pydantic import Field, ValidationError

from fairmark.errors import WrongUsageError
from fairmark.model.data import load_yaml
from fairmark.model.device import Asset, DeviceClass, Network
from fairmark.model.risk import Bearer
from fairmark.model.value import Value, content_id
from fairmark.model.vocabulary import Vocabulary, vocabulary
from fairmark.numerics.distributions import Constant, Distribution, beta90, ln90, pert

PACKAGE, FILE = "fairmark.risk", "calibration.yaml"
CURRENCY = "USD"

Kind = Literal["ln90", "beta", "pert", "const"]
General = Literal["any", "absent"]


class Range(Value):
    """The three numbers that a person gives, and the law they stand for."""

    kind: Kind
    low: float = Field(ge=0, description="5 % point (ln90, beta), minimum (pert), or the value (const)")
    mode: float | None = Field(default=None, description="likeliest value (pert)")
    high: float = Field(ge=0, description="95 % point (ln90, beta), maximum (pert), or the value (const)")


class AppliesTo(Value):
    """The exposures and device classes for which a number was chosen."""

    exposure: Literal["any"] | Network | tuple[Network, ...]
    device_class: Literal["any"] | DeviceClass | tuple[DeviceClass, ...]

    def covers(self, kind: DeviceClass) -> bool:
        """Whether the number speaks of this kind of device."""
        wanted = self.device_class
        return kind in wanted if isinstance(wanted, tuple) else wanted in {"any", kind}


class Entry(Value):
    """One number: what it is, its range, whom it concerns and where it comes from."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    what: str
    factor: str = Field(description="part of the taxonomy: tef, vulnerability, slef, a form of loss, a control's cost")
    per: str
    bearer: Bearer | None = None
    weakness: tuple[str, ...] = ()
    control: str | None = None
    acts_on: tuple[str, ...] = Field(default=(), description="entries that an effect multiplies")
    applies_to: AppliesTo
    distribution: Range
    unit: str
    currency: str | None
    year: int = Field(ge=1990, le=2100)
    source: str = Field(min_length=1)
    confidence: Literal["high", "medium", "low"]
    assumed: bool
    note: str

    @property
    def law(self) -> Distribution:
        """The probability law of the number."""
        return law_of(self.id, self.distribution)

    @property
    def mean(self) -> float:
        """The mean of the law."""
        return self.law.mean


class Typical(Value):
    """What is typical of a device class: where the profile does not say, the price starts here."""

    device_class: DeviceClass
    price_usd: tuple[float, float]
    fleet_per_model: tuple[float, float]
    network: tuple[Network, ...] = Field(min_length=1, description="the usual one first")
    assets: tuple[Asset, ...]
    actuation: bool
    botnet_value: bool
    cra_class: str
    service_years: tuple[float, float]
    assumed: bool
    note: str


@dataclass(frozen=True, slots=True)
class Calibration:
    """All entries and device classes. Look up with ``entry``; an unknown id is a fault of the model."""

    id: str
    version: str
    date: str
    currency_note: str
    entries: Mapping[str, Entry]
    classes: Mapping[DeviceClass, Typical]
    replaced: tuple[str, ...] = ()

    def entry(self, name: str) -> Entry:
        """Return the entry called ``name``.

        Raises:
            WrongUsageError: there is none; the hint names the nearest.
        """
        if name not in self.entries:
            near = [known for known in self.entries if name and (name in known or known in name)][:5]
            hint = f"Did you mean {', '.join(near)}?" if near else "`fairmark explain` without an id lists them."
            raise WrongUsageError(f"the calibration has no entry {name!r}", hint=hint)
        return self.entries[name]

    @property
    def digest(self) -> str:
        """A short digest of all numbers: two prices compare only if it is the same."""
        entries = [self.entries[name].model_dump(mode="json") for name in sorted(self.entries)]
        classes = [self.classes[kind].model_dump(mode="json") for kind in sorted(self.classes)]
        return content_id("cal", entries, classes)


def load(data: Any = None) -> Calibration:
    """Return the calibration of the package, with the entries of ``data`` (parsed YAML) in place of its own.

    Raises:
        WrongUsageError: listing every fault of ``data``.
    """
    own = _own()
    return own if data is None else _merged(own, data)


@cache
def _own() -> Calibration:
    return parse(load_yaml(PACKAGE, FILE))


def parse(data: Any) -> Calibration:
    """Check a whole calibration file.

    Raises:
        WrongUsageError: listing every fault.
    """
    faults: list[str] = []
    if not isinstance(data, Mapping):
        raise WrongUsageError("a calibration is a mapping with `entries`", hint="Look at the form of calibration.yaml.")
    entries = _read_entries(data.get("entries"), faults)
    classes = _read_classes(data.get("device_classes", ()), faults)
    faults += [fault for entry in entries.values() for fault in _faults_of(entry, entries, vocabulary())]
    if faults:
        raise _refusal(faults)
    return Calibration(
        id=str(data.get("id", "")),
        version=str(data.get("version", "")),
        date=str(data.get("date", "")),
        currency_note=str(data.get("currency_note", "")),
        entries=MappingProxyType(entries),
        classes=MappingProxyType(classes),
    )


def _merged(own: Calibration, data: Any) -> Calibration:
    if not isinstance(data, Mapping) or not {"entries", "device_classes"} & set(data):
        raise WrongUsageError(
            "a calibration of your own is a mapping with `entries` or `device_classes`",
            hint="Copy the entries you know better out of calibration.yaml and change their ranges and sources.",
        )
    faults: list[str] = []
    entries = _read_entries(_completed(data.get("entries", ()), own), faults)
    classes = _read_classes(data.get("device_classes", ()), faults)
    for name, entry in entries.items():
        faults += _faults_of_replacement(entry, own.entries.get(name))
    together = {**own.entries, **entries}
    faults += [fault for entry in entries.values() for fault in _faults_of(entry, together, vocabulary())]
    if faults:
        raise _refusal(faults)
    return Calibration(
        id=str(data.get("id", own.id)),
        version=str(data.get("version", own.version)),
        date=str(data.get("date", own.date)),
        currency_note=own.currency_note,
        entries=MappingProxyType(together),
        classes=MappingProxyType({**own.classes, **classes}),
        replaced=tuple(sorted(entries)),
    )


def _completed(rows: Any, own: Calibration) -> Any:
    """Fill in what a replacement leaves unsaid from the entry that it replaces."""
    if not isinstance(rows, list | tuple):
        return rows
    given = [row.get("id") if isinstance(row, Mapping) else None for row in rows]
    known = [own.entries.get(name) if isinstance(name, str) else None for name in given]
    return [{**entry.model_dump(mode="json"), **row} if entry else row for entry, row in zip(known, rows, strict=True)]


def _read_entries(rows: Any, faults: list[str]) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for number, row in enumerate(_rows("entries", rows, faults), start=1):
        name = row.get("id") if isinstance(row, Mapping) else None
        where = str(name) if name else f"entry {number}"
        try:
            entry = Entry.model_validate(row)
        except ValidationError as error:
            faults += _sentences(where, error)
            continue
        if entry.id in entries:
            faults.append(f"{where}: given twice")
        entries.setdefault(entry.id, entry)
    return entries


def _read_classes(rows: Any, faults: list[str]) -> dict[DeviceClass, Typical]:
    classes: dict[DeviceClass, Typical] = {}
    for number, row in enumerate(_rows("device_classes", rows, faults), start=1):
        try:
            typical = Typical.model_validate(row)
        except ValidationError as error:
            faults += _sentences(f"device class {number}", error)
            continue
        classes[typical.device_class] = typical
        for field in ("price_usd", "fleet_per_model", "service_years"):
            low, high = getattr(typical, field)
            if not 0 < low <= high:
                faults.append(f"{typical.device_class}.{field}: {low:g} to {high:g} is no range above 0")
    return classes


def _rows(field: str, rows: Any, faults: list[str]) -> list[Any]:
    if isinstance(rows, list | tuple):
        return list(rows)
    faults.append(f"{field}: a list is expected")
    return []


def _faults_of(entry: Entry, entries: Mapping[str, Entry], words: Vocabulary) -> Iterable[str]:
    if bool(entry.weakness) == (entry.control is not None):
        yield f"{entry.id}: give either weakness or control"
    for weakness in sorted(set(entry.weakness) - {*words.weaknesses, *get_args(General)}):
        yield f"{entry.id}.weakness: {weakness!r} is no word of the vocabulary"
    if entry.control is not None and entry.control not in words.controls:
        yield f"{entry.id}.control: {entry.control!r} is no word of the vocabulary"
    for target in sorted(set(entry.acts_on) - set(entries)):
        yield f"{entry.id}.acts_on: there is no entry {target!r}"
    if (entry.unit == "money") != (entry.currency is not None):
        yield f"{entry.id}.currency: needed for money, and only there"
    try:
        mean = law_of(entry.id, entry.distribution).mean
    except WrongUsageError as error:
        yield error.message
    else:
        if entry.unit in {"share", "probability", "share of time", "share of fleet"} and mean > 1:
            yield f"{entry.id}: a {entry.unit} has a mean of {mean:g}, above 1"


def _faults_of_replacement(entry: Entry, old: Entry | None) -> Iterable[str]:
    if old is None:
        yield f"{entry.id}: the model has no such number, so yours would change nothing"
        return
    for field in ("unit", "currency", "per"):
        if getattr(entry, field) != getattr(old, field):
            yield f"{entry.id}.{field}: {getattr(entry, field)!r} instead of {getattr(old, field)!r}"


def law_of(name: str, given: Range) -> Distribution:
    """Return the law that a range stands for.

    Raises:
        WrongUsageError: naming the entry.
    """
    if given.kind == "const":
        if given.low != given.high:
            raise WrongUsageError(f"{name}: a const has low and high alike", hint="Use pert or ln90 for a range.")
        return Constant(given.low)
    if given.kind == "pert":
        if given.mode is None:
            raise WrongUsageError(f"{name}: pert needs a mode", hint="Give the likeliest value.")
        return pert(given.low, given.mode, given.high, field=name)
    if given.mode is not None:
        raise WrongUsageError(f"{name}: {given.kind} has no mode", hint="Its two points fix the law.")
    return (
        ln90(given.low, given.high, field=name) if given.kind == "ln90" else beta90(given.low, given.high, field=name)
    )


def _sentences(where: str, error: ValidationError) -> list[str]:
    return [f"{where}.{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()]


def _refusal(faults: list[str]) -> WrongUsageError:
    plural = "fault" if len(faults) == 1 else "faults"
    return WrongUsageError(
        f"the calibration has {len(faults)} {plural}:\n" + "\n".join(f"  {fault}" for fault in faults),
        hint="Correct each line named; the comments at the top of calibration.yaml explain the fields.",
    )
