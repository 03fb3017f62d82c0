"""Debug interfaces: consoles that give a shell, open adb and gdbserver, boot arguments that open the device."""

import re
from collections.abc import Iterator, Mapping

from fairmark.examine import systemd
from fairmark.examine.configs.inspection import Inspection, joined, where
from fairmark.examine.configs.lines import Setting, directives, last, numbered
from fairmark.examine.configs.running import Running
from fairmark.examine.configs.sections import uci
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.startup import TreeWorld
from fairmark.examine.subject import FileFacts, Subject
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Reach, Severity

CONSOLE = Rule(
    id="debug-console-shell",
    title="The console gives a shell without a password",
    weakness="debug-interface",
    severity=Severity.MEDIUM,
    what="Init starts a shell, or a login that asks for nothing, on the console: whoever opens the case and finds the "
    "serial port is root. Read are inittab, the units of systemd with their drop-ins, and the arguments of getty.",
    false_positives="A board whose serial port is cut off in hardware or fused. On a screen the severity is low.",
    fix="Start getty with a real login, or nothing, on the console; lock the port in the boot loader.",
    cwe="CWE-1191",
    references=("ETSI EN 303 645 provision 5.6-4",),
)
ADB = Rule(
    id="debug-adb-open",
    title="The Android debug bridge is open",
    weakness="debug-interface",
    severity=Severity.HIGH,
    what="adbd is in the image, something starts it (a USB configuration, a TCP port, an init script), and no keys are "
    "asked for (ro.adb.secure is not 1). Grade B: the build is a debug build, where adb can become root.",
    false_positives="A connector that is not fitted.",
    fix="Make a user build: ro.adb.secure=1, ro.debuggable=0, no adb in the USB configuration, no TCP port.",
    cwe="CWE-1191",
    references=("ETSI EN 303 645 provision 5.6-4",),
)
GDB = Rule(
    id="debug-gdbserver-started",
    title="gdbserver is started with the device",
    weakness="debug-interface",
    severity=Severity.HIGH,
    what="A debugger's server waits for whoever connects and lets them read and change the memory of programs.",
    false_positives="None known.",
    fix="Remove gdbserver and the line that starts it.",
    cwe="CWE-489",
    references=("ETSI EN 303 645 provision 5.6-4",),
)
TOOLS = Rule(
    id="debug-tools-present",
    title="Tools of developers are in the image",
    weakness="debug-interface",
    severity=Severity.LOW,
    what="gdbserver, strace, tcpdump and the like help whoever gets in. A hint: nothing starts them.",
    false_positives="Tools that service staff use.",
    fix="Leave them out of production images.",
    cwe="CWE-489",
)
BOOT = Rule(
    id="debug-boot-arguments",
    title="Boot settings open a shell or a debugger",
    weakness="debug-interface",
    severity=Severity.MEDIUM,
    what="A file with arguments for the kernel names a shell as init, a debug shell of systemd or the kernel debugger. "
    "A boot delay that lets the keyboard in is a hint.",
    false_positives="A file that the boot loader of this device does not read.",
    fix="Remove the argument; fix the arguments in a signed image; set bootdelay=-2.",
    cwe="CWE-489",
)
DUMPS = Rule(
    id="debug-core-dumps",
    title="Core dumps of privileged programs can be read by every account",
    weakness="secret-storage-plain",
    severity=Severity.LOW,
    what="fs.suid_dumpable=1 makes programs with raised rights write their memory, with the secrets in it, to files of "
    "the caller.",
    false_positives="A device without other accounts.",
    fix="Set fs.suid_dumpable=0 and kernel.core_pattern to nothing.",
    cwe="CWE-528",
)

