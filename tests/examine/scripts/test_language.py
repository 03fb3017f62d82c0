"""Which language a script is in, and what of a page is code."""

import pytest

from fairmark.examine.scripts.language import Language, code_of, language_of


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("/www/cgi-bin/ping", "#!/bin/sh\necho\n", Language.SHELL),
        ("/bin/x", "#! /usr/bin/env python3\n", Language.PYTHON),
        ("/bin/x", "#!/bin/busybox ash\n", Language.SHELL),
        ("/etc/init.d/x", "#!/bin/sh /etc/rc.common\n", Language.SHELL),
        ("/etc/init.d/x", "if [ -f /a ]; then\n:\nfi\n", Language.SHELL),
        ("/www/x.cgi", "#!/usr/bin/haserl --shell=lua\n", Language.LUA),
        ("/usr/lib/lua/a.lua", "return 1\n", Language.LUA),
        ("/srv/web/a.inc", "<?php echo 1;", Language.PHP),
        ("/srv/web/a.php", "no code at all", None),
        ("/usr/lib/lua/luci/view/a.htm", "<% local a = 1 %>", Language.LUA),
        ("/www/a.asp", "<% system(x); %>", Language.JAVASCRIPT),
        ("/www/a.html", "<html></html>", None),
        ("/etc/passwd", "root:x:0:0::/:/bin/sh\n", None),
        ("/bin/x", "#!/usr/bin/awk -f\n", None),
    ],
)
def test_the_language_is_told_from_first_line_name_and_content(path: str, text: str, expected: Language | None) -> None:
    assert language_of(path, text) is expected


def test_the_code_of_a_page_keeps_its_line_numbers() -> None:
    page = "<html>\n<body>\n<% a = 1\n   b = 2 %>\n<p>\n<%= b %>\n"

    code = code_of("/www/a.asp", page, Language.JAVASCRIPT)

    assert [line.strip(" ;") for line in code.split("\n")][:6] == ["", "", "a = 1", "b = 2", "", "= b".lstrip("= ")]


def test_a_php_page_without_an_end_is_code_to_its_end() -> None:
    assert code_of("/a.php", "x\n<?php\nexec($a);\n", Language.PHP).split("\n")[2] == "exec($a);"
