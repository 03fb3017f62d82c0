"""Unsigned firmware, example keys, and the gap that is never silent."""

from fairmark.examine.detectors.firmware import DETECTOR
from fairmark.model.finding import Confidence, Reach, Severity
from fairmark.model.gap import GapReason
from tests.doubles.firmware_images import CODE, cortex_m_program, esp_image, mcuboot_image, signed_esp_image
from tests.doubles.subjects import subject
from tests.examine.test_bare_metal import of_image

_EXAMPLE = bytes.fromhex("fc5701dc6135e1323847bdc40f04d2e5bee5833b23c29f93593d00018cfa9994")


def test_an_unsigned_application_is_reported_with_what_its_header_says() -> None:
    detection = DETECTOR.detect(of_image(esp_image()))

    (finding,) = detection.findings
    assert (finding.rule, finding.title) == ("firmware-unsigned", "ESP32 application 'lamp' 1.4.0 carries no signature")
    assert (finding.confidence, finding.severity, finding.reach) == (Confidence.B, Severity.MEDIUM, Reach.STARTED)
    assert "built with ESP-IDF v4.4.2" in detection.evidence[0].statement


def test_an_unsigned_image_for_mcuboot_weighs_more() -> None:
    (finding,) = DETECTOR.detect(of_image(mcuboot_image(CODE, scheme=None))).findings

    assert (finding.severity, finding.title) == (Severity.HIGH, "MCUboot image 1.2.3 carries no signature")


def test_a_key_that_everybody_has_is_proven() -> None:
    detection = DETECTOR.detect(of_image(mcuboot_image(CODE, scheme=0x20, key=_EXAMPLE)))

    (finding,) = detection.findings
    assert (finding.rule, finding.confidence) == ("firmware-sample-key", Confidence.A)
    assert detection.observations == ()


def test_a_signed_image_is_an_observation_that_proves_nothing_alone() -> None:
    for image in (mcuboot_image(CODE, counter=3), signed_esp_image(esp_image())):
        detection = DETECTOR.detect(of_image(image))

        assert detection.findings == ()
        (observation,) = detection.observations
        assert not observation.complete
        assert "was not verified" in observation.statement


def test_what_was_not_looked_at_is_always_said() -> None:
    for image in (esp_image(), cortex_m_program(), mcuboot_image(CODE, flags=4)):
        reasons = [gap.reason for gap in DETECTOR.detect(of_image(image)).gaps]

        assert GapReason.NOT_IMPLEMENTED in reasons
    assert GapReason.ENCRYPTED_OR_RANDOM in reasons


def test_an_image_for_another_chip_inside_a_system_is_a_hint() -> None:
    (finding,) = DETECTOR.detect(subject({"/lib/firmware/radio.bin": esp_image()})).findings

    assert (finding.confidence, finding.reach) == (Confidence.C, Reach.PRESENT)


def test_a_system_without_such_images_is_silent() -> None:
    detection = DETECTOR.detect(subject({"/bin/a.bin": b"\xe9" * 900, "/lib/firmware/x": b"\0" * 900}))

    assert (detection.findings, detection.gaps, detection.evidence) == ((), (), ())