_SHELL = re.compile(
    r"[-+@]*(?:(?:/\S*/)?(?:setsid|cttyhack|busybox|nohup|exec|env|start_getty|openvt)\s+(?:-\w+\s+)*)*"
    r"(?:/\S*/)?(?:ba|da|a|z|k)?sh(?:\s+-\S+)*\s*(?:[0-9]?[<>]+[&\w/.-]*+\s*+)*+"
)
_ROOT_LOGIN = re.compile(r"[-+@]*(?:/\S*/)?login\s+(?:-\w\s+)*-f\s*\S*.*")
_LOGIN_SCRIPT = re.compile(r"[-+@]*(/usr/libexec/login\.sh|/bin/login\.sh|/sbin/login\.sh)\s*")
_TALKING = frozenset({"respawn", "respawnlate", "askfirst", "once", "askconsole", "askconsolelate"})
_SCREEN = re.compile(r"tty[0-9]+")
_GIVES_SHELL = re.compile(
    r"(?m)^[^#\n]*\b(?:login\s+-f|exec\s+(?:/\S*/)?(?:ba|da|a)?sh\b|/bin/(?:ba|da|a)?sh\s*(?:-\w+\s*|--login\s*)*$)"
)
_ASKS = re.compile(r"(?m)^[^#\n]*(?:/|\b)login\s*$|sulogin|passwd")
_SHELL_ON_TTY = re.compile(
    r"(?:^|[\s;&(])(?:/[\w./-]*/)?(?:ba|da|a)?sh(?:\s+-\w+)*\s+<\s*/dev/(?:ttyS|ttyAMA|ttymxc|ttySAC|ttyO|ttyHS|ttyMSM|ttyPS|console)\w*|"
    r"\bsetsid\s+(?:/\S*/)?cttyhack\s+(?:/\S*/)?(?:ba|da|a)?sh\b"
)
_AUTOLOGIN = re.compile(
    r"getty\b.*\s(?:--autologin[= ]\s*|-a\s*)(?P<user>[\w-]+)|getty\b.*\s-n\b.*\s-l\s+\S*(?:sh|login\s+-f)\b"
)
_GETTY_UNIT = re.compile(
    r"/(?P<unit>(?:serial-getty|console-getty|getty|container-getty)[@\w.-]*?\.service)(?:\.d/[^/]+\.conf)?$"
)
_PROPERTIES = re.compile(
    r"(?:/(?:system|vendor|product|odm|system/vendor|system/etc|root))?/(?:default|build|prop|local|init)\.(?:prop|default)"
)
_ADBD = (
    "/sbin/adbd",
    "/system/bin/adbd",
    "/usr/bin/adbd",
    "/usr/sbin/adbd",
    "/bin/adbd",
    "/apex/com.android.adbd/bin/adbd",
)
_TOOL_NAMES = frozenset({"gdbserver", "gdb", "strace", "ltrace", "tcpdump", "valgrind"})
_BOOT_FILE = re.compile(
    r"/(?:boot/(?:[\w.-]+/)?)?(?:cmdline\.txt|extlinux\.conf|uEnv\.txt|armbianEnv\.txt|grub\.cfg|syslinux\.cfg|bootargs)|/etc/kernel/cmdline|"
    r"/(?:[\w.-]+/){0,3}u-?boot[\w.-]*env[\w.-]*"
)
_BOOT_WORDS = re.compile(
    r"(?<![\w.])(?P<word>init=/bin/(?:ba|da|a)?sh|rdinit=/bin/(?:ba|da|a)?sh|systemd\.debug[-_]shell(?:=1)?|kgdboc=\S+|kgdbwait)(?=[\s\"']|$)"
)
_SYSCTL = re.compile(r"/etc/sysctl\.conf|/(?:etc|usr/lib|lib|run)/sysctl\.d/[^/]+\.conf")


def _detect(subject: Subject) -> Detection:
    look = Inspection(subject)
    for tree in subject.trees:
        world = look.world(tree.name)
        if world:
            _inittab(look, world)
            _units(look, world)
            _adb(look, world)
    for run in look.running("getty", "agetty", "mingetty"):
        _getty(look, run)
    _script_shells(look)
    for run in look.running("gdbserver"):
        waits = re.search(r"(?:^|\s)(?!127\.|localhost)[\w.]*:\d+", run.service.arguments)
        look.flaw(GDB, "gdbserver is started", run, (), reach=Reach.EXPOSED if waits and run.certain else None)
    _tools(look)
    _boot(look)
    _dumps(look)
    return look.detection()


