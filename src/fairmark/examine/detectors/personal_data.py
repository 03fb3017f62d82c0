"""Personal data: does a factory reset erase what the owner left, where do logs go, what was left in the image.

What a reset leaves is a finding only where all of its script was understood, and where something started is
seen to keep the owner's data at a place that the script does not touch.
"""

import re
from collections.abc import Iterator

from fairmark.examine.configs.inspection import Inspection, joined, printable, where
from fairmark.examine.configs.lines import Setting, numbered
from fairmark.examine.configs.running import Running
from fairmark.examine.configs.sections import uci
from fairmark.examine.detectors.connectivity import public_host
from fairmark.examine.factory_reset import Reset, factory_resets
from fairmark.examine.owner_data import Store, mounted, stores
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.subject import FileFacts, Subject
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Observation, Reach, SeenFact, Severity

RESET_LEAVES = Rule(
    id="reset-leaves-data",
    title="A factory reset leaves data of the owner",
    weakness="no-data-deletion",
    severity=Severity.MEDIUM,
    what="A script brings the device back to its factory settings, and something that is started keeps the owner's "
    "networks, recordings or logs at a place that the script does not erase: the next owner has them. Scripts with a "
    "command that is not understood are left out.",
    false_positives="Another program erases that place in the same course.",
    fix="Erase every lasting place, best by wiping the whole file system in which all of them lie.",
    cwe="CWE-212",
    references=("ETSI EN 303 645 provision 5.11-1",),
)
LOGS_PLAIN = Rule(
    id="logs-sent-plain",
    title="Logs go to the Internet in clear",
    weakness="personal-data-plain",
    severity=Severity.MEDIUM,
    what="The system's log is sent to a host on the Internet by syslog without TLS. Logs tell when somebody is at "
    "home, which devices are in the network, and at times passwords that were typed into the wrong field.",
    false_positives="A host that only the owner sets; an address of a private network is not reported.",
    fix="Send logs over TLS (RFC 5425) or not at all, and ask the owner first.",
    cwe="CWE-319",
    references=("ETSI EN 303 645 provision 5.8-1",),
)
LEFT_BEHIND = Rule(
    id="left-behind-history",
    title="Traces of people who built the image were left in it",
    weakness="secret-storage-plain",
    severity=Severity.LOW,
    what="The history of a shell, a database client or an editor, or a list of hosts, is in the image: commands, "
    "paths, names and at times passwords of people who built or tested it.",
    false_positives="A file that was put there on purpose and holds none of these.",
    fix="Build images in a clean place, and check for such files in the last step.",
    cwe="CWE-538",
)

_HISTORIES = re.compile(
    r"/(?:root|home/[^/]+)/\.(?:(?:ba|a|da|z|k)?sh_history|history|python_history|mysql_history|psql_history|sqlite_history|"
    r"viminfo|lesshst|ssh/known_hosts)"
)
_RSYSLOG = re.compile(r"^[\w*.,;=!-]+\s+(?P<at>@@?)(?:\([^)]*\))?\[?(?P<host>[\w.-]+)\]?(?::\d+)?\s*$")
_RSYSLOG_FILES = re.compile(r"/etc/rsyslog\.conf|/etc/rsyslog\.d/[^/]+\.conf")
_NO_RESET = "A way back to factory settings was not seen in scripts; a program may hold one."


def _detect(subject: Subject) -> Detection:
    look = Inspection(subject)
    resets: list[Reset] = []
    kept = stores(look)
    for tree in subject.trees:
        if any(file.root == tree.name and file.text and "#!" in file.text[:2] for file in subject.files):
            files = [file for file in subject.files if file.root == tree.name]
            found = factory_resets(files, mounted(look, tree.name))
            resets += found
            _left(look, found, [one for one in kept if one.root == tree.name])
    _syslog(look)
    _histories(look)
    noted = look.detection()
    observations = tuple(_observations(look, resets))
    facts = tuple(_facts(look, kept))
    shown = {one.id: one for one in (*noted.evidence, *_evidence(look, resets), *_kept_evidence(look, kept))}
    return noted.model_copy(
        update={
            "observations": observations,
            "facts": facts,
            "evidence": tuple(shown[key] for key in sorted(shown)),
            "unseen": () if resets else (_NO_RESET,),
        }
    )


# Factory reset -----------------------------------------------------------------------------------


