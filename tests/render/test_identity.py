from fairmark.model.image import ImageRecord
from fairmark.render import identity
from tests.doubles import assessments as given


def test_a_uuid_rests_on_its_form_and_ground_alone() -> None:
    one = identity.document_uuid("spdx", "a")

    assert one == identity.document_uuid("spdx", "a")
    assert len({one, identity.document_uuid("spdx", "b"), identity.document_uuid("openvex", "a")}) == 3


def test_without_an_image_the_assessment_is_the_ground() -> None:
    without = given.assessment(image=ImageRecord())

    assert identity.image_digest(given.assessment()) == given.digest("flawed")
    assert identity.image_digest(without) == identity.assessment_digest(without)


def test_documents_end_in_a_line_end_and_keep_their_order() -> None:
    assert identity.document({"b": 1, "a": "ä"}) == '{\n  "b": 1,\n  "a": "ä"\n}\n'.encode()


def test_a_digest_is_64_lower_hexadecimal_digits() -> None:
    assert identity.is_sha256("0" * 64)
    assert not identity.is_sha256("A" * 64)
    assert not identity.is_sha256("0" * 63)
