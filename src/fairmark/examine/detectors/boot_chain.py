"""The boot chain: what the boot loader hands to the kernel, who may stop it, and what is signed.

Read are device trees, the environment of U-Boot, the arguments inside the kernel's configuration, and the
containers that the image came in. Whether a signature is really checked only the device can tell.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fairmark.examine.blob import Blob
from fairmark.examine.boot_environment import BootEnvironment, boot_environments
from fairmark.examine.configs.inspection import joined, where
from fairmark.examine.containers.fit import BOOT_ARGUMENTS, boot_arguments
from fairmark.examine.kernel_config import running_config
from fairmark.examine.redaction import redacted
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.subject import LOOSE, FileFacts, Subject
from fairmark.examine.tree import UnreadableEntryError
from fairmark.model.evidence import Evidence, EvidenceKind, Where
from fairmark.model.finding import Confidence, Detection, Finding, Observation, Reach, Severity
from fairmark.model.image import Container

ARGUMENTS_WEAK = Rule(
    id="boot-arguments-weak",
    title="Boot arguments switch protections off",
    weakness="unhardened-daemon",
    severity=Severity.MEDIUM,
    what="The arguments that the kernel is started with switch off what protects it or its programs: random addresses, "
    "the barriers against flaws of processors, mandatory access control. Read are device trees, the environment of "
    "U-Boot, boot settings and the arguments inside the kernel's configuration.",
    false_positives="The boot loader puts other arguments in their place.",
    fix="Remove the arguments, and fix the rest of them in a signed image.",
    cwe="CWE-693",
)
ARGUMENTS_OPEN = Rule(
    id="boot-arguments-open",
    title="Boot arguments open a shell or a debugger",
    weakness="debug-interface",
    severity=Severity.MEDIUM,
    what="A device tree, the environment of U-Boot or the kernel's configuration starts the kernel with a shell as its "
    "first program, a debug shell of systemd or the kernel debugger on the serial port. Boot settings in text files "
    "are reported as debug-boot-arguments.",
    false_positives="The boot loader puts other arguments in their place.",
    fix="Remove the argument, and fix the rest of them in a signed image.",
    cwe="CWE-489",
    references=("ETSI EN 303 645 provision 5.6-4",),
)
LOADER_OPEN = Rule(
    id="boot-loader-open",
    title="The boot loader can be stopped at the keyboard",
    weakness="debug-interface",
    severity=Severity.LOW,
    what="The environment of U-Boot gives time to stop it (bootdelay of one second or more, or -1, which never starts "
    "by itself) and names no password or key for that: at the serial port everybody starts what he wants.",
    false_positives="A serial port that is cut off in hardware, or an environment that the device overwrites.",
    fix="Set bootdelay=-2, or CONFIG_AUTOBOOT_KEYED with a digest; keep the environment read-only and signed.",
    cwe="CWE-1191",
    references=("ETSI EN 303 645 provision 5.6-4",),
)
UNCHECKED = Rule(
    id="boot-image-unchecked",
    title="The boot loader does not check what it starts",
    weakness="no-secure-boot",
    severity=Severity.MEDIUM,
    what="verify is set to no in the environment of U-Boot: not even the checksum of the kernel is looked at.",
    false_positives="An environment that the device overwrites.",
    fix="Take verify out of the environment, and require signatures (CONFIG_FIT_SIGNATURE, a key marked required).",
    cwe="CWE-353",
    references=("ETSI EN 303 645 provision 5.7-1",),
)
UNSIGNED = Rule(
    id="boot-image-unsigned",
    title="The kernel image carries no signature",
    weakness="no-secure-boot",
    severity=Severity.LOW,
    what="The image holds a FIT, the format in which U-Boot checks signatures, and neither its configurations nor its "
    "images are signed: what stands in the flash is started, whoever wrote it. Grade C: a legacy uImage, which has "
    "only a checksum.",
    false_positives="A boot loader of the chip's maker that checks a signature around the whole image.",
    fix="Sign the configurations of the FIT, put the public key into the boot loader, and lock the boot loader itself.",
    cwe="CWE-347",
    references=("ETSI EN 303 645 provision 5.7-1",),
)

_WEAK = re.compile(
    r"(?<![\w.=-])(?:nokaslr|mitigations=off|nopti|pti=off|nospectre_v[12]|spectre_v2=off|nosmep|nosmap|norandmaps|"
    r"rodata=off|selinux=0|enforcing=0|apparmor=0|security=none|ima_appraise=off|module\.sig_enforce=0|"
    r"iomem=relaxed|androidboot\.selinux=permissive)(?![\w=.-])"
)
_OPEN = re.compile(
    r"(?<![\w.=-])(?:r?d?init=/bin/(?:ba|da|a)?sh|systemd\.debug[-_]shell(?:=1)?|kgdboc=[\w,@.]+|kgdbwait)(?![\w=.-])"
)
_VERITY = re.compile(
    r"\bveritysetup\s+(?:open|create|format)\b|dm-mod\.create=\S*verity|\broothash=[0-9a-f]{40}|systemd\.verity|"
    r"ima_appraise=enforce|\bdm-verity\b"
)
_TEXTS = re.compile(
    r"/boot/.*|/(?:cmdline|config|uEnv|extlinux)\.txt|/.*extlinux\.conf|/etc/default/grub|/.*grub\.cfg|/etc/kernel/cmdline"
)
_LOADERS = re.compile(r".*u-?boot.*\.(?:bin|img|env|elf)|.*(?:uboot|u-boot)[-_.]env\w*|.*/uboot\.env", re.IGNORECASE)
_KEYED = re.compile(rb"bootstopkey|autoboot.{0,24}(?:password|stop string)|Enter password", re.IGNORECASE)
_MOST_BYTES = 64 << 20
_MOST_FILES = 100
_MOST_TREES = 50
_MOST_SHOWN = 8
_NO_BOOT = "How the device starts is not in the image: no boot loader, kernel image or device tree was seen."


@dataclass(frozen=True, slots=True)
class _Arguments:
    """Arguments of the kernel, who holds them in words, and the evidence for that."""

    holder: str
    text: str
    evidence: Evidence


class _Run:
    """One run of the detector over a subject."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.findings: list[Finding] = []
        self.evidence: dict[str, Evidence] = {}
        self.holders = 0
        self.loaders: dict[str, list[tuple[FileFacts, Evidence]]] = {}

    def detect(self) -> Detection:
        """Read every place that may hold boot arguments, then judge what is signed."""
        for one in self._arguments():
            self.holders += 1
            self._judge(one)
        self._loaders()
        self._texts()
        self._signatures()
        observations = tuple(self._observations())
        seen = self.holders or self.findings or observations
        return Detection(
            findings=tuple(self.findings),
            observations=observations,
            evidence=tuple(self.evidence[key] for key in sorted(self.evidence)),
            unseen=() if seen or self._images() else (_NO_BOOT,),
        )

    def _note(self, rule: Rule, title: str, shown: Iterable[Evidence], confidence: Confidence) -> None:
        pieces = list(shown)
        self.evidence |= {one.id: one for one in pieces}
        ids = tuple(dict.fromkeys(one.id for one in pieces))
        self.findings.append(rule.finding(title, ids, confidence=confidence, reach=Reach.PRESENT))

    # Arguments -----------------------------------------------------------------------------------

    def _arguments(self) -> Iterator[_Arguments]:
        for container in self.subject.containers:
            _, found, text = container.note.partition(BOOT_ARGUMENTS)
            if container.kind == "device_tree" and found:
                yield _Arguments(f"The device tree {container.id}", text, self._contained(container, text))
        trees = [one for one in self.subject.files if one.path.endswith((".dtb", ".dtbo")) and one.text is None]
        for file in trees[:_MOST_TREES]:
            text = boot_arguments(Blob(self._content(file)))
            if text:
                yield _Arguments(where(file), text, self._seen(file, "its boot arguments", text))
        config = running_config(self.subject)
        built_in = config.options.get("CONFIG_CMDLINE", "") if config else ""
        if config and built_in and config.options.get("CONFIG_CMDLINE_BOOL", "y") == "y":
            text = f"CONFIG_CMDLINE={built_in}"
            yield _Arguments("The configuration of the kernel", built_in, self._seen(config.file, "built in", text))
        for file in [one for one in self.subject.files if _may_hold_environment(one)][:_MOST_FILES]:
            yield from self._environments(file)

    def _judge(self, one: _Arguments) -> None:
        for rule, pattern, what in (
            (ARGUMENTS_WEAK, _WEAK, "switches protections off"),
            (ARGUMENTS_OPEN, _OPEN, "opens the device"),
        ):
            words = pattern.findall(one.text)
            if words:
                self._note(rule, f"{one.holder} {what}: {joined(words)}", [one.evidence], Confidence.B)

    def _texts(self) -> None:
        """Boot settings in text: what opens the device there is reported by the detector of debug interfaces."""
        for file in self.subject.files:
            if file.text is None or not _TEXTS.fullmatch(file.path) or file.path.startswith("/boot/config"):
                continue
            for number, line in enumerate(file.text.splitlines()[:2000], start=1):
                words = [] if line.lstrip().startswith("#") or len(line) > 4000 else _WEAK.findall(line)
                if words:
                    seen = self.subject.evidence(file, "boot arguments", line=number, quote=redacted(line))
                    self._note(
                        ARGUMENTS_WEAK, f"{where(file)} switches protections off: {joined(words)}", [seen], Confidence.B
                    )

    # The boot loader -----------------------------------------------------------------------------

    def _environments(self, file: FileFacts) -> Iterator[_Arguments]:
        data = self._content(file)
        keyed = _KEYED.search(data) is not None
        for one in boot_environments(data):
            self.holders += 1
            self._loader(file, one, keyed=keyed)
            text = one.values.get("bootargs", "")
            if text:
                yield _Arguments(
                    f"The environment of U-Boot in {where(file)}", text, self._seen(file, "bootargs", text, one.offset)
                )

    def _loader(self, file: FileFacts, one: BootEnvironment, *, keyed: bool) -> None:
        delay, verify = one.values.get("bootdelay", ""), one.values.get("verify", "")
        if re.fullmatch(r"-1|[1-9]\d{0,3}", delay) and not keyed:
            seen = self._seen(file, "its environment", f"bootdelay={delay}", one.offset)
            self.loaders.setdefault(LOADER_OPEN.id, []).append((file, seen))
        if verify.lower() in {"n", "no", "0", "off", "false"}:
            seen = self._seen(file, "its environment", f"verify={verify}", one.offset)
            self.loaders.setdefault(UNCHECKED.id, []).append((file, seen))

    def _loaders(self) -> None:
        """One finding for each cause, however many copies of the boot loader there are."""
        for rule, what in (
            (LOADER_OPEN, "can be stopped at the keyboard"),
            (UNCHECKED, "does not check the kernel that it starts"),
        ):
            found = self.loaders.get(rule.id, [])
            if found:
                found.sort(key=lambda one: (one[0].root == LOOSE, one[0].root, one[0].path))
                names = list(dict.fromkeys(where(file) for file, _ in found))
                more = f" and {len(names) - 3} more places" if len(names) > 3 else ""
                title = f"U-Boot in {', '.join(names[:3])}{more} {what}"
                self._note(rule, title, [seen for _, seen in found[:_MOST_SHOWN]], Confidence.B)

    # Signatures ----------------------------------------------------------------------------------

    def _images(self) -> list[Container]:
        return [one for one in self.subject.containers if one.opened and one.kind in {"fit", "uimage"}]

    def _signatures(self) -> None:
        fits = [one for one in self._images() if one.kind == "fit" and not _is_signed(one)]
        legacy = [one for one in self._images() if one.kind == "uimage" and one.note.startswith(("kernel", "multi"))]
        if fits:
            title = f"No configuration and no image is signed in {_counted(fits, 'FIT')}"
            self._note(UNSIGNED, title, [self._contained(one, one.note) for one in fits[:4]], Confidence.B)
        elif legacy and not any(_is_signed(one) for one in self._images()):
            title = f"{_counted(legacy, 'uImage')} with a checksum and no signature"
            self._note(UNSIGNED, title, [self._contained(one, one.note) for one in legacy[:4]], Confidence.C)

    def _observations(self) -> Iterator[Observation]:
        signed = [one for one in self._images() if _is_signed(one)]
        if signed:
            shown = [self._contained(one, one.note) for one in signed[:4]]
            statement = (
                f"{_counted(signed, 'FIT')} carries signatures; whether the boot loader asks for them was not seen"
            )
            yield self._observation(UNSIGNED, statement, shown)
        for file in self.subject.files:
            match = _VERITY.search(file.text) if file.text and _is_about_start(file) else None
            if match:
                seen = self._seen(file, "it checks a file system", match[0])
                statement = f"{where(file)} has a file system checked as it is read ({match[0].split('=')[0]})"
                yield self._observation(UNSIGNED, statement, [seen])
                return

    def _observation(self, rule: Rule, statement: str, shown: list[Evidence]) -> Observation:
        self.evidence |= {one.id: one for one in shown}
        ids = tuple(one.id for one in shown)
        return Observation(rule=rule.id, capability="secure-boot", statement=statement, complete=False, evidence=ids)

    # Evidence ------------------------------------------------------------------------------------

    def _seen(self, file: FileFacts, statement: str, quote: str, offset: int | None = None) -> Evidence:
        return self.subject.evidence(file, statement, offset=offset, quote=redacted(quote))

    def _contained(self, one: Container, quote: str) -> Evidence:
        place = Where(path=f"/{one.id}", root=LOOSE, offset=one.offset, sha256=one.sha256, quote=redacted(quote)[:300])
        return Evidence(
            kind=EvidenceKind.CONTAINER, where=place, tool=self.subject.tool, statement=f"a container: {one.kind}"
        )

    def _content(self, file: FileFacts) -> bytes:
        try:
            return self.subject.content(file, _MOST_BYTES)
        except UnreadableEntryError:  # the scan has recorded the gap
            return b""


def _is_signed(one: Container) -> bool:
    return " signed (" in one.note


def _counted(found: list[Container], what: str) -> str:
    return f"{len(found)} {what}" if len(found) > 1 else f"a {what}"


def _may_hold_environment(file: FileFacts) -> bool:
    """Loose data of the image and files of the boot loader; text is read elsewhere."""
    if file.text is not None or file.elf:
        return False
    return file.root == LOOSE or _LOADERS.fullmatch(file.path) is not None


def _is_about_start(file: FileFacts) -> bool:
    return file.root != LOOSE and file.path.startswith(
        ("/etc/", "/init", "/boot/", "/lib/systemd/system/", "/usr/lib/systemd/system/")
    )


def _detect(subject: Subject) -> Detection:
    return _Run(subject).detect()


DETECTOR = Detector(
    id="boot_chain",
    title="The boot chain",
    rules=(ARGUMENTS_WEAK, ARGUMENTS_OPEN, LOADER_OPEN, UNCHECKED, UNSIGNED),
    detect=_detect,
)
