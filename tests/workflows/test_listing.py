from fairmark.workflows.listing import listed
from tests.doubles.subjects import subject


def test_files_are_listed_by_folder_with_rights_and_the_beginning_of_their_digest() -> None:
    files = subject({"/init": b"#!/bin/sh\n", "/etc/shadow": (b"root:x:\n", 0o600), "/etc/passwd": b"root\n"}).files

    first, second = listed(files)

    assert (first.path, list(first.files)) == ("/", ["init"])
    assert (second.path, sorted(second.files)) == ("/etc", ["passwd", "shadow"])
    assert second.files["shadow"].startswith("0600 ")
    assert second.files["shadow"].split()[1] == next(one.sha256 for one in files if "shadow" in one.path)[:16]
