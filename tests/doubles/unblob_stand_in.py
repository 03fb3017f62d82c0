"""A program that behaves as unblob does towards its caller, and as badly as the blob it is given says.

Run as a script; ``install`` puts it into a folder under the name of the real one.
"""

import json
import os
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

VERSION = "26.1.2"
TREE = {"etc/passwd": b"root:x:0:0\n", "bin/tool": b"\x7fELF" + bytes(100)}


def install(folder: Path) -> Path:
    """Write the program into ``folder`` and return where it is."""
    program = folder / "unblob"
    text = Path(__file__).read_text()
    program.write_text(f"#!{sys.executable} -I\n{text}")
    program.chmod(0o755)
    return program


def chunk(start: int, end: int, kind: str = "sevenzip", number: str = "1", **more: object) -> dict[str, object]:
    """What the report says of one part."""
    row = {"id": number, "handler_name": kind, "start_offset": start, "end_offset": end, "size": end - start}
    return {"__typename__": "ChunkReport", "is_encrypted": False, "extraction_reports": [], **row, **more}


def report(chunks: list[dict[str, object]], folders: dict[str, str]) -> list[dict[str, object]]:
    """A whole report: ``folders`` says where each part was unpacked."""
    rows: list[dict[str, object]] = [{"task": {"path": "blob", "depth": 0, "blob_id": ""}, "reports": chunks}]
    rows += [{"task": {"path": path, "depth": 1, "blob_id": number}, "reports": []} for number, path in folders.items()]
    return rows


def write_tree(folder: Path) -> None:
    """Unpack an ordinary tree."""
    for name, data in TREE.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    (folder / "bin/tool").chmod(0o6755)


def write_strange_things(folder: Path) -> None:
    """Links that lead out, a pipe, a hard link, a folder that may not be listed."""
    write_tree(folder)
    (folder / "out").symlink_to("/etc/passwd")
    (folder / "up").symlink_to("../../../../../../etc")
    (folder / "here").symlink_to(folder / "etc")
    os.link(folder / "bin/tool", folder / "bin/same")
    os.mkfifo(folder / "pipe")
    closed = folder / "closed"
    closed.mkdir()
    (closed / "file").write_bytes(b"x")
    closed.chmod(0)


def behave(words: list[str], out: Path, size: int) -> list[dict[str, object]] | None:
    """Do what the blob says; return the report, or None to leave none."""
    whole, inside = out / "blob_extract", out / "blob_extract" / "16-64.sevenzip_extract"
    if words[0] in {"tree", "strange", "one"}:
        whole.mkdir(parents=True)
        {"tree": write_tree, "strange": write_strange_things, "one": lambda f: (f / "raw").write_bytes(b"x" * 9000)}[
            words[0]
        ](whole)
        return report([chunk(0, size)], {"1": str(whole)})
    if words[0] == "part":
        write_tree(inside)
        return report([chunk(16, 64)], {"1": str(inside)})
    if words[0] == "encrypted":
        return report([chunk(0, size, "zip", is_encrypted=True)], {})
    if words[0] == "needs":
        lost = {"__typename__": "ExtractorDependencyNotFoundReport", "dependencies": ["unar"]}
        return report([chunk(0, size, "rar", extraction_reports=[lost])], {})
    if words[0] == "elsewhere":
        return report([chunk(0, size)], {"1": words[1]})
    return report([], {})


def hang(_out: Path, *_words: str) -> None:
    time.sleep(600)


def leave(_out: Path, mark: str) -> None:
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", mark], start_new_session=True)


def fork(_out: Path) -> None:
    started = [subprocess.Popen(["sleep", "600"]) for _ in range(300)]
    sys.exit(len(started) < 300)


def fill(out: Path) -> None:
    for number in range(300):
        (out / f"{number}").write_bytes(bytes(1 << 20))
        time.sleep(0.01)


def litter(out: Path) -> None:
    for number in range(50_000):
        (out / f"{number}").touch()


def large(out: Path) -> None:
    (out / "large").write_bytes(bytes(64 << 20))


def memory(_out: Path) -> None:
    bytearray(3 << 30)


def spin(_out: Path) -> None:
    while True:
        pass


def connect(_out: Path, port: str) -> None:
    socket.create_connection(("127.0.0.1", int(port)), timeout=5).close()


MISBEHAVIOURS = {one.__name__: one for one in (hang, leave, fork, fill, litter, large, memory, spin, connect)}


def main() -> None:
    """Take the arguments of the real one."""
    if "--version" in sys.argv:
        sys.stdout.write(VERSION + "\n")
        return
    places = {name: Path(sys.argv[sys.argv.index(name) + 1]) for name in ("--extract-dir", "--report")}
    blob = Path(sys.argv[-1])
    assert stat.S_IMODE(blob.stat().st_mode) == 0o444
    data = blob.read_bytes()
    words = data.split(b"\n")[0].decode("ascii", "replace").split() or ["nothing"]
    places["--extract-dir"].mkdir(exist_ok=True)
    if words[0] in MISBEHAVIOURS:
        MISBEHAVIOURS[words[0]](places["--extract-dir"], *words[1:])
    if words[0] == "silent":
        return
    if words[0] == "nonsense":
        places["--report"].write_text("[" * 100_000)
        return
    sys.stdout.write(f"-- unblob ({VERSION}) --\n")
    places["--report"].write_text(json.dumps(behave(words, places["--extract-dir"], len(data))))


if __name__ == "__main__":
    main()
