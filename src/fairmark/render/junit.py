"""Verdicts and test cases as JUnit XML, the form that build servers show.

A FAIL is a failure. What is inconclusive or not applicable is *skipped* with its reason: a build server has no other
word for what nobody knows, and a pass it must not be.
"""

import re
from collections.abc import Iterable
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from fairmark.model.assessment import Assessment
from fairmark.model.standard import Outcome, Verdict
from fairmark.model.test_case import TestCase
from fairmark.render.wording import shorten, visible

# What XML 1.0 (section 2.2) does not let stand in a document, however it is written.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST = 2_000


def render(assessment: Assessment) -> bytes:
    """Return the document: one suite for each catalogue, and one for each examination."""
    root = Element("testsuites", name="fairmark")
    for (catalogue, edition), verdicts in groupby(assessment.verdicts, key=lambda one: (one.catalogue, one.edition)):
        suite = _suite(root, f"{catalogue} ({edition})")
        for verdict in verdicts:
            _verdict(suite, verdict)
    for examination, cases in groupby(assessment.cases, key=lambda one: one.examination):
        suite = _suite(root, f"examination {examination}")
        for case in cases:
            _case(suite, case)
    suites = list(root)
    for suite in suites:
        _count(suite, suite)
    _count(root, (case for suite in suites for case in suite))
    indent(root)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _suite(root: Element, name: str) -> Element:
    return SubElement(root, "testsuite", name=_clean(name))


def _verdict(suite: Element, one: Verdict) -> None:
    case = _named(suite, f"fairmark.{one.catalogue}", f"{one.provision} {one.title}")
    open_end = f" It would be settled by: {one.settled_by}" if one.settled_by else ""
    _told(case, one.outcome, f"{one.reason}{open_end}", one.because)


def _case(suite: Element, one: TestCase) -> None:
    case = _named(suite, f"fairmark.examination.{one.examination}", one.unit)
    carried = f" Taken over from the assessment {one.carried_from}." if one.carried_from else ""
    _told(case, one.outcome, f"{one.reason}{carried}", one.because)


def _named(suite: Element, group: str, name: str) -> Element:
    return SubElement(suite, "testcase", classname=_clean(group), name=_clean(name))


def _told(case: Element, outcome: Outcome, reason: str, because: Iterable[str]) -> None:
    if outcome is Outcome.PASS:
        return
    words = _clean(reason)
    if outcome is Outcome.FAIL:
        failure = SubElement(case, "failure", type=str(outcome), message=words)
        failure.text = _clean("\n".join((reason, *because)))
    else:
        SubElement(case, "skipped", message=f"{outcome}: {words}")


def _count(element: Element, cases: Iterable[Element]) -> None:
    counted = list(cases)
    element.set("tests", str(len(counted)))
    element.set("failures", str(sum(case.find("failure") is not None for case in counted)))
    element.set("errors", "0")
    element.set("skipped", str(sum(case.find("skipped") is not None for case in counted)))


def _clean(text: str) -> str:
    """Write out what nobody could see, cut what is absurdly long, and leave out what XML forbids."""
    lines = (visible(line) for line in shorten(text, _LONGEST).split("\n"))
    return _FORBIDDEN.sub("?", "\n".join(lines))
