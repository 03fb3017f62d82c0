"""The kernel: which of its own protections were left out, which doors were built in, whether its modules are signed.

One finding by cause, never one for each option. What the kernel cannot have in its version or on its
architecture is not asked for: a configuration names only what could have been chosen.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from fairmark.examine.kernel_config import KernelConfig, running_config
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.subject import FileFacts, Subject
from fairmark.examine.tree import UnreadableEntryError
from fairmark.model.data import load_yaml
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Finding, Observation, Reach, SeenFact, Severity

UNPROTECTED = Rule(
    id="kernel-unprotected",
    title="The kernel was built without its own protections",
    weakness="unhardened-daemon",
    severity=Severity.MEDIUM,
    what="The configuration of the kernel leaves out what it offers against flaws in itself. Two decide: write "
    "protection of its code, and the stack protector; the rest is listed beside them. Grade A: both are left out, and "
    "the configuration was read off the kernel itself. Only others left out: a hint.",
    false_positives="A configuration file that belongs to another kernel than the one that runs.",
    fix="Build the kernel with STRICT_KERNEL_RWX and STACKPROTECTOR_STRONG, and with what else is listed.",
    cwe="CWE-1327",
)
MEMORY_OPEN = Rule(
    id="kernel-memory-open",
    title="The kernel gives its memory away",
    weakness="unhardened-daemon",
    severity=Severity.LOW,
    what="/dev/kmem is built in, or /dev/mem without STRICT_DEVMEM: a program that is root for a moment reads keys and "
    "changes the running kernel.",
    false_positives="A tool of the maker's that drives hardware through /dev/mem; it needs only its own range.",
    fix="Switch DEVKMEM off, and STRICT_DEVMEM and IO_STRICT_DEVMEM on.",
    cwe="CWE-749",
)
DOORS = Rule(
    id="kernel-debug-options",
    title="The kernel holds tools of developers",
    weakness="debug-interface",
    severity=Severity.LOW,
    what="Options that help whoever looks for flaws in the kernel: a debugger, /proc/kcore, debugfs, kexec, key "
    "combinations, the function tracer. A hint: each of them needs rights that an attacker must have first.",
    false_positives="Most general kernels have them.",
    fix="Leave out of a production kernel what production does not use.",
    cwe="CWE-489",
)
MODULES_UNSIGNED = Rule(
    id="kernel-modules-unsigned",
    title="Kernel modules carry no signature",
    weakness="no-secure-boot",
    severity=Severity.LOW,
    what="The kernel wants signed modules (MODULE_SIG_FORCE) or others in the image are signed, and these are not: "
    "they were built elsewhere or stripped after signing. Grade C: no module is signed and nothing asks for it.",
    false_positives="Modules that nothing loads.",
    fix="Sign every module in the last step of the build, and build the kernel with MODULE_SIG_FORCE.",
    cwe="CWE-347",
    references=("ETSI EN 303 645 provision 5.7-1",),
)

_PACKAGE, _FILE = "fairmark.examine.rules", "kernel_options.yaml"
_SIGNED = b"~Module signature appended~\n"  # the last bytes of a signed module (kernel documentation, module signing)
_MOST_MODULES = 40
_MOST_BYTES = 2 << 20
_ENOUGH = 2
_LINUX_LOADER = re.compile(r"/ld-(?:linux|musl|uClibc|android)|/system/bin/linker")
_NO_CONFIG = "The configuration of the kernel is not in the image: what protects the kernel itself is not known."


@dataclass(frozen=True, slots=True)
class _Entry:
    """One protection or one door, with the options that tell."""

    words: str
    left_out: tuple[str, ...]
    chosen: tuple[str, ...]
    counts: bool

    def holds(self, config: KernelConfig) -> bool:
        """Whether a protection was left out, or a door is there."""
        named = any(config.options.get(f"CONFIG_{name}") == "n" for name in self.left_out)
        left_out = named and not any(config.is_on(name) for name in self.left_out)
        return left_out or any(config.is_on(name) for name in self.chosen)

    @property
    def names(self) -> tuple[str, ...]:
        """The options that may be quoted."""
        return (*self.left_out, *self.chosen)


@cache
def _entries(group: str) -> tuple[_Entry, ...]:
    rows: Sequence[Mapping[str, object]] = load_yaml(_PACKAGE, _FILE)[group]
    return tuple(
        _Entry(
            str(row["words"]),
            _words(row.get("left_out")),
            _words(row.get("chosen")),
            bool(row.get("core") or row.get("serious")),
        )
        for row in rows
    )


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


class _Run:
    """One run of the detector over a subject."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.evidence: dict[str, Evidence] = {}

    def detect(self) -> Detection:
        """Judge the configuration of the kernel that runs, and the modules."""
        config = running_config(self.subject)
        findings = list(self._judge(config)) if config else []
        made, observations = self._modules(config)
        return Detection(
            findings=(*findings, *made),
            observations=observations,
            facts=tuple(self._facts(config)),
            evidence=tuple(self.evidence[key] for key in sorted(self.evidence)),
            unseen=() if config else (_NO_CONFIG,),
        )

    def _judge(self, config: KernelConfig) -> Iterator[Finding]:
        missing = [one for one in _entries("protections") if one.holds(config)]
        core = [one for one in missing if one.counts]
        name = f"Linux {config.version}" if config.version else "The kernel"
        if missing:
            proven = config.is_of_the_kernel and len(core) >= _ENOUGH
            grade = Confidence.A if proven else Confidence.B if core else Confidence.C
            title = f"{name} was built without {_listed(core or missing)}"
            others = len(missing) - len(core) if core else 0
            title += f", and {others} more protection{'s' if others > 1 else ''}" if others else ""
            severity = None if len(core) >= _ENOUGH else Severity.LOW
            yield UNPROTECTED.finding(
                title, self._quoted(config, missing), confidence=grade, reach=Reach.STARTED, severity=severity
            )
        doors = [one for one in _entries("doors") if one.holds(config)]
        for rule, found, grade in (
            (MEMORY_OPEN, [one for one in doors if one.counts], Confidence.B),
            (DOORS, [one for one in doors if not one.counts], Confidence.C),
        ):
            if found:
                title = f"{name}: {_listed(found)}"
                yield rule.finding(title, self._quoted(config, found), confidence=grade, reach=Reach.STARTED)

    def _quoted(self, config: KernelConfig, entries: Sequence[_Entry]) -> tuple[str, ...]:
        """Quote the options that tell, in one piece of evidence."""
        names = [name for one in entries for name in one.names if f"CONFIG_{name}" in config.options]
        quote = ", ".join(f"{name}={config.options[f'CONFIG_{name}']}" for name in sorted(set(names)))
        origin = "the configuration inside the kernel" if config.is_of_the_kernel else "a configuration of the kernel"
        item = self.subject.evidence(config.file, f"{origin} says so", quote=quote)
        self.evidence[item.id] = item
        return (item.id,)

    # Modules -------------------------------------------------------------------------------------

    def _modules(self, config: KernelConfig | None) -> tuple[tuple[Finding, ...], tuple[Observation, ...]]:
        """Look at the ends of the first modules."""
        files = [one for one in self.subject.files if one.path.endswith(".ko") and one.elf]
        looked = [one for one in files if one.size <= _MOST_BYTES][:_MOST_MODULES]
        unsigned = [one for one in looked if not self._is_signed(one)]
        if not looked:
            return (), ()
        counted = f"{len(unsigned)} of {len(looked)} modules that were looked at ({len(files)} in all)"
        shown = (unsigned or looked)[:3]
        ids = tuple(
            self._see(one, "it carries no signature" if unsigned else "it carries a signature") for one in shown
        )
        if not unsigned:
            statement = f"All {len(looked)} kernel modules that were looked at carry a signature ({len(files)} in all)"
            seen = Observation(
                rule=MODULES_UNSIGNED.id, capability="secure-boot", statement=statement, complete=False, evidence=ids
            )
            return (), (seen,)
        wanted = config is not None and config.is_on("MODULE_SIG_FORCE")
        grade = Confidence.B if wanted or len(unsigned) < len(looked) else Confidence.C
        title = f"Kernel modules without a signature: {counted}"
        return (MODULES_UNSIGNED.finding(title, ids, confidence=grade, reach=Reach.PRESENT),), ()

    def _facts(self, config: KernelConfig | None) -> Iterator[SeenFact]:
        """A module, a program that asks for a loader of Linux, or a configuration proves Linux."""
        module = next((one for one in self.subject.files if one.path.endswith(".ko") and one.elf), None)
        if module:
            seen = self._see(module, "it is a kernel module")
            yield SeenFact(
                fact="os.linux", value=True, statement=f"{module.path} is a module of Linux", evidence=(seen,)
            )
            yield SeenFact(
                fact="os.kernel_modules", value=True, statement=f"{module.path} is a kernel module", evidence=(seen,)
            )
            return
        programs = (one for one in self.subject.files if one.elf and _LINUX_LOADER.search(one.elf.interpreter))
        program = next(programs, None)
        if program:
            seen = self._see(program, "it asks for the loader of Linux")
            yield SeenFact(fact="os.linux", value=True, statement=f"{program.path} runs on Linux", evidence=(seen,))
        elif config:
            seen = self._see(config.file, "it holds the configuration of a Linux kernel")
            yield SeenFact(
                fact="os.linux", value=True, statement=f"{config.file.path} configures Linux", evidence=(seen,)
            )

    def _is_signed(self, file: FileFacts) -> bool:
        try:
            return self.subject.content(file, _MOST_BYTES).endswith(_SIGNED)
        except UnreadableEntryError:  # the scan has recorded the gap
            return True

    def _see(self, file: FileFacts, statement: str) -> str:
        item = self.subject.evidence(file, statement)
        self.evidence[item.id] = item
        return item.id


def _listed(entries: Sequence[_Entry]) -> str:
    words = [one.words for one in entries]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _detect(subject: Subject) -> Detection:
    return _Run(subject).detect()


DETECTOR = Detector(
    id="kernel",
    title="The kernel: its protections and its modules",
    rules=(UNPROTECTED, MEMORY_OPEN, DOORS, MODULES_UNSIGNED),
    detect=_detect,
)