def _left(look: Inspection, resets: tuple[Reset, ...], kept: list[Store]) -> None:
    """One finding for a root file system: what no reset erases, if every reset was understood."""
    if not resets or not all(one.is_clear for one in resets):
        return
    places = mounted(look, resets[0].file.root)
    left = [one for one in kept if not any(_erases(reset, one, set(places.values())) for reset in resets)]
    if left:
        scripts = [look.subject.evidence(one.file, "it erases here", line=one.lines[0]) for one in resets if one.lines]
        stored = [piece for one in left for piece in one.shown]
        names = joined(where(one.file) for one in resets)
        title = f"{names} leaves {joined(f'{one.what} in {one.path}' for one in left)}"
        look.flaw(RESET_LEAVES, title, left[0].run, [*scripts[:3], *stored], confidence=Confidence.B)


def _erases(reset: Reset, store: Store, places: set[str]) -> bool:
    """A wiped layer of the root file system covers what does not lie in a file system of its own."""
    if not reset.erases_root:
        return reset.covers(store.path)
    own = [one for one in places if one != "/" and store.path.startswith(one.rstrip("/") + "/")]
    narrow = [one for one in reset.paths if one != "/"]
    return not own or any(store.path == one or store.path.startswith(one.rstrip("/") + "/") for one in narrow)


def _evidence(look: Inspection, resets: list[Reset]) -> Iterator[Evidence]:
    for one in resets:
        yield look.subject.evidence(one.file, "it erases here", line=one.lines[0] if one.lines else None)


def _kept_evidence(look: Inspection, kept: list[Store] | tuple[Store, ...]) -> Iterator[Evidence]:
    for one in kept:
        for piece in one.shown:
            yield piece if isinstance(piece, Evidence) else look.seen(piece, "data of the owner is kept there")


def _observations(look: Inspection, resets: list[Reset]) -> Iterator[Observation]:
    if resets:
        ids = tuple(dict.fromkeys(one.id for one in _evidence(look, resets)))
        places = joined(path for one in resets for path in one.paths[:5]) or "settings"
        names = joined(where(one.file) for one in resets)
        statement = f"There is a way back to factory settings ({names}); it erases {places}"
        yield Observation(
            rule=RESET_LEAVES.id, capability="data-deletion", statement=statement, complete=False, evidence=ids
        )


def _facts(look: Inspection, kept: tuple[Store, ...]) -> Iterator[SeenFact]:
    recorded = [one for one in kept if one.what.startswith("what ")]
    if recorded:
        ids = tuple(dict.fromkeys(one.id for one in _kept_evidence(look, recorded)))
        statement = f"{recorded[0].what} is kept in {recorded[0].path}"
        yield SeenFact(fact="personal.stored", value=True, statement=statement, evidence=ids)


# Logs --------------------------------------------------------------------------------------------


def _syslog(look: Inspection) -> None:
    for run in look.running("syslogd"):
        host = public_host(f"server = http://{run.option('-R') or ''}")
        if host:
            look.flaw(LOGS_PLAIN, f"syslogd sends the log in clear to {printable(host)}", run, (), reach=Reach.STARTED)
    for run in look.running("logd"):
        file = look.text_file("/etc/config/system", run.root)
        for section in uci(file) if file else ():
            address = section.get("log_ip")
            host = public_host(f"server = http://{address.value}") if address else ""
            if address and host:
                title = f"logd sends the log in clear to {printable(host)}"
                look.flaw(LOGS_PLAIN, title, run, (address,), reach=Reach.STARTED)
    for run in look.running("rsyslogd"):
        for file in look.subject.files:
            if file.root == run.root and file.text and _RSYSLOG_FILES.fullmatch(file.path):
                _rsyslog(look, run, file)


def _rsyslog(look: Inspection, run: Running, file: FileFacts) -> None:
    if re.search(
        r"(?mi)^\s*\$?(?:DefaultNetstreamDriver|ActionSendStreamDriverMode\s+1)|streamdriver=\"?gtls", file.text or ""
    ):
        return
    for number, line in numbered(file):
        match = _RSYSLOG.match(line)
        host = public_host(f"server = http://{match['host']}") if match else ""
        if match and host:
            title = f"rsyslogd sends the log in clear to {printable(host)}"
            look.flaw(LOGS_PLAIN, title, run, (Setting(file, number, match["at"], host),), reach=Reach.STARTED)


# Left behind -------------------------------------------------------------------------------------


def _histories(look: Inspection) -> None:
    found = [one for one in look.subject.files if one.size and _HISTORIES.fullmatch(one.path)]
    if found:
        shown = [look.read(one, f"it holds {one.size:,} bytes") for one in found[:8]]
        title = f"Traces of people who built the image: {joined(where(one) for one in found[:8])}"
        look.flaw(LEFT_BEHIND, title, None, shown, confidence=Confidence.B, in_force=True, reach=Reach.PRESENT)


DETECTOR = Detector(
    id="personal_data",
    title="Personal data: factory reset, logs, what was left behind",
    rules=(RESET_LEAVES, LOGS_PLAIN, LEFT_BEHIND),
    detect=_detect,
)
