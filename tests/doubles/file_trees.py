"""A directory with everything a file system can hold, the programs that pack it, and what must come out again."""

import os
import random
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from fairmark.examine.tree import Kind, Tree

_PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def make_tree(root: Path, *, many: int = 300) -> Path:
    """Write the directory. Names stay below 250 bytes: JFFS2 takes no longer ones."""
    chance = random.Random(7)
    noise = chance.randbytes(150_000)
    text = b"".join(b"line %d of a text that can be packed well\n" % number for number in range(4000))
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "passwd").write_bytes(b"root:x:0:0\n")
    (root / "noise").write_bytes(noise)
    (root / "text").write_bytes(text)
    (root / "mixed").write_bytes(b"".join(noise[at : at + 300] + text[at : at + 900] for at in range(0, 150_000, 1000)))
    (root / "exact").write_bytes(noise[: 1 << 16])
    (root / "empty").touch()
    (root / "short").write_bytes(b"x")
    (root / "a little more than an inode holds").write_bytes(noise[:140])
    with (root / "holes").open("wb") as file:
        for number in range(0, 400, 8):
            file.seek(number * 16384)
            file.write(noise[number * 100 : number * 100 + 5000])
    with (root / "only a hole").open("wb") as file:
        file.truncate(200_000)
    (root / "link").symlink_to("etc/passwd")
    (root / "long link").symlink_to("/" + "directory/" * 24 + "file")
    (root / "etc" / "up").symlink_to("../noise")
    os.link(root / "noise", root / "etc" / "hard")
    os.mkfifo(root / "pipe")
    (root / "su").write_bytes(b"\x7fELF" * 2000)
    (root / "su").chmod(0o4755)
    (root / "secret").mkdir(mode=0o700)
    (root / "secret" / "schlüssel \u00fc").write_bytes(b"key")
    (root / ("n" * 240)).write_bytes(b"long name")
    deep = root.joinpath(*(f"level {number}" for number in range(40)))
    deep.mkdir(parents=True)
    (deep / "bottom").write_bytes(b"here")
    fill_directory(root / "many", many)
    return root


def fill_directory(folder: Path, count: int) -> None:
    """Write ``count`` small files."""
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"file with a rather long name {number:05}").write_bytes(b"%d" % number * (number % 50))


def run(*words: str | Path, codes: Sequence[int] = (0,)) -> None:
    """Run a program of the packages that pack file systems; it may stand where only root looks by default."""
    program = shutil.which(str(words[0]), path=_PLACES)
    assert program, f"{words[0]} is not installed"
    done = subprocess.run([program, *words[1:]], check=False, capture_output=True)
    assert done.returncode in codes, done.stderr.decode(errors="replace")


def make_ext(image: Path, source: Path, *options: str, kind: str = "ext4", size: str = "24M") -> bytes:
    """Pack a directory with the mkfs of ext2, ext3 or ext4."""
    run(f"mkfs.{kind}", "-q", "-F", "-d", source, *options, image, size)
    return image.read_bytes()


def make_jffs2(image: Path, source: Path, *options: str) -> bytes:
    """Pack a directory with mkfs.jffs2."""
    run("mkfs.jffs2", "-d", source, "-o", image, *options)
    return image.read_bytes()


def make_ubifs(image: Path, source: Path, *options: str, page: int = 2048, block: int = 126_976) -> bytes:
    """Pack a directory with mkfs.ubifs."""
    run("mkfs.ubifs", "-d", source, "-o", image, "-m", str(page), "-e", str(block), "-c", "400", *options)
    return image.read_bytes()


def make_ubi(image: Path, volumes: Sequence[tuple[str, str, bytes]], *options: str) -> bytes:
    """Pack volumes (name, static or dynamic, content) with ubinize."""
    lines = []
    for number, (name, kind, content) in enumerate(volumes):
        body = image.with_name(f"volume{number}")
        body.write_bytes(content)
        size = len(content) + 600_000
        lines += [f"[part{number}]", "mode=ubi", f"image={body}", f"vol_id={2 * number}", f"vol_name={name}"]
        lines += [f"vol_type={kind}", f"vol_size={size}"]
    image.with_suffix(".ini").write_text("\n".join(lines) + "\n")
    run("ubinize", "-o", image, *(options or ("-m", "2048", "-p", "128KiB")), image.with_suffix(".ini"))
    return image.read_bytes()


def make_erofs(image: Path, source: Path, *options: str) -> bytes:
    """Pack a directory with mkfs.erofs."""
    run("mkfs.erofs", *options, image, source)
    return image.read_bytes()


def assert_same(tree: Tree | None, root: Path, *, also: Sequence[str] = (), times: bool = True) -> None:
    """Names, kinds, modes, owners, times, link targets, hard links and contents are those of the directory."""
    assert tree is not None
    seen = {os.fsencode(path.relative_to(root)): path.lstat() for path in root.rglob("*")}
    entries = [entry for entry in tree if entry.printable not in also]
    assert [entry.path for entry in entries] == sorted(seen)
    inodes: dict[int, int] = {}
    for entry in entries:
        status = seen[entry.path]
        assert (entry.mode, entry.uid, entry.gid) == (status.st_mode, status.st_uid, status.st_gid), entry.printable
        assert inodes.setdefault(entry.inode, status.st_ino) == status.st_ino
        if times:
            assert entry.mtime == int(status.st_mtime)
        path = root / os.fsdecode(entry.path)
        if entry.kind is Kind.FILE:
            assert tree.read(entry) == path.read_bytes(), entry.printable
            assert tree.read(entry, 3000) == path.read_bytes()[:3000]
            assert tree.blob(entry).memory == path.read_bytes()
        if entry.kind is Kind.SYMLINK:
            assert entry.target == os.fsencode(path.readlink())
    noise = tree.get("/noise")
    if noise is not None:
        assert [entry.printable for entry in tree.links(noise)] == ["/etc/hard", "/noise"]