# Consoles ----------------------------------------------------------------------------------------


def _inittab(look: Inspection, world: TreeWorld) -> None:
    file = look.text_file("/etc/inittab", world.tree.name)
    if file is None:
        _no_inittab(look, world)
        return
    in_force = not systemd.is_init(world)
    rows = [(number, line.split(":", 3)) for number, line in numbered(file)]
    rows = [(number, fields) for number, fields in rows if len(fields) == 4]
    level = next((fields[1].strip() for _, fields in rows if fields[2].strip() == "initdefault"), None)
    for number, (terminal, levels, action, process) in rows:
        runs = level is None or not levels or level in levels
        if action.strip() not in _TALKING or terminal == "null" or not runs:
            continue
        command = process.partition(" #")[0].strip()
        how = _opens_shell(look, world, command)
        if how:
            setting = Setting(file, number, f"{terminal}:{levels}:{action}", command)
            screen = _SCREEN.fullmatch(terminal) is not None and level is None
            place = f"screen {terminal}" if screen else "console" if not terminal or level else f"console {terminal}"
            severity = Severity.LOW if screen else None
            title = f"{where(file)} gives {how} on {place}"
            look.flaw(CONSOLE, title, None, (setting,), in_force=in_force, severity=severity)


def _opens_shell(look: Inspection, world: TreeWorld, command: str) -> str:
    """Return what a process of init gives to whoever sits at the terminal; empty when it asks for a password."""
    script = _LOGIN_SCRIPT.fullmatch(command)
    if script:
        file = look.text_file(script[1], world.tree.name)
        system = look.text_file("/etc/config/system", world.tree.name)
        asks = any(section.is_on("ttylogin") for section in uci(system)) if system else False
        return "" if asks or file is None else "a shell without a password"
    if _SHELL.fullmatch(command):
        return "a shell without a password"
    if _ROOT_LOGIN.fullmatch(command):
        return "a login that asks for no password"
    return ""


def _no_inittab(look: Inspection, world: TreeWorld) -> None:
    """Without an inittab busybox's init offers a shell on the console by itself."""
    tree = world.tree
    init = next((found for path in ("/sbin/init", "/linuxrc", "/init") if (found := tree.get(path))), None)
    if (
        init is None
        or not init.name.startswith(b"busybox")
        or systemd.is_init(world)
        or not world.script("/etc/init.d/rcS")
    ):
        return
    file = look.subject.by_path.get((tree.name, init.printable))
    if file:
        shown = (look.read(file, "it is init, there is no /etc/inittab, and then it offers a shell on the console"),)
        title = "busybox's init has no inittab and offers a shell on the console"
        look.flaw(CONSOLE, title, None, shown, in_force=True, confidence=Confidence.B)


def _getty(look: Inspection, run: Running) -> None:
    words = run.words
    login = run.option("-l", "--login-program")
    auto = run.option("--autologin") or (run.option("-a") if "agetty" in run.program else None)
    if login is not None and run.has("-n", "--skip-login", "--noclear"):
        how = _login_program(look, run.root, login)
    elif auto:
        how = f"a shell of {auto} without a password"
    else:
        how = ""
    if not how and login is not None and _SHELL.fullmatch(login):
        how = "a shell without a password"
    terminal = next((word for word in words if word.startswith(("tty", "console", "/dev/"))), "the console")
    if how:
        severity = Severity.LOW if _SCREEN.fullmatch(terminal) else None
        look.flaw(CONSOLE, f"getty gives {how} on {terminal}", run, (), reach=Reach.STARTED, severity=severity)


def _login_program(look: Inspection, root: str, program: str) -> str:
    """Say what the program that getty starts gives without asking."""
    if _SHELL.fullmatch(program):
        return "a shell without a password"
    file = look.text_file(program, root)
    text = file.text or "" if file else ""
    return "a login that asks for no password" if _GIVES_SHELL.search(text) and not _ASKS.search(text) else ""


