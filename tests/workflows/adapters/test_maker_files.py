"""Documents are found by the profile or by their names, and nowhere else."""

from pathlib import Path

import pytest

from fairmark.errors import UnreadableInputError, WrongUsageError
from fairmark.model.device import Documents
from fairmark.workflows.adapters.maker_files import documents_of


def test_a_file_beside_the_profile_is_read_and_an_address_is_not_fetched(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "vdp.md").write_text("We answer.")
    named = Documents(disclosure_policy="papers/vdp.md", security_txt="https://maker.example/security.txt")

    found, unread, _ = documents_of(tmp_path / "device.yaml", named, None)

    assert [(one.field, one.name, one.content) for one in found] == [
        ("disclosure_policy", "papers/vdp.md", b"We answer.")
    ]
    assert unread == ()


@pytest.mark.parametrize(
    "value", ["../secret.txt", "/etc/passwd", "missing.txt", "www.maker.example/vdp", "a\0b", "x" * 5000, "."]
)
def test_nothing_outside_the_folder_of_the_profile_is_read(tmp_path: Path, value: str) -> None:
    (tmp_path / "secret.txt").write_text("x")
    (tmp_path / "device").mkdir()

    found, unread, _ = documents_of(tmp_path / "device" / "device.yaml", Documents(update_policy=value), None)

    assert found == ()
    assert unread == ("documents.update_policy names no file beside the profile; nothing was read for it.",)


def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "device").mkdir()
    (tmp_path / "secret.txt").write_text("x")
    (tmp_path / "device" / "policy.txt").symlink_to(tmp_path / "secret.txt")

    found, *_ = documents_of(tmp_path / "device" / "device.yaml", Documents(update_policy="policy.txt"), None)

    assert found == ()


def test_a_folder_is_read_by_names_and_the_rest_is_named(tmp_path: Path) -> None:
    for name in ("security.txt", "Disclosure_Policy.md", "manual.html", "logo.png", ".hidden"):
        (tmp_path / name).write_text(name)

    found, passed_over, _ = documents_of(None, Documents(), tmp_path)

    assert [(one.field, one.name) for one in found] == [
        ("disclosure_policy", "Disclosure_Policy.md"),
        ("security_txt", "security.txt"),
        ("user_instructions", "manual.html"),
    ]
    assert passed_over == ("logo.png: not read; its name is none of those of a document that is known.",)


def test_two_files_for_one_document_are_refused(tmp_path: Path) -> None:
    (tmp_path / "privacy.md").write_text("a")
    (tmp_path / "privacy-policy.txt").write_text("b")

    with pytest.raises(WrongUsageError, match="both the privacy information"):
        documents_of(None, Documents(), tmp_path)


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="no folder"):
        documents_of(None, Documents(), tmp_path / "none")
