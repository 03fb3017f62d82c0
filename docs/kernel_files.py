"""Write ``kernel_files.txt``: which options every source file of Linux needs, and which module it becomes.

    python docs/kernel_files.py OUT TREE [TREE ...]

``TREE`` is an unpacked source tree of Linux, oldest first; the packages ``linux-source-*`` of Debian hold them. Needs
kconfiglib 14 (ISC licence), in an environment of its own; the program itself never needs it. Only facts are carried
over: paths, names of options, names of modules. Read in this order: ``kbuild.py``, ``options_of`` (which architectures
can have an option), ``encoded``.

What cannot be told is left out, so that the table never says "not built" without a reason in the tree: a condition
that is no plain option counts for nothing, and an option without a prompt counts as possible where its own
dependencies are, for the code of a board may select it.
"""

# ruff: noqa: INP001, T201 - a script that talks to a person

import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import kconfiglib
from kbuild import BUILT_IN, SOURCES, Conditions, Tree, Way

# Names of the kernel's folders below arch/ that devices of this program have.
ARCHITECTURES = ("arc", "arm", "arm64", "loongarch", "m68k", "mips", "powerpc", "riscv", "sh", "sparc", "x86", "xtensa")
PARTS = ("block", "certs", "crypto", "drivers", "fs", "init", "io_uring", "ipc", "kernel", "lib", "mm", "net")
PARTS += ("security", "sound", "virt")
_HEAD = """\
# Which options a source file of Linux needs to be in a kernel, and which module it becomes. Facts only, written
# by docs/kernel_files.py from the Makefiles and Kconfig files of the trees named below; do not edit.
# >folder options that the build descends with     @architectures of the rows below ('@' alone: all)
#  ways names: OPTION&OPTION=module, alternatives after ','; '.' is the module of the file's own name; numbers
#  before ':' are the trees of these ways, other trees after '|'; '*' every file of the folder; '.c' is left out
#  usual: options that are yes or no and on by default; a kernel older than the trees may not know them
"""
# Modules that the lists of real kernels (Debian, 5.10 to 6.12, arm, arm64, mips, x86) do not name although their
# configuration builds them: objects without a licence mark, and one that needs more than its option.
UNLISTED = frozenset({"bitrev", "capsule", "mdio_bus", "pgtable", "cdns3", "cdns_usb_common"})


# --- which options there are, and for which architecture ---------------------------------------


@dataclass(frozen=True)
class Options:
    """All options of one tree, those that can be modules, yes-or-no ones that are on by default, and where each can be.

    ``where`` names per option the architectures that can have it.
    """

    every: Conditions
    tristate: Conditions
    usual: Conditions
    where: Mapping[str, Conditions]


def options_of(root: Path) -> Options:
    """Read the Kconfig files for every architecture."""
    every, tristate, usual, where = set(), set(), set(), defaultdict(set)
    for folder in sorted(path.parent for path in (root / "arch").glob("*/Kconfig")):
        if folder.name == "um":
            continue
        tree = _kconfig(root, folder.name)
        options = [one for one in tree.unique_defined_syms if one.orig_type in {kconfiglib.BOOL, kconfiglib.TRISTATE}]
        every |= {one.name for one in options}
        tristate |= {one.name for one in options if one.orig_type is kconfiglib.TRISTATE}
        usual |= {one.name for one in options if one.orig_type is kconfiglib.BOOL and _is_usual(tree, one)}
        for name in _possible(tree):
            where[name].add(folder.name)
    found = {name: frozenset(architectures) for name, architectures in where.items()}
    return Options(frozenset(every), frozenset(tristate), frozenset(usual), found)


def _is_usual(tree: kconfiglib.Kconfig, option: kconfiglib.Symbol) -> bool:
    return any(value is tree.y for value, _ in option.defaults)


