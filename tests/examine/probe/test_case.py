"""A report in the hands of whoever judges it."""

from fairmark.examine.probe.case import Case
from fairmark.model.network import NetworkService
from tests.doubles.network_reports import DEVICE, report, ssh


def test_the_overview_says_what_was_asked_and_what_answered() -> None:
    case = Case(report(), DEVICE, "a" * 64)

    assert case.overview.statement == (
        "asked 65,535 TCP ports and 8 questions over UDP, tried defaults and throttling; answered: tcp/22, tcp/443"
    )
    assert case.overview.where.path == "probe/192.0.2.7"


def test_many_strange_ports_are_counted() -> None:
    strange = tuple(NetworkService(port=f"tcp/{port}") for port in range(1000, 1010))
    case = Case(report(ssh(), *strange), DEVICE, "")

    assert case.lacking == ("what speaks at tcp/1000, tcp/1001, tcp/1002 and 7 more was not recognised",)
    assert len(case.undeclared) == 10