def _units(look: Inspection, world: TreeWorld) -> None:
    """Look for automatic logins in the units of getty and their drop-ins, and for shells on a terminal."""
    if not systemd.is_init(world):
        return
    wanted = {
        path.rpartition("/")[2]
        for folder in ("/etc/systemd/system", "/lib/systemd/system", "/usr/lib/systemd/system")
        for path in world.glob(f"{folder}/*.wants/*.service")
    }
    for file in look.subject.files:
        if file.root != world.tree.name or file.text is None or "/systemd/system/" not in file.path:
            continue
        unit = _GETTY_UNIT.search(file.path)
        for number, line in numbered(file, ("#", ";")):
            if not line.startswith("ExecStart="):
                continue
            setting = Setting(file, number, "ExecStart", line.partition("=")[2])
            if unit and _AUTOLOGIN.search(line):
                _autologin(look, setting, unit["unit"], wanted)
            elif not unit and re.search(r"(?m)^StandardInput=tty", file.text) and _SHELL.fullmatch(setting.value):
                name = file.path.rpartition("/")[2]
                title = f"{where(file)} gives a shell without a password on a terminal"
                look.flaw(CONSOLE, title, None, (setting,), in_force=name in wanted)


def _autologin(look: Inspection, setting: Setting, unit: str, wanted: set[str]) -> None:
    """A serial getty is started on the console of the kernel even if nothing wants it by name."""
    stem = unit.partition("@")[0] if "@." in unit else unit.removesuffix(".service")
    sure = any(name.startswith(stem) for name in wanted)
    screen = not unit.startswith(("serial-", "console-"))
    title = f"{where(setting.file)} logs in on the {'screen' if screen else 'serial console'} by itself"
    grade = Confidence.A if sure and not screen else Confidence.B
    severity = Severity.LOW if screen else None
    look.flaw(CONSOLE, title, None, (setting,), in_force=True, confidence=grade, severity=severity)


def _script_shells(look: Inspection) -> None:
    """Look for shells that scripts put on a serial port; what starts is traced only if there is such a script."""
    scripts = [file for file in look.subject.files if file.text and file.path != "/etc/inittab"]
    likely = [file for file in scripts if "/dev/tty" in (file.text or "") or "cttyhack" in (file.text or "")]
    candidates = [file for file in likely if _SHELL_ON_TTY.search(file.text or "")]
    if not candidates:
        return
    started = {(one.root, one.path): one for one in look.scripts if one.certain}
    for file in candidates:
        script = started.get((file.root, file.path))
        line = next((number for number, text in numbered(file) if _SHELL_ON_TTY.search(text)), 0)
        if line:
            shown: list[Setting | Evidence] = [Setting(file, line, "", ""), *(script.chain if script else ())]
            title = f"{where(file)} puts a shell on the serial port"
            look.flaw(CONSOLE, title, None, shown, in_force=script is not None, confidence=Confidence.B)


# adb ---------------------------------------------------------------------------------------------


def _adb(look: Inspection, world: TreeWorld) -> None:
    root = world.tree.name
    program = next((found for path in _ADBD if (found := world.facts(path))), None)
    if program is None:
        return
    properties = _properties(look, root)
    secured = properties.get("ro.adb.secure")
    port = next(
        (properties[name] for name in ("persist.adb.tcp.port", "service.adb.tcp.port") if name in properties), None
    )
    usb = next((properties[name] for name in ("persist.sys.usb.config", "sys.usb.config") if name in properties), None)
    by_port = port if port and port.value not in {"", "0", "-1"} else None
    by_usb = usb if usb and "adb" in usb.value.split(",") else None
    run = next((one for one in look.running("adbd") if one.root == root), None)
    asks = secured is not None and secured.value == "1"
    reach = Reach.EXPOSED if by_port else Reach.STARTED
    named: list[Setting | Evidence] = [one for one in (by_port, by_usb, secured) if one]
    named.append(look.read(program, "adbd is in the image"))
    if not asks and (by_port or by_usb or run):
        how = f"at port {by_port.value}" if by_port else "over USB" if by_usb else "by a start script"
        sure = secured is not None or run is not None  # else another part of the build may set ro.adb.secure
        grade = Confidence.A if sure else Confidence.B
        title = f"adb is open {how} and asks for no key"
        in_force = run is None or run.certain
        look.flaw(ADB, title, run, named, in_force=in_force, confidence=grade, reach=reach)
        return
    debug = [one for name in ("ro.debuggable", "ro.secure") if (one := properties.get(name))]
    open_build = [one for one in debug if one.value == ("1" if one.name == "ro.debuggable" else "0")]
    if open_build and properties:
        title = f"A debug build: adb can become root ({joined(one.name + '=' + one.value for one in open_build)})"
        look.flaw(ADB, title, None, open_build, in_force=True, confidence=Confidence.B, severity=Severity.MEDIUM)


