"""apk, beyond what test_packages shows of it."""

from fairmark.examine.package_databases.apk import apk
from fairmark.model.gap import Gap, GapReason
from tests.doubles.subjects import tree


def test_the_newer_place_of_the_database_counts_too() -> None:
    device = tree({"/usr/lib/apk/db/installed": b"P:musl\nV:1.2.5-r1\no:musl\nF:lib\nR:ld\n", "/lib/ld": b"x"})

    (package,) = apk(device, [])

    assert (package.name, package.version, package.paths) == ("musl", "1.2.5-r1", ("/lib/ld",))


def test_a_database_of_other_bytes_is_a_gap() -> None:
    gaps: list[Gap] = []

    assert list(apk(tree({"/lib/apk/db/installed": b"no such lines\n" * 9}), gaps)) == []
    assert [gap.reason for gap in gaps] == [GapReason.DAMAGED]
