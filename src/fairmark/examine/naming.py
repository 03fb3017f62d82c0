"""How near a file lies that programs read: as near as the started service whose arguments or settings name it."""

from collections.abc import Iterator

from fairmark.examine.subject import FileFacts, Service, Subject
from fairmark.model.finding import Reach


def nearest(subject: Subject, file: FileFacts) -> Reach:
    """Return the reach of the nearest service that names the file; PRESENT when none does."""
    near = Reach.PRESENT
    for service in subject.services:
        if service.root == file.root and _names(subject, service, file):
            here = Reach.EXPOSED if service.ports else Reach.STARTED
            near = max(near, here, key=lambda one: one.rank)
    return near


def _names(subject: Subject, service: Service, file: FileFacts) -> bool:
    words = service.arguments.split()
    if any(file.path in word for word in words):
        return True
    if file.path.startswith("/etc/dropbear/") and service.program.endswith("/dropbear"):
        return True
    if file.path.startswith("/etc/ssh/ssh_host_") and service.program.endswith("/sshd"):
        return True
    settings = [word.rpartition("=")[2] for word in words if "/" in word] + _usual_settings(service.program)
    items = (subject.file(path, file.root) for path in settings if path.startswith("/"))
    return any(item is not None and item.text is not None and _mentions(item.text, file.path) for item in items)


def _usual_settings(program: str) -> list[str]:
    """Return where a program keeps its settings when its arguments do not say."""
    name = program.rpartition("/")[2]
    return [f"/etc/{name}.conf", f"/etc/{name}/{name}.conf", f"/etc/config/{name}", f"/etc/default/{name}"]


def _mentions(text: str, path: str) -> bool:
    return any(path in line for line in _live_lines(text))


def _live_lines(text: str) -> Iterator[str]:
    return (line for line in text.splitlines() if not line.lstrip().startswith(("#", ";", "//")))
