"""What was built into the system: architecture, kernel, modules, configuration, busybox applets.

Flaws in what was not built in cannot hurt the device; ``fairmark.vulnerabilities`` decides by these facts.
"""

import re
from collections import Counter
from collections.abc import Iterator

from fairmark.examine.inventory import sights
from fairmark.examine.kernel_config import running_config
from fairmark.examine.subject import Subject
from fairmark.examine.tree import Kind, Tree
from fairmark.model.image import Build

_MOST_NAMES = 20_000


def build_of(subject: Subject) -> Build:
    """Read the facts off the image. What the image does not tell stays ``None``."""
    machines = Counter(item.elf.machine for item in subject.files if item.elf and item.elf.kind != "core")
    kernels = [sight.hit.version for sight in sights(subject) if sight.rule.name == "linux"]
    loadable = sorted({name for tree in subject.trees for name in _modules(tree)})
    built_in = _built_in(subject)
    # A list of what is built in without any loadable module is a kernel that loads none.
    modules = tuple(loadable[:_MOST_NAMES]) if loadable or built_in is not None else None
    return Build(
        architecture=min(machines, key=lambda one: (-machines[one], one), default="").replace("-", "_"),
        kernel_version=max(kernels, key=lambda one: (kernels.count(one), one), default=""),
        kernel_modules=modules,
        kernel_built_in=built_in,
        kernel_config=_config(subject),
        applets=_applets(subject),
    )


def _modules(tree: Tree) -> Iterator[str]:
    """Names of the loadable modules, as the kernel writes them: without suffix, ``-`` as ``_``."""
    for entry in tree.files():
        if entry.path.startswith((b"lib/modules/", b"usr/lib/modules/")):
            match = re.fullmatch(rb"([\w.+-]{1,100}?)\.ko(?:\.(?:gz|xz|zst))?", entry.name)
            if match:
                yield match[1].decode().replace("-", "_")


def _built_in(subject: Subject) -> tuple[str, ...] | None:
    """Read modules.builtin, which depmod needs and most images keep."""
    found = set()
    there = False
    for item in subject.files:
        if item.path.rpartition("/")[2] == "modules.builtin" and item.text is not None:
            there = True
            names = (line.rpartition("/")[2].partition(".")[0] for line in item.text.splitlines()[:_MOST_NAMES])
            found |= {name.replace("-", "_") for name in names if name}
    return tuple(sorted(found)) if there else None


def _config(subject: Subject) -> dict[str, str] | None:
    """Return the options of the kernel that runs; one that its configuration names as off is "n"."""
    found = running_config(subject)
    return dict(found.options) if found else None


def _applets(subject: Subject) -> tuple[str, ...] | None:
    """Names under which the image links busybox; ``None`` without busybox, or where a link cannot tell."""
    names = set()
    there = False
    for tree in subject.trees:
        for entry in tree.entries():
            real = tree.resolve(entry.path) if entry.kind is Kind.SYMLINK else entry.path
            if real is None or real.rpartition(b"/")[2] != b"busybox":
                continue
            there = True
            target = tree.get(real)
            same = tree.links(target) if target else ()
            names |= {one.name.decode("utf-8", "replace") for one in (entry, *same)}
    return tuple(sorted(names - {"busybox"})) if there and names - {"busybox"} else None
