"""How near an attacker each file lies: exposed by a service, started, linked by a program, or just present.

The closure of DT_NEEDED from the program of each started service says what an attacker of that
service can reach; libraries that only other programs need are linked; all else is present.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from fairmark.examine.subject import FileFacts, Service, Subject
from fairmark.model.finding import Reach

Key = tuple[str, str]  # (root, path), as in Subject.by_path


def service_program(subject: Subject, service: Service) -> FileFacts | None:
    """Return the record of the program that a service runs, or None if it is not in the image."""
    return subject.file(service.program, service.root)


def reach_by_file(subject: Subject) -> Mapping[Key, Reach]:
    """Return the reach of every file that is more than present, by (root, path)."""
    libraries = _libraries(subject)
    reach: dict[Key, Reach] = {}
    programs = [one for one in subject.files if one.elf and one.elf.is_program]
    for program in programs:
        for item in _closure(program, libraries):
            if item is not program:
                _raise_to(reach, item, Reach.LINKED)
    for service in subject.services:
        started = service_program(subject, service)
        if started:
            for item in _closure(started, libraries):
                _raise_to(reach, item, Reach.EXPOSED if service.ports else Reach.STARTED)
    return reach


def _raise_to(reach: dict[Key, Reach], item: FileFacts, level: Reach) -> None:
    key = (item.root, item.path)
    if key not in reach or reach[key].rank < level.rank:
        reach[key] = level


def _libraries(subject: Subject) -> Mapping[tuple[str, str], list[FileFacts]]:
    """Return libraries by root and by each name that DT_NEEDED may use: the soname and the file name."""
    found: dict[tuple[str, str], list[FileFacts]] = defaultdict(list)
    for item in subject.files:
        if item.elf and item.elf.kind == "shared":
            for name in {item.elf.soname, item.path.rpartition("/")[2]} - {""}:
                found[item.root, name].append(item)
    return found


def _closure(start: FileFacts, libraries: Mapping[tuple[str, str], list[FileFacts]]) -> Iterable[FileFacts]:
    """Return a file and every library that it needs, directly or not."""
    reached = {start.path: start}
    pending = [start]
    while pending:
        item = pending.pop()
        for name in item.elf.needed if item.elf else ():
            for library in libraries.get((item.root, name), ()):
                if library.path not in reached:
                    reached[library.path] = library
                    pending.append(library)
    return reached.values()
