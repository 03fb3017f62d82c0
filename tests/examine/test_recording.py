import stat
from collections.abc import Callable
from dataclasses import fields, replace

import pytest

from fairmark.examine.blob import Blob
from fairmark.examine.detectors import DETECTORS
from fairmark.examine.inventory import inventory
from fairmark.examine.payload import Payload
from fairmark.examine.recording import Reading
from fairmark.examine.services import started_services
from fairmark.examine.subject import LOOSE, FileFacts, Subject
from fairmark.examine.tree import BlobSource, Entry, Kind, Tree
from fairmark.model.device import Device
from tests.doubles.elves import elf
from tests.doubles.subjects import TOOL, opens_nothing, subject
from tests.doubles.updates import camera, with_packages

FILES: dict[str, bytes | tuple[bytes, int]] = {
    "/etc/passwd": b"root:x:0:0::/:/bin/sh\n",
    "/bin/sh": elf(),
    "/usr/lib/data": b"\0\1\2",
}
Work = Callable[[Subject], object]


def read_by(work: Work, **changes: object) -> set[tuple[str, str]]:
    """Return kind and name of everything that ``work`` read."""
    reading = Reading(subject(FILES, **changes))  # type: ignore[arg-type]
    _, inputs = reading.watch(lambda: work(reading.subject))
    return {(one.kind, one.name) for one in inputs if one.kind != "listing"}


def file_of(one: Subject, path: str) -> FileFacts:
    found = one.file(path)
    assert found
    return found


SIDES: list[tuple[str, Work]] = [
    ("text", lambda one: file_of(one, "/etc/passwd").text),
    ("content", lambda one: file_of(one, "/etc/passwd").sha256),
    ("program facts", lambda one: file_of(one, "/etc/passwd").elf),
    ("version texts", lambda one: file_of(one, "/etc/passwd").hits),
    ("key marks", lambda one: file_of(one, "/etc/passwd").key_marks),
    ("size", lambda one: file_of(one, "/etc/passwd").size),
    ("rights", lambda one: file_of(one, "/etc/passwd").mode),
    ("rights", lambda one: file_of(one, "/etc/passwd").uid),
    ("rights", lambda one: file_of(one, "/etc/passwd").gid),
    ("content", lambda one: one.content(file_of(one, "/etc/passwd"), 4)),
    ("content", lambda one: one.trees[0].read(one.trees[0].files()[1], 4)),
    ("content", lambda one: one.trees[0].head(one.trees[0].files()[1])),
    ("content", lambda one: one.trees[0].blob(one.trees[0].files()[1])),
    ("rights", lambda one: one.trees[0].files()[1].mode),
    ("rights", lambda one: one.trees[0].files()[1].uid),
    ("rights", lambda one: one.trees[0].files()[1].gid),
    ("size", lambda one: one.trees[0].files()[1].size),
    ("time", lambda one: one.trees[0].files()[1].mtime),
]


@pytest.mark.parametrize(("side", "work"), SIDES)
def test_each_side_of_a_file_is_noted_when_it_is_looked_at_and_no_other(side: str, work: Work) -> None:
    assert read_by(work) == {(side, "/etc/passwd")}


@pytest.mark.parametrize(
    "work",
    [
        lambda one: [item.path for item in one.files],
        lambda one: one.file("/etc/passwd"),
        lambda one: one.by_path,
        lambda one: [entry.target for entry in one.trees[0]],
        lambda one: one.trees[0].children("/etc"),
    ],
)
def test_names_belong_to_the_listing_that_everything_reads(work: Work) -> None:
    assert read_by(work) == set()


@pytest.mark.parametrize("name", ["services", "components", "containers", "device", "today"])
def test_what_is_asked_beside_the_files_is_noted_by_its_name(name: str) -> None:
    assert read_by(lambda one: getattr(one, name)) == {(name, "")}


def test_the_machine_is_noted_only_when_it_was_really_asked_for_a_hash_and_has_no_digest() -> None:
    reading = Reading(subject(FILES))

    _, idle = reading.watch(lambda: reading.subject.crack((), ("root",)))
    _, asked = reading.watch(lambda: reading.subject.crack(("$1$a$b",), ("root",)))

    assert [one.kind for one in idle] == ["listing"]
    assert [(one.kind, one.sha256) for one in asked if one.kind != "listing"] == [("crack", "")]


def test_what_was_made_once_counts_for_everybody_who_asks_for_it() -> None:
    reading = Reading(subject(FILES))

    def ask() -> object:
        return reading.subject.once("text", lambda: file_of(reading.subject, "/etc/passwd").text)

    first, second = reading.watch(ask), reading.watch(ask)

    assert first == second
    assert ("text", "/etc/passwd") in {(one.kind, one.name) for one in second[1]}


def test_what_one_examination_reads_does_not_count_for_the_next() -> None:
    reading = Reading(subject(FILES))

    reading.watch(lambda: file_of(reading.subject, "/etc/passwd").text)
    _, inputs = reading.watch(lambda: None)

    assert [one.kind for one in inputs] == ["listing"]