def _kconfig(root: Path, architecture: str) -> kconfiglib.Kconfig:
    """Read all Kconfig files for one architecture, as if every test of the compiler passed."""
    kconfiglib._shell_fn = lambda *_: "y"  # noqa: SLF001 - its table of functions is made from these names
    kconfiglib._error_if_fn = kconfiglib._warning_if_fn = lambda *_: ""  # noqa: SLF001
    names = ("CC", "LD", "NM", "OBJCOPY", "HOSTCC", "HOSTCXX", "RUSTC", "BINDGEN", "PAHOLE", "CLANG_FLAGS")
    os.environ.update(dict.fromkeys((*names, "KERNELVERSION", "CC_VERSION_TEXT", "RUSTC_VERSION_TEXT"), "x"))
    os.environ.update(srctree=str(root), SRCARCH=architecture, ARCH=architecture, PAHOLE_VERSION="125")
    return kconfiglib.Kconfig(str(root / "Kconfig"), warn=False)


def _possible(tree: kconfiglib.Kconfig) -> Iterable[str]:
    """Return the options that can be set without COMPILE_TEST: whose dependencies can be met, or which are selected."""
    found: set[object] = set()

    def can_be(expression: object) -> bool:
        if isinstance(expression, tuple):
            if expression[0] is kconfiglib.AND:
                return can_be(expression[1]) and can_be(expression[2])
            if expression[0] is kconfiglib.OR:
                return can_be(expression[1]) or can_be(expression[2])
            return True  # negations and comparisons
        if isinstance(expression, kconfiglib.Choice):
            return True
        return expression.name != "n" if expression.is_constant else expression in found

    def is_new(option: kconfiglib.Symbol) -> bool:
        if option in found or option.name == "COMPILE_TEST":
            return False
        if option.orig_type not in {kconfiglib.BOOL, kconfiglib.TRISTATE}:
            return True
        return any(can_be(node.dep) for node in option.nodes) or can_be(option.rev_dep)

    while added := [one for one in tree.unique_defined_syms if is_new(one)]:
        found.update(added)
    return [one.name for one in found]


def readable_kconfig(root: Path) -> None:
    """Write what kconfiglib 14 does not know yet in words that it knows; the trees are scratch copies."""
    for path in root.rglob("Kconfig*"):
        if path.is_file():
            text = path.read_text(errors="replace")
            new = re.sub(r"^(\s+)modules\s*$", r"\1option modules", text, flags=re.MULTILINE)
            new = re.sub(r"^\s+transitional\s*$", "", new, flags=re.MULTILINE)
            new = re.sub(r"^(\s+depends on )([^#\n]*) if ([^#\n]*)$", r"\1(\2) || !(\3)", new, flags=re.MULTILINE)
            if new != text:
                path.write_text(new)


# --- all trees together ------------------------------------------------------------------------


class Facts:
    """What one tree says: the ways into a kernel of every file, the conditions of folders, and architectures."""

    def __init__(self, root: Path) -> None:
        readable_kconfig(root)
        tree = Tree(root)
        options = options_of(root)
        self.where, self.usual = options.where, options.usual
        self.version = _version(root)
        self.architectures = {path.parent.name for path in (root / "arch").glob("*/Kconfig")}
        told = options.every - {
            "NET"
        }  # a kernel without networking is no device of ours, and NET guards a third of all
        self.files = {
            path: _ways(found, told, options.tristate)
            for path, found in tree.files.items()
            if path.partition("/")[0] in PARTS
        }
        self.folders = {
            folder: frozenset.intersection(*(guard & told for guard in guards))
            for folder, guards in tree.folders.items()
            if folder.partition("/")[0] in PARTS
        }
        self.present = {
            path.relative_to(root).as_posix()
            for part in PARTS
            for end in SOURCES
            for path in (root / part).rglob(f"*{end}")
        }

    def architectures_of(self, ways: Iterable[Way]) -> set[str]:
        """Return for which architectures of this tree one of the ways is open."""
        found: set[str] = set()
        for guard, _ in ways:
            found |= self.architectures.intersection(*(self.where.get(one, frozenset()) for one in guard))
        return found


def _version(root: Path) -> str:
    text = (root / "Makefile").read_text()
    return ".".join(re.search(rf"^{name} = (\d+)", text, re.MULTILINE)[1] for name in ("VERSION", "PATCHLEVEL"))


