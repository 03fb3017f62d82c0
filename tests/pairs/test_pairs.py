"""Flawed and mended devices in pairs: every flaw is found, and nothing is found on its mended twin.

A pair is one YAML file in a folder of its topic: ``id``, ``rule`` (the one that must find it), ``base``
(an entry of bases.yaml), ``flawed`` and ``fixed`` (path: text, or one of the forms that bases.yaml
names, or ``{text, mode}``), and ``at`` when a grade is demanded. ``day`` and ``support_until`` are dates
for statements about certificates. The whole chain runs: what starts is traced through the init files of
the device that the pair makes.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from fairmark.examine import detectors
from fairmark.examine.adapters.crypt import crack
from fairmark.examine.extract import extract_tree
from fairmark.examine.limits import Limits
from fairmark.examine.rule import Detector
from fairmark.examine.services import started_services
from fairmark.examine.subject import Subject
from fairmark.model.device import Device
from fairmark.model.finding import Confidence, Finding
from tests.doubles import boot_files
from tests.doubles.certificates import bundle, certificate, key_of
from tests.doubles.elves import elf
from tests.doubles.start_files import PROGRAM, busybox
from tests.doubles.subjects import still_clock, subject

HERE = Path(__file__).parent
DAY = date(2026, 11, 24)  # the day for which a pair is examined unless it names another
BASES = yaml.safe_load((HERE / "bases.yaml").read_text())
PAIRS = {f"{path.parent.name}/{path.stem}": yaml.safe_load(path.read_text()) for path in sorted(HERE.glob("*/*.yaml"))}
EVERY: tuple[Detector, ...] = tuple(
    import_module(f"{detectors.__name__}.{module.name}").DETECTOR for module in iter_modules(detectors.__path__)
)


def device(pair: Mapping[str, Any], side: str) -> Subject:
    """Make the device of one side of a pair, with the services that it really starts."""
    files: dict[str, bytes | tuple[bytes, int]] = {}
    links: dict[str, str] = {}
    for path, content in {**BASES[pair.get("base", "none")], **pair[side]}.items():
        if isinstance(content, str):
            files[path] = (content.encode(), 0o755 if "/cgi-bin/" in path else 0o644 + 0o111 * content.startswith("#!"))
        elif "link" in content:
            links[path] = content["link"]
        elif "box" in content:
            files[path] = busybox(*content["box"])
        elif "elf" in content:
            files[path] = PROGRAM if content["elf"] is True else elf(**content["elf"])
        elif "text" in content:
            files[path] = (content["text"].encode(), content["mode"])
        else:
            files[path] = special(content)
    until = pair.get("support_until")
    made = subject(files, links=links, crack=crack, device=Device(support_until=until))
    opened = extract_tree(made.trees[0], limits=Limits(), clock=still_clock)
    made = replace(made, containers=opened.containers, today=pair.get("day", DAY))
    return replace(made, services=started_services(made))


def special(content: Mapping[str, Any]) -> bytes:
    """Make a file of one of the binary forms; the last ones are keys, always the same."""
    form, value = next(iter(content.items()))
    makers: dict[str, Callable[[Any], bytes]] = {
        "environment": boot_files.environment,
        "device_tree": boot_files.arguments_tree,
        "fit": lambda signed: boot_files.fit(signed=signed),
        "kernel": lambda text: boot_files.kernel(boot_files.configuration(text)),
        "zimage": lambda text: boot_files.kernel(boot_files.configuration(text), packed=True),
        "module": lambda signed: boot_files.module(signed=signed),
        "config": boot_files.configuration,
        "key_of": lambda kind: key_of(kind).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        "certificate": lambda wanted: certificate(**wanted),
        "bundle": lambda wanted: bundle(**wanted),
        "program_with_key": lambda form: elf(imports=("listen", "accept"), payload=b"\0" + private_key(form)),
    }
    return makers[form](value)


def private_key(form: str) -> bytes:
    """Write a private key for tests; it protects nothing."""
    key = ec.derive_private_key(20261124, ec.SECP256R1())
    return key.private_bytes(getattr(Encoding, form), PrivateFormat.PKCS8, NoEncryption())


def serious(made: Subject, chosen: tuple[Detector, ...]) -> list[Finding]:
    """Return the findings of grade A and B."""
    found = [one for detector in chosen for one in detector.detect(made).findings]
    return [one for one in found if one.confidence is not Confidence.C]


@pytest.mark.parametrize("name", PAIRS)
def test_the_flaw_is_found(name: str) -> None:
    pair = PAIRS[name]

    found = [one for one in serious(device(pair, "flawed"), EVERY) if one.rule == pair["rule"]]

    assert found, pair["why"]
    assert "at" not in pair or pair["at"] in {one.confidence for one in found}


@pytest.mark.parametrize("name", PAIRS)
def test_nothing_is_found_on_the_mended_twin(name: str) -> None:
    pair = PAIRS[name]
    own = tuple(one for one in EVERY if pair["rule"] in {rule.id for rule in one.rules})

    found = serious(device(pair, "fixed"), own)

    assert [(one.rule, one.title) for one in found] == []


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_says_what_it_is(name: str) -> None:
    pair = PAIRS[name]

    assert pair["id"] == name.rpartition("/")[2]
    assert pair["why"].endswith(".")
    assert pair["rule"] in {rule.id for detector in EVERY for rule in detector.rules}
    assert pair["flawed"] != pair["fixed"]