def _properties(look: Inspection, root: str) -> Mapping[str, Setting]:
    """Return the properties of an Android build; what is read first of a ro. property stays."""
    found: dict[str, Setting] = {}
    for file in look.subject.files:
        if file.root == root and file.text and _PROPERTIES.fullmatch(file.path):
            for number, line in numbered(file):
                name, equals, value = line.partition("=")
                if equals:
                    setting = Setting(file, number, name.strip(), value.strip())
                    found[name.strip()] = found.get(name.strip(), setting) if name.startswith("ro.") else setting
    return found


# Tools, boot arguments, dumps --------------------------------------------------------------------


def _tools(look: Inspection) -> None:
    started = {run.service.program for run in look.all()}
    found = [
        file
        for file in look.subject.files
        if file.elf and file.elf.is_program and file.path.rpartition("/")[2] in _TOOL_NAMES and file.path not in started
    ]
    if found:
        shown = [look.read(file, "it is in the image") for file in found]
        title = f"Tools of developers are in the image: {joined(file.path for file in found)}"
        look.flaw(TOOLS, title, None, shown)


def _boot(look: Inspection) -> None:
    for file in look.subject.files:
        if file.text is None or not _BOOT_FILE.fullmatch(file.path):
            continue
        for number, line in numbered(file):
            word = _BOOT_WORDS.search(line)
            if word:
                title = f"{where(file)} boots with {word['word']}"
                shown = (Setting(file, number, "", line),)
                look.flaw(BOOT, title, None, shown, in_force=True, confidence=Confidence.B, reach=Reach.PRESENT)
        delay = last(directives(file), "bootdelay")
        if delay and delay.value.isdecimal() and int(delay.value) > 0:
            look.flaw(BOOT, f"{where(file)} waits {delay.value} s for a key", None, (delay,), severity=Severity.LOW)


def _dumps(look: Inspection) -> None:
    files = [file for file in look.subject.files if file.text and _SYSCTL.fullmatch(file.path)]
    settings = [(file, last(directives(file), "fs.suid_dumpable", "fs/suid_dumpable")) for file in files]
    flawed = [(file, one) for file, one in settings if one and one.value == "1"]
    applied = {root for root, _ in _appliers(look)} if flawed else set()
    for file, one in flawed:
        title = f"{where(file)} lets every account read dumps of privileged programs"
        look.flaw(
            DUMPS, title, None, (one,), in_force=file.root in applied, confidence=Confidence.B, reach=Reach.PRESENT
        )


def _appliers(look: Inspection) -> Iterator[tuple[str, str]]:
    """Yield the root file systems in which something applies sysctl.conf at start."""
    for tree in look.subject.trees:
        world = look.world(tree.name)
        if world and systemd.is_init(world):
            yield tree.name, "systemd"
    for script in look.scripts:
        file: FileFacts | None = look.text_file(script.path, script.root)
        if script.certain and file and re.search(r"(?m)^[^#\n]*\bsysctl\s+(?:-e\s+)?(?:-p|--system)", file.text or ""):
            yield script.root, script.path


DETECTOR = Detector(
    id="debug",
    title="Debug interfaces",
    rules=(CONSOLE, ADB, GDB, TOOLS, BOOT, DUMPS),
    detect=_detect,
)