def _ways(
    found: Iterable[tuple[Conditions, str, Conditions]], told: Conditions, tristate: Conditions
) -> frozenset[Way]:
    ways = set()
    for guard, module, own in found:
        loadable = bool(own & tristate) and BUILT_IN not in own and module not in UNLISTED
        ways.add((guard & told, module if loadable else ""))
    return frozenset(one for one in ways if not any(other < one[0] and name == one[1] for other, name in ways))


def encoded(trees: list[Facts]) -> Iterator[str]:
    """Give the lines of the table: a folder, the architectures of what follows, then files of the same conditions."""
    folders = defaultdict(set)
    for tree in trees:
        for path in tree.files:
            folders[path.rpartition("/")[0]].add(path)
        for folder in tree.folders:
            folders[folder].update(())
    present = defaultdict(set)
    for path in set().union(*(tree.present for tree in trees)):
        present[path.rpartition("/")[0]].add(path)
    for folder in sorted(folders):
        known = [tree.folders[folder] for tree in trees if folder in tree.folders]
        common = frozenset.intersection(*known) if known else frozenset()
        groups: dict[tuple[str, str], list[str]] = defaultdict(list)
        for path in sorted(folders[folder]):
            groups[_architectures(trees, path), _conditions(trees, path, common)].append(path)
        rows = [one for one in sorted(groups) if one != ("", "")]
        if not common and not rows:
            continue
        yield f">{folder} {'&'.join(sorted(common))}".rstrip()
        alone = len(groups) == 1 and present[folder] == folders[folder]
        last = ""
        for key in rows:
            if key[0] != last:
                yield f"@{key[0]}"
                last = key[0]
            names = sorted(path.rpartition("/")[2].removesuffix(".c") for path in groups[key])
            yield f" {key[1]} {'*' if alone else ' '.join(names)}"


def _conditions(trees: list[Facts], path: str, common: Conditions) -> str:
    """Write the ways of a file: "A&B=module,C" where all trees agree, else "01:A=module|23:B=module"."""
    stem = path.rpartition("/")[2].rpartition(".")[0].replace("-", "_")
    by_ways: dict[frozenset[Way], list[str]] = defaultdict(list)
    for index, tree in enumerate(trees):
        if path in tree.files:
            by_ways[tree.files[path]].append(str(index))
    written = []
    for ways, holders in by_ways.items():
        names = sorted(("&".join(sorted(guard - common)), "." if module == stem else module) for guard, module in ways)
        text = ",".join(f"{guard}={module}" if module else guard for guard, module in names)
        written.append(text if len(by_ways) == 1 else f"{''.join(holders)}:{text}")
    return "|".join(sorted(written))


def _architectures(trees: list[Facts], path: str) -> str:
    """Name those of our architectures that can have a file by any tree; '' for all, and where none at all can.

    A tree that does not have an architecture does not deny it.
    """
    holders = [(tree, tree.architectures_of(tree.files[path])) for tree in trees if path in tree.files]
    able = set()
    for one in ARCHITECTURES:
        asked = [found for tree, found in holders if one in tree.architectures]
        if not asked or any(one in found for found in asked):
            able.add(one)
    if not able:
        return "other" if any(found for _, found in holders) else ""
    return "" if len(able) == len(ARCHITECTURES) else ",".join(sorted(able))


def main() -> int:
    """Read the trees and write the table."""
    out, *roots = sys.argv[1:]
    trees = [Facts(Path(root).resolve()) for root in roots]
    for tree in trees:
        missing = len(tree.present - set(tree.files))
        print(f"{tree.version}: {len(tree.files)} files, {missing} not reached (included by others, or tools)")
    table = list(encoded(trees))
    named = set(re.findall(r"[A-Z0-9_]{2,}", "\n".join(table)))
    usual = sorted(named & set().union(*(tree.usual for tree in trees)))
    lines = [
        *_HEAD.splitlines(),
        f"trees {' '.join(tree.version for tree in trees)}",
        f"usual {' '.join(usual)}",
        *table,
    ]
    Path(out).write_text("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
