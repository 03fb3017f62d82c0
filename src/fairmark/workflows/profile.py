"""Read ``device.yaml``: every fault at once, each with its field, what was expected and an example."""

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError

from fairmark.errors import WrongUsageError
from fairmark.model.device import Device, Network
from fairmark.model.vocabulary import Vocabulary, vocabulary
from fairmark.standards.library import catalogues
from fairmark.workflows.mapping import read_mapping

MAX_BYTES = 1 << 20
MOST_FAULTS, LONGEST_FAULT = 50, 300
LONGEST_NUMBER = 1024  # bits; Python refuses to write out much longer ones
EXAMPLES = {
    "maker": "Example Cameras Ltd",
    "model": "EC-100",
    "hardware_revision": "B2",
    "firmware_version": "1.4.2",
    "device_class": "camera",
    "network": "behind_nat",
    "physical_access": "owner",
    "assets": "[personal]",
    "actuation": "false",
    "cra_class": "important_I",
    "markets": "[EU, UK]",
    "facts": "{auth.password: true}",
    "claims": '{en303645: {"5.1-1": {implemented: true}}}',
    "declared_services": '["tcp/443 https"]',
    "support_until": "2031-12-31",
    "controls": "[unique-passwords, penetration-test]",
    "economics.currency": "USD",
    "economics.price_year": "2026",
    "economics.units_in_field": "100000",
    "economics.units_per_year": "40000",
    "economics.price": "25",
    "economics.margin": "0.3",
}


def read_profile(text: bytes, name: str) -> Device:
    """Return the device that ``text`` (YAML) describes; ``name`` is the file's name, for messages.

    Raises:
        WrongUsageError: with every fault of the file, one a line.
    """
    if len(text) > MAX_BYTES:
        raise WrongUsageError(f"{name} is larger than {MAX_BYTES} bytes", hint="A device profile is a short text file.")
    data = read_mapping(text, name, hint=_START)
    try:
        device = Device.model_validate(data)
    except ValidationError as error:
        raise _faults(name, [_fault(one, data) for one in error.errors(include_url=False)]) from None
    if faults := list(contradictions(device, vocabulary())):
        raise _faults(name, faults)
    return device


def contradictions(device: Device, words: Vocabulary) -> Iterator[str]:
    """Yield what a profile says against itself or against the vocabulary, one sentence each."""
    yield from _unknown_names(device, words)
    yield from _unknown_controls(device, words)
    for field, table in words.derived.items():
        given = getattr(device, field)
        for choice in given if isinstance(given, tuple) else (given,):
            for fact, value in table.get(str(choice), {}).items():
                if device.facts.get(fact, value) is not value:
                    yield f"facts.{fact}: {_yaml(device.facts[fact])} contradicts {field}: {choice}; correct one"
    for fact, value in sorted(device.facts.items()):
        for other, implied in words.implied.get(fact, {}).items():
            if value and device.facts.get(other, implied) is not implied:
                yield f"facts.{other}: {_yaml(device.facts[other])} contradicts facts.{fact}: true; correct one of them"
    if device.network is Network.NONE and device.declared_services:
        yield "declared_services: lists services although network is none; correct one of them"
    economics = device.economics
    if economics.price is not None and economics.currency is None:
        yield "economics.currency: missing beside economics.price; expected an ISO 4217 code, example: currency: USD"


def _unknown_controls(device: Device, words: Vocabulary) -> Iterator[str]:
    for control in sorted(set(device.controls) - set(words.controls)):
        near = _nearest(control, words.controls)
        yield f"controls: {control} is not a control of the vocabulary{near}; `fairmark explain controls` lists all"


def _unknown_names(device: Device, words: Vocabulary) -> Iterator[str]:
    for fact in sorted(set(device.facts) - set(words.facts)):
        near = _nearest(fact, words.facts)
        yield f"facts.{fact}: is not a fact of the vocabulary{near}; `fairmark explain facts` lists all"
    known = {one.id: {p.id for p in one.provisions} for one in catalogues()}
    for catalogue, rows in sorted(device.claims.items()):
        if catalogue not in known:
            yield f"claims.{catalogue}: is not a catalogue; expected one of {', '.join(sorted(known))}"
            continue
        for provision, claim in sorted(rows.items()):
            if provision not in known[catalogue]:
                yield f"claims.{catalogue}.{provision}: is not a provision{_nearest(provision, known[catalogue])}"
            elif claim.implemented is not True and not claim.reason:
                example = 'reason: "no password exists"'
                yield f"claims.{catalogue}.{provision}.reason: missing; expected why, example: {example}"


def _nearest(word: str, choices: Iterable[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only needed to word a fault

    match = get_close_matches(word, list(choices), n=1)
    return f" (did you mean {match[0]}?)" if match else ""


_START = "Write a fresh one with `fairmark init` and copy your values into it."


def _fault(error: Any, data: dict[str, Any]) -> str:
    """Word one fault of pydantic's list: field path, what was found and expected, an example."""
    path = ".".join(str(part) for part in error["loc"])
    top = ".".join(str(part) for part in error["loc"][:2])
    if error["type"] == "extra_forbidden":
        return f"{path}: is not a field{_nearest(path, Device.model_fields)}"
    expected = error["msg"].replace("Input should be", "expected").replace("Field required", "is missing")
    found = _shown(error.get("input"))
    example = EXAMPLES.get(top) or EXAMPLES.get(top.partition(".")[0], "")
    field = str(error["loc"][-1]) if top in EXAMPLES and "." in top else top.partition(".")[0]
    return f"{path}: {found}{expected}" + (f", example: {field}: {example}" if example and data else "")


def _shown(found: Any) -> str:
    if isinstance(found, str | int | float | bool):
        text = _yaml(found)
        return f"{text[:40]!s}{'...' if len(text) > 40 else ''} is not valid: "
    return ""


def _yaml(value: Any) -> str:
    if isinstance(value, int) and value.bit_length() > LONGEST_NUMBER:
        return "a number of that length"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _faults(name: str, faults: list[str]) -> WrongUsageError:
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    shown = [fault if len(fault) <= LONGEST_FAULT else f"{fault[:LONGEST_FAULT]}..." for fault in faults[:MOST_FAULTS]]
    more = [f"and {len(faults) - MOST_FAULTS:,} more"] if len(faults) > MOST_FAULTS else []
    return WrongUsageError("\n  ".join([f"{name} has {count}:", *shown, *more]), hint=_START)
