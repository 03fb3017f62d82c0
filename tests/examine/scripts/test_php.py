"""PHP: input that reaches a shell, and what stops it."""

import pytest

from fairmark.examine.scripts.flow import Harm
from fairmark.examine.scripts.php import PHP
from fairmark.examine.scripts.taint import follow


@pytest.mark.parametrize(
    "code",
    [
        "$a = $_GET['a'];\nsystem('x ' . $a);",
        "$a = trim($_POST['a']);\n$b = \"x $a\";\nexec($b);",
        "if ($_GET['m'] == 'x') { system($_GET['a']); }",
        'foreach ($_POST as $k => $v) { exec("set $k $v"); }',
        "parse_str($_SERVER['QUERY_STRING'], $q);\nexec($q['a']);",
        "$c = sprintf('ping %s', $_GET['a']);\nsystem($c);",
        "if (preg_match('/a=(.*)/', $_GET['q'], $m)) { system($m[1]); }",
        "$a = $_GET['a'];\n$b = 'x ' . $a;\n$a = 'y';\nif (!preg_match('/^[a-z]+$/', $a)) { die(); }\nsystem($b);",
        "$a = $_GET['a'];\n$b = 'x ' . $a . $_GET['c'];\nif (!preg_match('/^[a-z]+$/', $a)) { die(); }\nsystem($b);",
        "if (isset($_GET['w']))\n  $w = $_GET['w'];\nsystem('x ' . $w);",
        "$v['items'][] = $_GET['a'];\nsystem($v['items'][0]);",
    ],
)
def test_input_is_followed_to_the_shell(code: str) -> None:
    found = follow(code, PHP).flows

    assert [one for one in found if one.harm is Harm.COMMAND and not one.origin.weak]


@pytest.mark.parametrize(
    "code",
    [
        "$a = escapeshellarg($_GET['a']);\nsystem('x ' . $a);",
        "$a = (int) $_GET['a'];\n$b = intval($_GET['b']);\nsystem('x ' . $b);",
        "$a = $_GET['a'];\nif (!preg_match('/^[a-z]+$/', $a)) { die(); }\nsystem('x ' . $a);",
        "$a = $_GET['a'];\nswitch ($a) { case 'b': system('x ' . $a); }",
        "$a = $_GET['a'];\nif ($a != 'b' && $a != 'c') { exit; }\nsystem('x ' . $a);",
        "$a = $_GET['a'] == 'on' ? '1' : '0';\nsystem('x ' . $a);",
        "$ok = ['a' => 'b'];\nif (isset($ok[$_GET['a']])) { system('x ' . $ok[$_GET['a']]); }",
        "$c = sprintf('ping %d', $_GET['a']);\nsystem($c);",
        "$a = $_GET['a'];\n$b = '/x/' . $a;\nif (!preg_match('/^[a-z]+$/', $a))\n  throw new E();\nunlink($b);",
        "$a = $_GET['a'];\n$b = '/x/' . $a;\nif (!preg_match(NAME_FORM, $a))\n  throw new E();\nunlink($b);",
        "if (isset($_GET['w']) && is_numeric($_GET['w']))\n  $w = $_GET['w'];\nsystem('x ' . $w);",
        "function isOurs($p) { return find($p); }\nif (isOurs($_GET['a']) !== false) { readfile($_GET['a']); }",
        "function isOurs($p) { return find($p); }\n$a = $_GET['a'];\n$b = isOurs($a);\nif ($b) { unlink($a); }",
        "$v['items'][] = $_GET['a'];\n$f = $v['file'];\nunlink($f);",
        "$a = preg_replace('/[^a-z0-9]/', '', $_GET['a']);\nsystem('x ' . $a);",
    ],
)
def test_checks_and_quoting_stop_it(code: str) -> None:
    assert [one for one in follow(code, PHP).flows if not one.origin.weak] == []


@pytest.mark.parametrize(
    ("code", "harm"),
    [
        ("include $_GET['a'];", Harm.CODE),
        ("eval($_POST['a']);", Harm.CODE),
        ("readfile('/x/' . $_GET['a']);", Harm.READ),
        ("unlink('/x/' . $_GET['a']);", Harm.WRITE),
        ("move_uploaded_file($_FILES['a']['tmp_name'], '/x/' . $_FILES['a']['name']);", Harm.WRITE),
        ("move_uploaded_file($_FILES['a']['tmp_name'], '/x/a.png');", None),
        ("fopen($_FILES['a']['tmp_name'], 'r');", None),
        ("readfile('http://a.example/' . $_GET['a']);", None),
        ("$pdo->exec($_GET['a']);", None),
    ],
)
def test_code_and_paths(code: str, harm: Harm | None) -> None:
    assert [one.harm for one in follow(code, PHP).flows] == ([harm] if harm else [])
