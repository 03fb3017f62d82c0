"""The report of a probe refuses what nobody could have heard."""

import pytest
from pydantic import ValidationError

from fairmark.model.network import SCHEMA, NetworkReport, NetworkService, SeenTls
from fairmark.model.value import plain
from tests.doubles.network_reports import report


def test_a_report_comes_back_as_it_was() -> None:
    written = plain(report())

    assert written["schema"] == SCHEMA
    assert NetworkReport.model_validate(written) == report()


@pytest.mark.parametrize("port", ["tcp/1", "udp/65535", "tcp/10000", "tcp/60000"])
def test_ports_are_written_in_one_way(port: str) -> None:
    assert NetworkService(port=port).port == port


@pytest.mark.parametrize("port", ["tcp/0", "tcp/70000", "tcp/01", "sctp/1", "tcp/1 ", "443", ""])
def test_what_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(ValidationError):
        NetworkService(port=port)


def test_a_version_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationError):
        SeenTls(versions={"TLSv1.9": "yes"}, weak_suites={})


def test_no_report_comes_without_the_statement_of_ownership() -> None:
    with pytest.raises(ValidationError):
        NetworkReport.model_validate(plain(report()) | {"owned": False})
