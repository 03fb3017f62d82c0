"""Lua: input that reaches a shell, and what stops it."""

import pytest

from fairmark.examine.scripts.flow import Harm
from fairmark.examine.scripts.lua import LUA
from fairmark.examine.scripts.taint import follow


@pytest.mark.parametrize(
    "code",
    [
        "local a = luci.http.formvalue('a')\nif a then\n os.execute('x ' .. a)\nend",
        "local e = luci.sys.exec\nlocal a = luci.http.formvalue('a')\ne('x ' .. a)",
        "local a = luci.http.formvalue('a')\nlocal t = {}\ntable.insert(t, a)\nos.execute(table.concat(t, ' '))",
    ],
)
def test_input_is_followed_to_the_shell(code: str) -> None:
    found = follow(code, LUA).flows

    assert [one for one in found if one.harm is Harm.COMMAND and not one.origin.weak]


@pytest.mark.parametrize(
    "code",
    [
        "local a = tonumber(luci.http.formvalue('a'))\nos.execute('x ' .. a)",
        "local a = luci.http.formvalue('a')\nif a == 'on' or a == 'off' then\n os.execute('x ' .. a)\nend",
        "local a = luci.http.formvalue('a'):match('^[%w]+$')\nos.execute('x ' .. a)",
        "local a = luci.http.formvalue('a')\nif not allowed[a] then\n return\nend\nos.execute('x ' .. a)",
    ],
)
def test_checks_and_quoting_stop_it(code: str) -> None:
    assert [one for one in follow(code, LUA).flows if not one.origin.weak] == []


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("entry({'a'}, call('f')).leaf = true", 1),
        ("entry({'a'}, call('f'))", 0),
        ("entry({'a'}, call('g')).leaf = true", 0),
    ],
)
def test_parameters_of_a_controller_are_input_when_the_address_fills_them(head: str, expected: int) -> None:
    assert len(follow(f"{head}\nfunction f(a)\n os.execute('x ' .. a)\nend\n", LUA).flows) == expected


@pytest.mark.parametrize(
    ("line", "expected"), [("", 1), ("o.datatype = 'string'", 1), ("o.datatype = 'host'", 0), ("o.validate = check", 0)]
)
def test_a_field_of_a_form_is_input_unless_its_type_is_checked(line: str, expected: int) -> None:
    code = (
        f"m = Map('a')\no = s:option(Value, 'a')\n{line}\nfunction o.write(self, s, v)\n os.execute('x ' .. v)\nend\n"
    )

    assert len(follow(code, LUA).flows) == expected
