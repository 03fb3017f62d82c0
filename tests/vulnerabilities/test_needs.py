import pytest

from fairmark.model.image import Build
from fairmark.vulnerabilities.needs import Met, Need, is_met, met, named_files, needs


def test_a_flaw_that_needs_nothing_is_there() -> None:
    assert met("CVE-1999-0001", Build()) == (Met.YES, "")


def test_of_all_files_only_those_decide_that_a_need_names() -> None:
    named = min({name for need in needs().values() for name in need.files})

    assert named_files([f"/usr/lib/{named}", "/etc/passwd"]) == (named,)
    assert named_files(None) is None
    for cve, need in needs().items():
        paths = [f"/usr/bin/{one}" for one in need.files]
        assert met(cve, Build(), [*paths, "/etc/passwd"]) == met(cve, Build(), named_files(paths))


def test_an_applet_is_there_or_not_or_nobody_knows() -> None:
    assert met("CVE-2018-20679", Build(applets=("udhcpd",)))[0] is Met.YES
    assert met("CVE-2018-20679", Build(applets=("ls",)))[0] is Met.NO
    assert met("CVE-2018-20679", Build())[0] is Met.UNKNOWN


@pytest.mark.parametrize(
    ("cve", "applet"),
    [
        ("CVE-2022-48174", "hush"),  # the arithmetic of both shells
        ("CVE-2021-28831", "gunzip"),
        ("CVE-2021-28831", "tar"),
        ("CVE-2015-9261", "gzip"),
        ("CVE-2017-15873", "bzip2"),
        ("CVE-2021-42374", "unzip"),
        ("CVE-2022-28391", "nslookup"),
    ],
)
def test_code_that_several_applets_share_counts_for_all_of_them(cve: str, applet: str) -> None:
    assert met(cve, Build(applets=(applet,)))[0] is Met.YES


def test_a_shell_may_hide_behind_the_name_sh() -> None:
    assert met("CVE-2021-42377", Build(applets=("hush", "sh")))[0] is Met.YES
    assert met("CVE-2021-42377", Build(applets=("ls",)))[0] is Met.NO
    answer, reason = met("CVE-2021-42377", Build(applets=("ls", "sh")))
    assert answer is Met.UNUSUAL
    assert "sh may be another program" in reason


def test_a_row_that_nobody_looked_up_never_drops_a_flaw() -> None:
    need = Need(cve="CVE-1999-1", reason="the flaw lies in an applet", source="memory", applets=("vi",), assumed=True)

    answer, reason = is_met(need, Build(applets=("ls",)))

    assert answer is Met.UNUSUAL
    assert "not looked up" in reason
    assert is_met(need.model_copy(update={"assumed": False}), Build(applets=("ls",)))[0] is Met.NO
    assert is_met(need, Build(applets=("vi",)))[0] is Met.YES


def test_an_option_decides_where_the_configuration_is_known() -> None:
    need = Need(cve="CVE-1999-1", reason="the flaw lies in SCTP", source="its record", config=("IP_SCTP",))

    assert is_met(need, Build(kernel_config={"CONFIG_IP_SCTP": "m"}))[0] is Met.YES
    assert is_met(need, Build(kernel_config={"CONFIG_IP_SCTP": "n"}))[0] is Met.NO
    assert is_met(need, Build())[0] is Met.UNKNOWN


def test_a_setting_that_few_devices_have_is_told_from_one_that_many_have() -> None:
    assert met("CVE-2018-12551", Build())[0] is Met.UNUSUAL
    assert met("CVE-2018-19052", Build())[0] is Met.UNUSUAL
    assert met("CVE-2017-17562", Build())[0] is Met.UNKNOWN


def test_a_file_decides_only_where_the_files_are_known() -> None:
    assert met("CVE-2017-9833", Build(), {"wapopen"})[0] is Met.YES
    assert met("CVE-2017-9833", Build(), {"/www/cgi-bin/wapopen"})[0] is Met.YES
    assert met("CVE-2017-9833", Build(), set())[0] is Met.NO
    assert met("CVE-2017-9833", Build())[0] is Met.UNKNOWN


def test_every_need_names_its_source_and_can_be_checked_or_is_put_in_words() -> None:
    for one in needs().values():
        assert one.source
        assert "memory" not in one.source or one.assumed
        assert one.applets or one.config or one.files or one.setting
