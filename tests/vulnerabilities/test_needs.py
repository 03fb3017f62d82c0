from fairmark.model.image import Build
from fairmark.vulnerabilities.needs import Met, met, needs


def test_a_flaw_that_needs_nothing_is_there() -> None:
    assert met("CVE-1999-0001", Build()) == (Met.YES, "")


def test_an_applet_is_there_or_not_or_nobody_knows() -> None:
    assert met("CVE-2018-20679", Build(applets=("udhcpd",)))[0] is Met.YES
    assert met("CVE-2018-20679", Build(applets=("ls",)))[0] is Met.NO
    assert met("CVE-2018-20679", Build())[0] is Met.UNKNOWN


def test_a_setting_that_few_devices_have_is_told_from_one_that_many_have() -> None:
    assert met("CVE-2018-12551", Build())[0] is Met.UNUSUAL
    assert met("CVE-2017-17562", Build())[0] is Met.UNKNOWN


def test_a_file_decides_only_where_the_files_are_known() -> None:
    assert met("CVE-2017-9833", Build(), {"wapopen"})[0] is Met.YES
    assert met("CVE-2017-9833", Build(), {"/www/cgi-bin/wapopen"})[0] is Met.YES
    assert met("CVE-2017-9833", Build(), set())[0] is Met.NO
    assert met("CVE-2017-9833", Build())[0] is Met.UNKNOWN


def test_every_need_names_its_source_and_can_be_checked_or_is_put_in_words() -> None:
    for one in needs().values():
        assert one.source
        assert one.applets or one.config or one.files or one.setting
