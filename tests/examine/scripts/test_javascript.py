"""JavaScript: input that reaches a shell, and what stops it."""

import pytest

from fairmark.examine.scripts.flow import Harm
from fairmark.examine.scripts.javascript import JAVASCRIPT
from fairmark.examine.scripts.taint import follow


@pytest.mark.parametrize(
    "code",
    [
        "const cp = require('child_process');\napp.get('/', (req, res) => { cp.exec('x ' + req.query.a); });",
        "const { execSync: run } = require('node:child_process');\nf = (req) => { run(`x ${req.body.a}`); }",
        "const run = util.promisify(require('child_process').exec);\nasync function f(req) { await run(req.params.a); }",
    ],
)
def test_input_is_followed_to_the_shell(code: str) -> None:
    found = follow(code, JAVASCRIPT).flows

    assert [one for one in found if one.harm is Harm.COMMAND and not one.origin.weak]


@pytest.mark.parametrize(
    "code",
    [
        "const cp = require('child_process');\nf = (req) => { cp.execFile('x', [req.query.a]); }",
        "const cp = require('child_process');\nf = (req) => { const n = parseInt(req.query.a, 10); cp.exec('x ' + n); }",
        "const cp = require('child_process');\nf = (req) => { if (!OK.includes(req.query.a)) return; cp.exec(req.query.a); }",
        "const m = /x(.*)/.exec(req.url);\neval2(m);",
    ],
)
def test_checks_and_quoting_stop_it(code: str) -> None:
    assert [one for one in follow(code, JAVASCRIPT).flows if not one.origin.weak] == []


@pytest.mark.parametrize(
    ("call", "harm"),
    [
        ("cp.spawn(a, { shell: true })", Harm.COMMAND),
        ("cp.spawn('sh', ['-c', a])", Harm.COMMAND),
        ("cp.spawn('ls', [a])", None),
        ("/x/.exec(a)", None),
        ("eval(a)", Harm.CODE),
        ("fs.readFile('/x/' + a)", Harm.READ),
        ("fs.writeFileSync('/x/' + a, '')", Harm.WRITE),
        ("res.sendFile(a, { root: '/x' })", None),
        ("res.sendFile('/x/' + a)", Harm.READ),
        ("fs.readFile('/x/' + path.basename(a))", None),
    ],
)
def test_calls_do_the_harm_that_their_arguments_allow(call: str, harm: Harm | None) -> None:
    head = "const cp = require('child_process');\nconst fs = require('fs');\nconst path = require('path');\n"

    found = follow(f"{head}app.get('/', (req, res) => {{\n const a = req.query.a;\n {call};\n}});", JAVASCRIPT).flows

    assert [one.harm for one in found] == ([harm] if harm else [])
