"""Firmware without a file system: signed or not, by whose key, and what could not be known."""

from collections.abc import Iterator

from fairmark.examine.bare_metal import Image, images_of
from fairmark.examine.firmware_kinds.firmware import Signature
from fairmark.examine.firmware_kinds.reading import sample_keys
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.subject import Subject
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Finding, Observation, Reach, Severity
from fairmark.model.gap import Gap, GapReason

UNSIGNED = Rule(
    id="firmware-unsigned",
    title="The firmware image carries no signature",
    weakness="update-unsigned",
    severity=Severity.MEDIUM,
    what="The image has the form that a boot loader can check (MCUboot, Espressif's), and the place of the signature "
    "is empty. A device that boots it checks no signature: whoever can write its flash or stand in its update path "
    "decides what it runs.",
    false_positives="An image that was taken from the build before the step that signs it.",
    fix="Sign the image in the build (imgtool sign, espsecure sign_data) and switch the check on in the boot loader; "
    "give the signed image to this examination.",
    cwe="CWE-347",
    references=("MCUboot design document, image format", "ESP-IDF programming guide, Secure Boot V2"),
)
SAMPLE_KEY = Rule(
    id="firmware-sample-key",
    title="The firmware is signed with an example key that everybody has",
    weakness="update-unsigned",
    severity=Severity.HIGH,
    what="The image names the key that signed it, and it is one whose private part comes with the boot loader's "
    "sources. Anyone can sign firmware that the device accepts.",
    false_positives="None known: the digest of the key is compared.",
    fix="Make a key of your own, keep its private part in a safe place, build the boot loader with its public part, "
    "and replace the boot loader of the devices in the field if it can be replaced.",
    cwe="CWE-321",
)
_LEFT_OUT = (
    "firmware without a file system: headers, version texts and marks were read; its tasks, network services, stored "
    "credentials and code were not, nor were the fuses of the chip, which decide whether signatures are checked"
)


def detect(subject: Subject) -> Detection:
    """Return what the headers of firmware images prove, and a gap for what nobody looked at."""
    findings: list[Finding] = []
    observations: list[Observation] = []
    evidence: list[Evidence] = []
    gaps: list[Gap] = []
    for image in images_of(subject):
        named = f" The key's digest is {image.firmware.key}." if image.firmware.key else ""
        proof = subject.evidence(image.item, f"The header says: {image.firmware.summary}.{named}", offset=0)
        evidence.append(proof)
        findings += _findings(image, proof)
        observations += _observations(image, proof)
        gaps += _gaps(image)
    return Detection(
        findings=tuple(findings), observations=tuple(observations), evidence=tuple(evidence), gaps=tuple(gaps)
    )


def _findings(image: Image, proof: Evidence) -> Iterator[Finding]:
    firmware = image.firmware
    reach = Reach.STARTED if image.is_the_device else Reach.PRESENT
    if firmware.signature is Signature.UNSIGNED:
        sure = Confidence.B if image.is_the_device else Confidence.C
        severity = Severity.HIGH if firmware.kind == "mcuboot_image" else None
        title = f"{_name(image)} carries no signature"
        yield UNSIGNED.finding(title, (proof.id,), confidence=sure, reach=reach, severity=severity)
    if known := sample_keys().get(firmware.key):
        title = f"{_name(image)} is signed with {known}, whose private part is public"
        yield SAMPLE_KEY.finding(title, (proof.id,), confidence=Confidence.A, reach=reach)


def _observations(image: Image, proof: Evidence) -> Iterator[Observation]:
    firmware = image.firmware
    signed = firmware.signature is Signature.SIGNED and not firmware.faults
    if signed and image.is_the_device and firmware.key not in sample_keys():
        named = f", key {firmware.key[:16]}" if firmware.key else ""
        yield Observation(
            rule=UNSIGNED.id,
            capability="update-signed",
            statement=f"{_name(image)} carries a signature ({firmware.scheme}{named}); it was not verified.",
            complete=False,
            evidence=(proof.id,),
        )


def _gaps(image: Image) -> Iterator[Gap]:
    where = f"{image.item.root}: {image.item.path}" if image.item.root else image.item.path
    title = image.firmware.title
    detail = f"{title}: {_LEFT_OUT}"
    yield Gap(where=where, reason=GapReason.NOT_IMPLEMENTED, detail=detail, bytes=image.item.size)
    if image.firmware.is_encrypted:
        detail = f"{title}: the program is encrypted, so its components are not known"
        yield Gap(where=where, reason=GapReason.ENCRYPTED_OR_RANDOM, detail=detail, bytes=image.item.size)
    for fault in () if image.is_the_device else image.firmware.faults:  # opening the image said so already
        yield Gap(where=where, reason=GapReason.DAMAGED, detail=f"{title}: {fault}", bytes=image.item.size)


def _name(image: Image) -> str:
    firmware = image.firmware
    named = f"'{firmware.project[:60]}'" if firmware.project else ""
    return " ".join(filter(None, (firmware.title, named, firmware.version[:40])))


DETECTOR = Detector(
    id="firmware",
    title="Firmware without a file system",
    rules=(UNSIGNED, SAMPLE_KEY),
    detect=detect,
)