def test_many_files_are_rounded_up_to_folders_and_those_to_the_whole_image() -> None:
    few = {f"/etc/conf/{number}": b"x" for number in range(9)}
    wide = {f"/{number}/file": b"x" for number in range(9)}

    def texts(one: Subject) -> object:
        return [item.text for item in one.files]

    folders = Reading(subject(few))
    whole = Reading(subject(wide))

    assert ("text", "/etc/conf/") in {(i.kind, i.name) for i in folders.watch(lambda: texts(folders.subject))[1]}
    assert ("text", "") in {(i.kind, i.name) for i in whole.watch(lambda: texts(whole.subject))[1]}


def test_a_digest_changes_with_its_side_and_with_nothing_else() -> None:
    old = Reading(subject(FILES))
    rights = Reading(subject({**FILES, "/etc/passwd": (b"root:x:0:0::/:/bin/sh\n", 0o666)}))
    text = Reading(subject({**FILES, "/etc/passwd": b"root::0:0::/:/bin/sh\n"}))

    def differ(one: Reading) -> set[str]:
        sides = ("text", "content", "program facts", "version texts", "key marks", "rights", "size", "time")
        return {side for side in sides if one.digest(side, "/etc/") != old.digest(side, "/etc/")}

    assert differ(rights) == {"rights"}
    assert differ(text) == {"text", "content", "size"}
    assert rights.digest("listing", "") == old.digest("listing", "")


def test_the_listing_knows_names_kinds_links_roots_and_hard_links() -> None:
    plain = Reading(subject(FILES)).digest("listing", "")

    def linked(inode: int) -> str:
        entries = [
            Entry(b"a", Kind.FILE, stat.S_IFREG | 0o644, size=1, inode=1),
            Entry(b"b", Kind.FILE, stat.S_IFREG | 0o644, size=1, inode=inode),
        ]
        tree = Tree("0", entries, BlobSource(Blob(b"x")), name="")
        return Reading(replace(subject({}), trees=(tree,), files=())).digest("listing", "")

    assert Reading(subject({**FILES, "/etc/more": b""})).digest("listing", "") != plain
    assert Reading(subject(FILES, links={"/etc/link": "passwd"})).digest("listing", "") != plain
    assert linked(1) != linked(2)


def test_a_kind_or_a_name_that_is_not_known_has_no_digest() -> None:
    reading = Reading(subject(FILES))

    assert reading.digest("the weather", "") == ""
    assert reading.digest("crack", "") == ""
    assert reading.digest("device", "/etc/") == ""


def test_a_file_that_the_scan_could_not_read_vouches_for_nothing() -> None:
    given = subject(FILES)
    unscanned = Reading(replace(given, files=tuple(one for one in given.files if one.path != "/etc/passwd")))
    tree = unscanned.subject.trees[0]

    _, inputs = unscanned.watch(lambda: tree.read(tree.files()[1], 4))

    assert ("unread file", "") in {(one.kind, one.sha256) for one in inputs}


def test_the_content_of_a_payload_in_no_file_system_is_noted() -> None:
    payload = Payload("/kernel", "0.1", Blob(b"kernel"))
    facts = FileFacts(payload.path, LOOSE, 6, 0, 0, 0, "a" * 64)
    reading = Reading(replace(subject({}), files=(facts,), loose=(payload,)))

    content, inputs = reading.watch(lambda: reading.subject.content(reading.subject.files[0], 6))

    assert content == b"kernel"
    assert ("content", "loose: /0.1/kernel") in {(one.kind, one.name) for one in inputs}


def test_every_field_of_what_detectors_see_is_noted_or_part_of_the_listing() -> None:
    """Whoever adds a field decides here which of the two it is: one that nobody notes would be carried over wrongly."""
    noted = {"text", "sha256", "elf", "hits", "key_marks", "size", "mode", "uid", "gid", "mtime", "place"}
    asked = {"services", "components", "containers", "device", "today", "loose", "crack"}

    assert {one.name for one in fields(FileFacts)} - noted == {"path", "root"}
    assert {one.name for one in fields(Entry)} - noted == {"path", "kind", "target", "rdev", "inode"}
    assert {one.name for one in fields(Subject)} - asked == {"trees", "files", "tool", "kept"}


def test_detectors_see_the_same_in_a_recorded_subject() -> None:
    image = with_packages(camera(), 8)
    plain = subject(dict(image.complete()), links=image.links, device=Device())
    reading = Reading(plain)

    def complete(one: Subject) -> Subject:
        known = replace(one, components=inventory(one)[0])
        return replace(known, services=started_services(known))

    given, recorded = complete(plain), complete(reading.subject)

    for detector in DETECTORS:
        assert detector.detect(recorded) == detector.detect(given), detector.id
    assert (given.tool, given.crack) == (TOOL, opens_nothing)
