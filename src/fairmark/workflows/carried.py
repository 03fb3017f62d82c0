"""An older assessment as a source of results: what of it still holds is taken over, not worked out again.

It is input that its user trusts; what can be checked of it is checked: the form, that every id follows from its
content, and that every case names findings, evidence and results which are there. Whoever wrote another result into it
and mended all the ids is not found out; so everything that is taken over says from where it is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from fairmark.errors import UnreadableInputError
from fairmark.model.assessment import Assessment
from fairmark.model.evidence import Evidence, Tool
from fairmark.model.finding import Confidence, Detection, Finding, Observation, SeenFact
from fairmark.model.gap import Gap
from fairmark.model.test_case import TestCase
from fairmark.model.value import content_id, sha256_hex
from fairmark.model.vulnerability import Statement
from fairmark.vulnerabilities.match import Pair
from fairmark.workflows.gate import read_assessment

Result = Observation | SeenFact | Gap
Key = tuple[str, str, str]
"""Name, version and package URL by which a statement names its component."""


def result_id(result: Result) -> str:
    """Return the id by which a case names an observation, a fact or a gap."""
    return content_id("rs", type(result).__name__, result)


def sentence_id(sentence: str) -> str:
    """Return the id by which a case names a subject that was not seen."""
    return content_id("rs", "sentence", sentence)


@dataclass(frozen=True)
class Older:
    """An assessment whose cases may answer for another build."""

    assessment: Assessment
    digest: str
    """SHA-256 of the file as it was given."""

    @cached_property
    def cases(self) -> Mapping[str, TestCase]:
        """The cases by id."""
        return {one.id: one for one in self.assessment.cases}

    @cached_property
    def _findings(self) -> Mapping[str, Finding]:
        return {one.id: one for one in self.assessment.findings}

    @cached_property
    def _evidence(self) -> Mapping[str, Evidence]:
        return {one.id: one for one in self.assessment.evidence}

    @cached_property
    def _results(self) -> Mapping[str, Result]:
        whole = self.assessment
        given: tuple[Result, ...] = (*whole.observations, *whole.facts, *whole.coverage.gaps)
        return {result_id(one): one for one in given}

    @cached_property
    def _sentences(self) -> Mapping[str, str]:
        return {sentence_id(one): one for one in self.assessment.coverage.not_examined}

    @cached_property
    def _statements(self) -> Mapping[Key, Sequence[Statement]]:
        told: dict[Key, list[Statement]] = defaultdict(list)
        for one in self.assessment.vulnerabilities.statements:
            told[one.component, one.version, one.purl].append(one)
        return told

    def is_of(self, tool: Tool, rules: str) -> bool:
        """Whether it was made by the same tool and by the same rules, code and data."""
        return (self.assessment.tool, self.assessment.inputs.examination) == (tool, rules)

    def detection(self, case: TestCase) -> Detection:
        """Return what the examination of a case said."""
        given = [self._results[one] for one in case.results if one in self._results]
        return Detection(
            findings=(*(self._findings[one] for one in case.because if one in self._findings), *case.hidden),
            observations=tuple(one for one in given if isinstance(one, Observation)),
            facts=tuple(one for one in given if isinstance(one, SeenFact)),
            evidence=tuple(self._evidence[one] for one in case.because if one in self._evidence),
            gaps=tuple(one for one in given if isinstance(one, Gap)),
            unseen=tuple(self._sentences[one] for one in case.results if one in self._sentences),
        )

    def pairs(self, key: Key, evidence: tuple[str, ...]) -> Sequence[Pair] | None:
        """Return what was said of the flaws of a component; its findings point to where it stands now.

        Findings of a component that nothing shows do not fit together: then nothing is returned.
        """
        told = self._statements.get(key, ())
        if not evidence and any(one.finding for one in told):
            return None
        return [self._pair(one, evidence) for one in told]

    def _pair(self, statement: Statement, evidence: tuple[str, ...]) -> Pair:
        if not statement.finding:
            return statement, None
        told = self._findings[statement.finding].model_dump() | {"evidence": evidence}
        finding = Finding.model_validate(told)
        return statement.model_copy(update={"finding": finding.id}), finding

    def _proofs(self, case: TestCase) -> set[str]:
        """Return the ids of all evidence that the findings and results of a case name."""
        found: list[Finding | Result] = [self._findings[one] for one in case.because if one in self._findings]
        found += case.hidden
        found += [self._results[one] for one in case.results if one in self._results]
        return {proof for one in found if not isinstance(one, Gap) for proof in one.evidence}

    def faults(self) -> Iterator[str]:
        """Yield what does not hang together, a sentence each."""
        whole = self.assessment
        for name, count in Counter(one.id for one in whole.cases).items():
            if count > 1:
                yield f"the case {name} is there {count} times"
        known = {*self._findings, *self._evidence}
        results = {*self._results, *self._sentences}
        for case in whole.cases:
            if missing := sorted(({*case.because} - known) | ({*case.results} - results)):
                yield f"the case {case.id} ({case.examination}) names {missing[0]}, which is not there"
            if loose := sorted(self._proofs(case) - ({*case.because} & {*self._evidence})):
                yield f"the case {case.id} ({case.examination}) does not name {loose[0]}, on which its results rest"
            if loud := [one.id for one in case.hidden if one.confidence is not Confidence.C]:
                yield f"the case {case.id} ({case.examination}) hides {loud[0]}, which is no hint"
        for statement in whole.vulnerabilities.statements:
            if statement.finding and statement.finding not in self._findings:
                yield f"the statement on {statement.cve} names the finding {statement.finding}, which is not there"


def read_older(content: bytes, name: str) -> Older:
    """Read the assessment whose results may be taken over.

    Raises:
        UnreadableInputError: for what is no assessment, and for one whose parts do not hang together.
    """
    older = Older(read_assessment(content, name), sha256_hex(content))
    if fault := next(older.faults(), ""):
        raise UnreadableInputError(
            f"{name} was changed after it was written: {fault}",
            hint="Nothing is taken over. Assess without --carry, or give the assessment.json as it was written.",
        )
    return older
