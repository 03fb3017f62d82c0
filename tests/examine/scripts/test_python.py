"""Python: input that reaches a shell, and what stops it."""

import pytest

from fairmark.examine.scripts.flow import Harm, Via
from fairmark.examine.scripts.python import PYTHON
from fairmark.examine.scripts.taint import follow


@pytest.mark.parametrize(
    "code",
    [
        "import os\na = request.args['a']\nif not a:\n    a = 'x'\nos.system('y ' + a)\n",
        "from os import system as run\nrun(request.form['a'])\n",
        "import subprocess as sp\nsp.check_output('x {}'.format(request.args.get('a')), shell=True)\n",
        "import subprocess\nsubprocess.run(['sh', '-c', 'x ' + request.args['a']])\n",
        "import os\ndef get(n):\n    return request.args.get(n)\ndef go(c):\n    os.system(c)\ngo('x ' + get('a'))\n",
    ],
)
def test_input_is_followed_to_the_shell(code: str) -> None:
    found = follow(code, PYTHON).flows

    assert [one for one in found if one.harm is Harm.COMMAND and not one.origin.weak]


@pytest.mark.parametrize(
    "code",
    [
        "import os\na = request.args['a']\nif a not in ALLOWED:\n    abort(400)\nos.system('y ' + a)\n",
        "import os, shlex\nos.system('y ' + shlex.quote(request.args['a']))\n",
        "import subprocess\nsubprocess.run(['ping', request.args['a']])\n",
        "import os\nimport re\nOK = re.compile(r'^[a-z]+$')\na = request.args['a']\nif not OK.match(a):\n    raise ValueError\nos.system(a)\n",
        "import os\ntry:\n    n = int(request.args['a'])\nexcept ValueError:\n    n = 1\nos.system('x %d' % n)\n",
    ],
)
def test_checks_and_quoting_stop_it(code: str) -> None:
    assert [one for one in follow(code, PYTHON).flows if not one.origin.weak] == []


@pytest.mark.parametrize(
    ("code", "harm"),
    [
        ("open('/x/' + a)", Harm.READ),
        ("open('/x/' + a, 'wb')", Harm.WRITE),
        ("eval(a)", Harm.CODE),
        ("pickle.loads(a)", Harm.CODE),
        ("send_file(a)", Harm.READ),
        ("send_from_directory('/x', a)", None),
        ("open('/x/' + secure_filename(a))", None),
    ],
)
def test_code_and_paths(code: str, harm: Harm | None) -> None:
    found = follow(f"a = request.args['a']\n{code}\n", PYTHON).flows

    assert [one.harm for one in found] == ([harm] if harm else [])


def test_messages_of_a_broker_are_input_of_their_own_kind() -> None:
    (one,) = follow(
        "import paho.mqtt.client as mqtt\nimport os\ndef f(c, u, msg):\n    os.system(msg.payload)\n", PYTHON
    ).flows

    assert one.origin.via is Via.MESSAGE
