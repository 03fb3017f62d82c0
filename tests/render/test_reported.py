from fairmark.model.assessment import Assessment
from fairmark.render import report, terminal
from fairmark.render.reported import gravest_first, reported_line, weakness_of
from fairmark.workflows.code_scanners import read_reports
from tests.doubles.assessments import assessment, catalogues
from tests.doubles.sarif_logs import log, result, run


def scanned(*rows: dict, **more: object) -> Assessment:  # type: ignore[type-arg]
    """An assessment with the report of a code scanner."""
    reports = read_reports([(log(run(*rows, **more)), "scan.sarif")])  # type: ignore[arg-type]
    one = assessment()
    proofs = (*one.evidence, *reports.evidence)
    return one.model_copy(update={"reported": reports.reported, "scanners": reports.scanners, "evidence": proofs})


ASIDE = result("b", suppressions=[{"kind": "external", "justification": "only in the tests"}])


def test_the_line_names_the_tool_the_levels_and_what_was_set_aside() -> None:
    line = reported_line(scanned(result(), ASIDE))

    assert line.startswith("semgrep 1.90.0: 1 error; 1 set aside there. Their word")
    assert "nothing open" in reported_line(scanned())
    assert "not every run came to its end" in reported_line(scanned(invocations=[{"executionSuccessful": False}]))
    assert reported_line(assessment()) == ""


def test_the_terminal_shows_the_line_only_where_a_report_was_read() -> None:
    assert "Code scanners semgrep 1.90.0" in terminal.render(scanned(result()), 100, False)
    assert "Code scanners" not in terminal.render(assessment(), 100, False)


def test_the_page_keeps_them_apart_and_shows_what_was_set_aside_with_its_reason() -> None:
    page = report.render(scanned(result(), ASIDE), catalogues())

    section = page[page.index('id="reported"') : page.index('id="inside"')]
    assert "input reaches system()" in section
    assert "sources: src/cgi.c:12" in section
    assert "only in the tests" in section
    assert "No result is a finding of this examination" in section
    assert "input reaches system()" not in page[: page.index('id="reported"')]
    assert 'id="reported"' not in report.render(assessment(), catalogues())


def test_text_of_another_tool_is_harmless_in_the_page() -> None:
    page = report.render(scanned(result("<b>x</b>", message={"text": "<script>alert(1)</script>"})), catalogues())

    assert "<script>" not in page
    assert "<b>x</b>" not in page


def test_the_open_ones_come_first() -> None:
    one = scanned(ASIDE, result("n", level="note"), result("e"))

    assert [each.rule for each in gravest_first(one.reported)] == ["e", "n", "b"]
    assert weakness_of(gravest_first(one.reported)[0]) == "unsafe-input"
