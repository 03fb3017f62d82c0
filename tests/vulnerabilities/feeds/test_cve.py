"""CVE records: ranges in all their forms, what CISA adds, and records that are no records."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.errors import UnreadableInputError
from fairmark.vulnerabilities.feeds.cve import read
from fairmark.vulnerabilities.record import Range, Record, Scheme
from fairmark.vulnerabilities.versions import contains


def _read(affected: object, *, adp: tuple[object, ...] = (), **cna: object) -> Record:
    document = {
        "cveMetadata": {"cveId": "CVE-2020-0001", "state": "PUBLISHED", "datePublished": "2020-01-02T00:00:00Z"},
        "containers": {"cna": {"affected": affected, **cna}, "adp": list(adp)},
    }
    record = read(json.dumps(document).encode(), "record")
    assert record is not None
    return record


def _product(*versions: object, **more: object) -> list[object]:
    return [{"vendor": "ACME", "product": "Thing", "versions": list(versions), **more}]


def test_an_end_that_belongs_to_the_range_and_one_that_does_not() -> None:
    below = {"version": "1.0", "lessThan": "1.5", "status": "affected"}
    through = {"version": "0", "lessThanOrEqual": "0.9", "status": "affected"}
    (one,) = _read(_product(below, through)).affected

    assert (one.vendor, one.product) == ("acme", "thing")
    assert one.ranges == (
        Range(Scheme.GENERIC, "1.0", "1.5"),
        Range(Scheme.GENERIC, "", "0.9", end_included=True),
    )
    assert one.fixed_in == "1.5"


def test_kernel_records_give_unaffected_branches_and_leave_commits_out() -> None:
    commits = {"version": "1da177e4c3f4", "lessThan": "a742168b6a39", "status": "affected", "versionType": "git"}
    branch = {"version": "6.11.3", "lessThanOrEqual": "6.11.*", "status": "unaffected", "versionType": "semver"}
    mended = {"version": "6.12-rc1", "lessThanOrEqual": "*", "status": "unaffected"}
    first = {"vendor": "Linux", "product": "Linux", "versions": [commits], "defaultStatus": "unaffected"}
    second = {
        "vendor": "Linux",
        "product": "Linux",
        "versions": [branch, mended],
        "defaultStatus": "affected",
        "programFiles": ["net/core/dev.c"],
    }
    (one,) = _read([first, second]).affected

    def hit(version: str) -> bool:
        return any(contains(r, version) for r in one.ranges) and not any(contains(r, version) for r in one.unaffected)

    assert [hit(version) for version in ("5.10.1", "6.11.2", "6.11.3", "6.11.9", "6.12", "6.13")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
    assert one.program_files == ("net/core/dev.c",)


def test_words_in_place_of_a_version_are_understood_where_they_are_plain() -> None:
    (one,) = _read(_product({"version": "< 2.3.1", "status": "affected"})).affected

    assert one.ranges == (Range(Scheme.GENERIC, "", "2.3.1"),)
    assert _read(_product({"version": "all of them, > 1 and < 2", "status": "affected"})).affected == ()


def test_what_the_second_container_adds_is_read() -> None:
    options = [{"Exploitation": "active"}, {"Automatable": "yes"}]
    adp = {
        "metrics": [
            {"cvssV3_1": {"baseScore": 9.8, "baseSeverity": "CRITICAL", "vectorString": "CVSS:3.1/AV:N"}},
            {"other": {"type": "ssvc", "content": {"options": options}}},
        ],
        "affected": [
            {
                "vendor": "acme",
                "product": "thing",
                "cpes": ["cpe:2.3:a:acme_inc:thing_server:*:*:*:*:*:*:*:*"],
                "versions": [{"version": "0", "lessThan": "2", "status": "affected"}],
            }
        ],
    }
    record = _read([{"vendor": "n/a", "product": "n/a"}], adp=(adp,))

    assert (record.score, record.severity, record.exploitation, record.automatable) == (9.8, "critical", "active", True)
    assert {(one.vendor, one.product) for one in record.affected} == {("acme", "thing"), ("acme_inc", "thing_server")}
    assert record.published == date(2020, 1, 2)


@pytest.mark.parametrize("nothing", ["unspecified", "n/a", "Unknown", "none"])
def test_what_stands_for_no_limit_is_none_wherever_it_stands(nothing: str) -> None:
    """The 14 flaws of busybox of 2021 give ``unspecified`` as their start, Mosquitto's also as an end."""
    start = {"version": nothing, "lessThan": "1.34.0", "status": "affected"}
    end = {"version": "1.0", "lessThan": nothing, "status": "affected"}
    neither = {"version": nothing, "lessThan": nothing, "status": "affected"}

    assert _read(_product(start)).affected[0].ranges == (Range(Scheme.GENERIC, end="1.34.0"),)
    assert _read(_product(end)).affected[0].ranges == (Range(Scheme.GENERIC, "1.0", "1.0", end_included=True),)
    assert _read(_product(neither)).affected == ()


def test_versions_in_words_are_read_where_they_can_only_mean_one_thing() -> None:
    def of(words: str) -> tuple[Range, ...]:
        found = _read(_product({"version": words, "status": "affected"})).affected
        return found[0].ranges if found else ()

    assert of("since 3.5.0") == (Range(Scheme.GENERIC, "3.5.0"),)
    assert of("Thing 1.10.0") == (Range(Scheme.GENERIC, "1.10.0", "1.10.0", end_included=True),)
    assert of("version 1.2") == (Range(Scheme.GENERIC, "1.2", "1.2", end_included=True),)
    assert of("fixed in 1.2") == ()
    assert of("Other 1.2") == ()


def test_disputed_records_say_so() -> None:
    assert _read([], tags=["disputed"]).state == "disputed"


def test_json_that_is_no_record_is_none_and_what_is_cut_off_is_refused() -> None:
    assert read(b'{"id": "x"}', "file") is None
    with pytest.raises(UnreadableInputError, match="file is not JSON"):
        read(b'{"cveMetadata": {"cveId": ', "file")
    with pytest.raises(UnreadableInputError):
        read(b"[" * 100_000, "file")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["versions", "version", "lessThan", "cpes", "product", "vendor", "status"]), inner
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(JSON, JSON)
def test_wrong_types_never_raise(affected: object, metrics: object) -> None:
    _read(affected, metrics=metrics, descriptions=affected, problemTypes=metrics)
