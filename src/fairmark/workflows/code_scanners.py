"""Results of code scanners as evidence of a named tool: never a finding, never a PASS.

Nobody has shown that the code is in the image, so a result moves no price and fails no provision. It can do one
thing: while it is open, what it speaks against does not pass.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fairmark.model.evidence import Evidence, EvidenceKind, Where
from fairmark.model.reported import Reported, ReportedLevel, Scanner
from fairmark.model.standard import Outcome, Verdict
from fairmark.model.value import content_id, sha256_hex
from fairmark.model.vocabulary import vocabulary
from fairmark.standards.library import crosswalk
from fairmark.workflows.sarif_read import Result, Run, read_sarif

_NAMED = 3  # results that a verdict's reason names
_CITED = 20  # pieces of evidence that a verdict names
_SETTLED_BY = "Look at the results: mend them, or set them aside in the tool with the reason."


@dataclass(frozen=True)
class Reports:
    """What was read from all logs: results with their evidence, and the runs they come from."""

    reported: tuple[Reported, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    scanners: tuple[Scanner, ...] = ()
    digests: tuple[str, ...] = ()


NO_REPORTS = Reports()


def read_reports(logs: Iterable[tuple[bytes, str]]) -> Reports:
    """Read the logs (content, name); one that is given twice counts once."""
    given = {sha256_hex(content): (content, name) for content, name in logs}
    runs = [(digest, run) for digest in sorted(given) for run in read_sarif(*given[digest])]
    made = _identified([(run, result) for _, run in runs for result in run.results])
    return Reports(
        reported=tuple(one for one, _ in made),
        evidence=tuple(sorted({item.id: item for _, item in made}.values(), key=lambda item: item.id)),
        scanners=tuple(_scanner(digest, run) for digest, run in runs),
        digests=tuple(sorted(given)),
    )


def _scanner(digest: str, run: Run) -> Scanner:
    return Scanner(
        tool=run.tool,
        document=digest,
        results=len(run.results),
        suppressed=sum(one.suppressed for one in run.results),
        left_out=dict(run.left_out),
        complete=run.complete,
    )


_Key = tuple[str, ...]


def _identified(rows: Sequence[tuple[Run, Result]]) -> list[tuple[Reported, Evidence]]:
    """Give every result an id that stays when lines move; equal ones in one file are told apart by their order."""
    places: dict[_Key, set[_Key]] = defaultdict(set)
    for run, one in rows:
        for key in _fingerprints(run, one):
            places[key].add((one.rule, one.file))
    groups: dict[_Key, list[tuple[Run, Result]]] = defaultdict(list)
    for run, one in rows:
        # What a tool writes into every result ("requires login") is no fingerprint.
        own = next((key for key in _fingerprints(run, one) if len(places[key]) == 1), None)
        groups[own or _plain(run, one)].append((run, one))
    made = []
    for key, members in sorted(groups.items()):
        ordered = sorted(members, key=lambda pair: (pair[1].line or 0, pair[1].message, pair[0].tool.version))
        for number, (run, one) in enumerate(ordered):
            made.append(_made(content_id("reported", *key, number), run, one))
    return sorted(made, key=lambda pair: _gravest_first(*pair))


def _fingerprints(run: Run, one: Result) -> list[_Key]:
    found: list[_Key] = []
    if one.prints:
        found.append((run.tool.name, one.rule, "whole", *(f"{key}={value}" for key, value in one.prints)))
    if one.partial:
        parts = (f"{key}={value}" for key, value in one.partial)
        found.append((run.tool.name, one.rule, "part", one.file, *parts))
    return found


def _plain(run: Run, one: Result) -> _Key:
    """Name a result without a fingerprint: by its rule, file and message, without the numbers in it."""
    return run.tool.name, one.rule, "text", one.file, re.sub(r"\d+", "0", one.message)


def _made(identity: str, run: Run, one: Result) -> tuple[Reported, Evidence]:
    words = vocabulary()
    weakness = next((words.cwes[cwe] for cwe in one.cwes if cwe in words.cwes), "")
    where = Where(path=one.file or "no file named", line=one.line)
    proof = Evidence(kind=EvidenceKind.REPORT, where=where, tool=run.tool, statement=one.message)
    reported = Reported(
        id=identity,
        rule=one.rule,
        level=one.level,
        cwe=next(iter(one.cwes), ""),
        weakness=weakness,
        capability=words.weaknesses[weakness].capability if weakness else "",
        suppressed=one.suppressed,
        suppression=one.suppression,
        evidence=proof.id,
    )
    return reported, proof


def _gravest_first(one: Reported, proof: Evidence) -> tuple[bool, int, str, str, str]:
    return one.suppressed, -one.level.rank, proof.tool.name, proof.where.path, one.id


def doubted(verdicts: Iterable[Verdict], reports: Reports) -> tuple[Verdict, ...]:
    """Take back every PASS that an open result (error or warning) speaks against; nothing else changes."""
    open_results = [one for one in reports.reported if one.capability and _is_open(one)]
    proofs = {item.id: item for item in reports.evidence}
    done = []
    for verdict in verdicts:
        against = _against(verdict, open_results) if verdict.outcome is Outcome.PASS else []
        done.append(_taken_back(verdict, against, proofs) if against else verdict)
    return tuple(done)


def _is_open(one: Reported) -> bool:
    return not one.suppressed and one.level in {ReportedLevel.ERROR, ReportedLevel.WARNING}


def _against(verdict: Verdict, results: Sequence[Reported]) -> list[Reported]:
    links = crosswalk().links_to(verdict.catalogue, verdict.provision)
    return [
        one
        for one in results
        if any(link.capability == one.capability and (not link.only or one.weakness in link.only) for link in links)
    ]


def _taken_back(verdict: Verdict, against: Sequence[Reported], proofs: dict[str, Evidence]) -> Verdict:
    told = "; ".join(
        f"{proofs[one.evidence].tool.name} {one.rule} in {proofs[one.evidence].where.path}" for one in against[:_NAMED]
    )
    more = f" and {len(against) - _NAMED} more" if len(against) > _NAMED else ""
    reason = f"What was examined speaks for it, but code scanners report the opposite: {told}{more}."
    cited = dict.fromkeys((*verdict.because, *(one.evidence for one in against[:_CITED])))
    changed = {
        "outcome": Outcome.INCONCLUSIVE,
        "reason": f"{reason} {verdict.reason}",
        "settled_by": _SETTLED_BY,
        "because": tuple(cited),
    }
    return verdict.model_copy(update=changed)


def unfinished(reports: Reports) -> tuple[str, ...]:
    """Say which reports are not whole, as something that was not examined."""
    names = {" ".join(filter(None, (one.tool.name, one.tool.version))) for one in reports.scanners if not one.complete}
    why = "its report says that it did not finish, or holds no list of results; what it would have found is not known."
    return tuple(f"Code scanner {name}: {why}" for name in sorted(names))
