"""Databases, container engines and dashboards that are open to the network without a login."""

import re
from collections.abc import Sequence

from fairmark.examine.configs.inspection import Inspection, where
from fairmark.examine.configs.lines import Setting, directives, ini, last, numbered
from fairmark.examine.configs.nested import flat
from fairmark.examine.configs.running import Running
from fairmark.examine.rule import Detector, Rule
from fairmark.examine.subject import FileFacts, Subject
from fairmark.model.evidence import Evidence
from fairmark.model.finding import Confidence, Detection, Reach, Severity

OPEN_DATABASE = Rule(
    id="database-open",
    title="A database takes commands from the network without a login",
    weakness="missing-authentication",
    severity=Severity.HIGH,
    what="A started Redis, MongoDB, MariaDB, PostgreSQL, memcached or InfluxDB waits beyond the device itself and its "
    "settings let everybody in. Redis and others run programs for whoever may write to them.",
    false_positives="Grade B: whether the database protects itself depends on a version that is not known.",
    fix="Bind it to 127.0.0.1 or a socket, and set a password or accounts.",
    cwe="CWE-306",
    references=("ETSI EN 303 645 provision 5.5-5",),
)
OPEN_ENGINE = Rule(
    id="docker-socket-open",
    title="The container engine takes commands over TCP without checking who asks",
    weakness="missing-authentication",
    severity=Severity.HIGH,
    what="A started dockerd or containerd front end waits at a TCP port without tlsverify. Its commands start programs "
    "as root on the device.",
    false_positives="None known.",
    fix="Use the local socket or ssh; over TCP set tlsverify with certificates of the clients.",
    cwe="CWE-306",
    references=("ETSI EN 303 645 provision 5.5-5",),
)
OPEN_DASHBOARD = Rule(
    id="dashboard-open",
    title="A dashboard or flow editor is open without a login",
    weakness="missing-authentication",
    severity=Severity.HIGH,
    what="A started Node-RED has no adminAuth in its settings, or Grafana lets anonymous visitors act as admin. "
    "Node-RED runs what its visitors draw.",
    false_positives="A proxy in front that asks for a login.",
    fix="Set adminAuth (Node-RED), switch auth.anonymous off (Grafana), or bind to 127.0.0.1.",
    cwe="CWE-306",
    references=("ETSI EN 303 645 provision 5.5-5",),
)
DASHBOARD_DEFAULT = Rule(
    id="dashboard-default-password",
    title="A dashboard has a known default password",
    weakness="default-password",
    severity=Severity.HIGH,
    what="The settings of a started Grafana give its administrator a password of the list of known defaults.",
    false_positives="A database from first boot in which it was changed.",
    fix="Set a password of the unit's own before the first start.",
    cwe="CWE-1392",
    references=("ETSI EN 303 645 provision 5.1-1",),
)

_REDIS = ("/etc/redis/redis.conf", "/etc/redis.conf")
_MONGO = ("/etc/mongod.conf", "/etc/mongodb.conf")
_MYSQL = ("/etc/mysql/my.cnf", "/etc/my.cnf", "/etc/mysql/mariadb.conf.d/50-server.cnf")
_MEMCACHED = ("/etc/memcached.conf",)
_INFLUX = ("/etc/influxdb/influxdb.conf", "/etc/influxdb.conf")
_GRAFANA = ("/etc/grafana/grafana.ini", "/etc/grafana.ini", "/usr/share/grafana/conf/custom.ini")
_NODE_RED = re.compile(
    r"(?:/root|/home/[^/]+|/data|/opt/[\w.-]+|/etc|/usr/share|/var/lib)/(?:\.?node-red|node-?red)/settings\.js"
)
_LOCAL = re.compile(r"-?(?:127\.[0-9.]+|\[?::1\]?|localhost|/.*|unix:.*)", re.IGNORECASE)
_PROTECTED = (3, 2)  # Redis: from here on protected mode keeps strangers out while neither bind nor password is set
_PROTECTED_ALWAYS = (7,)  # and from here on also when bind is set


def _detect(subject: Subject) -> Detection:
    look = Inspection(subject)
    _redis(look)
    _mongo(look)
    _mysql(look)
    _postgres(look)
    _memcached(look)
    _influx(look)
    _docker(look)
    _node_red(look)
    _grafana(look)
    return look.detection()


def _with_files(
    look: Inspection, names: Sequence[str], usual: Sequence[str], options: Sequence[str], *, plain: bool = False
) -> list[tuple[Running | None, FileFacts | None]]:
    """Return each started service with the file it reads, then the usual files that nothing started reads."""
    found: list[tuple[Running | None, FileFacts | None]] = [
        (run, look.settings_file(run, usual, options, plain=plain)) for run in look.running(*names)
    ]
    return [*found, *((None, file) for file in look.unread(usual, [file for _, file in found]))]


# Databases ---------------------------------------------------------------------------------------


def _redis(look: Inspection) -> None:
    for run, file in _with_files(look, ("redis-server", "valkey-server"), _REDIS, (), plain=True):
        if run and file is None and any(word.startswith("/") for word in run.words):
            continue
        settings = list(directives(file, comments=("#",))) if file else []
        for include in [one for one in settings if one.name == "include"]:
            settings += [one for extra in look.included(include.file, include.value) for one in directives(extra)]
        _judge_redis(look, run, file, settings)


def _judge_redis(look: Inspection, run: Running | None, file: FileFacts | None, settings: Sequence[Setting]) -> None:
    """A word of the command line goes before a line of the file."""
    bind, protected = last(settings, "bind"), last(settings, "protected-mode")
    given = run.option("--bind") if run else None
    addresses = [given] if given else (bind.words if bind else [])
    if addresses and all(_LOCAL.fullmatch(address) for address in addresses):
        return
    port = (run.option("--port") if run else None) or next((one.value for one in settings if one.name == "port"), "")
    has_login = last(settings, "requirepass", "aclfile") or (run and run.has("--requirepass"))
    if has_login or port == "0" or any(one.name == "user" and one.words[:1] == ["default"] for one in settings):
        return
    mode = (run.option("--protected-mode") if run else None) or (protected.value if protected else "")
    version = look.version("redis") or look.version("valkey")
    grade = _redis_grade(mode.lower(), version, has_bind=bool(addresses))
    shown = [one for one in (bind, protected) if one]
    if grade and (shown or run):
        name = where(file) if file else "redis-server"
        title = f"Redis of {name} takes commands from everybody" if file else f"{name} takes commands from everybody"
        look.flaw(OPEN_DATABASE, title, run, shown, confidence=grade, reach=Reach.EXPOSED)


def _redis_grade(mode: str, version: tuple[int, ...] | None, *, has_bind: bool) -> Confidence | None:
    """Return how sure it is that protected mode keeps nobody out, ``None`` when it does."""
    if mode == "no":
        return Confidence.A
    if version is None:
        return Confidence.B if has_bind else None
    if version < _PROTECTED or (has_bind and version < _PROTECTED_ALWAYS):
        return Confidence.A
    return None


def _mongo(look: Inspection) -> None:
    for run, file in _with_files(look, ("mongod",), _MONGO, ("-f", "--config")):
        if file is None:
            continue
        settings = flat(file) if ":" in (file.text or "") else ini(file)
        bind = last(settings, "bindip", "bind_ip", "bindipall")
        login = last(settings, "authorization", "auth", "keyfile")
        is_open = bind is not None and any(not _LOCAL.fullmatch(word.strip()) for word in bind.value.split(","))
        has_login = login is not None and not login.is_off
        if is_open and bind and not has_login and not (run and run.has("--auth")):
            title = f"MongoDB of {where(file)} takes commands from everybody"
            look.flaw(OPEN_DATABASE, title, run, (bind,), reach=Reach.EXPOSED)


def _mysql(look: Inspection) -> None:
    for run, file in _with_files(look, ("mysqld", "mariadbd"), _MYSQL, ("--defaults-file",)):
        settings = ini(file) if file else ()
        bare = next((one for one in directives(file) if one.name == "skip-grant-tables"), None) if file else None
        quiet = last(settings, "bind-address", "skip-networking") or (run and run.has("--skip-networking"))
        local = isinstance(quiet, Setting) and (quiet.name == "skip-networking" or _LOCAL.fullmatch(quiet.value))
        by_word = run is not None and run.has("--skip-grant-tables")
        if (bare or by_word) and not local and (run or bare):
            title = "The database server asks nobody for a password (skip-grant-tables)"
            look.flaw(OPEN_DATABASE, title, run, (bare,) if bare else (), reach=Reach.EXPOSED)


def _postgres(look: Inspection) -> None:
    servers = look.running("postgres", "postgresql", "postmaster")
    for file in look.subject.files:
        if not file.path.endswith("/pg_hba.conf") or file.text is None or "/share/" in file.path:
            continue
        run = next((one for one in servers if one.root == file.root), None)
        for number, line in numbered(file):
            words = line.split()
            is_open = len(words) > 4 and words[0].startswith("host") and words[3] in {"0.0.0.0/0", "::/0", "all"}
            if is_open and words[-1] == "trust":
                rule = Setting(file, number, words[0], " ".join(words[1:]))
                title = f"PostgreSQL lets everybody in: trust in {where(file)}"
                look.flaw(OPEN_DATABASE, title, run, (rule,), reach=Reach.EXPOSED)


def _memcached(look: Inspection) -> None:
    for run, file in _with_files(look, ("memcached",), _MEMCACHED, ()):
        settings = directives(file) if file else ()
        address = (run.option("-l", "--listen") if run else None) or next(
            (one.value for one in settings if one.name in {"-l", "--listen"}), None
        )
        is_open = address is not None and not all(_LOCAL.fullmatch(word) for word in address.split(","))
        login = (run and run.has("-S", "-Y", "-s", "--enable-sasl")) or any(
            one.name in {"-s", "-S"} for one in settings
        )
        shown = [one for one in settings if one.name in {"-l", "--listen"}]
        if is_open and not login and (run or shown):
            look.flaw(OPEN_DATABASE, f"memcached answers everybody at {address}", run, shown, reach=Reach.EXPOSED)


def _influx(look: Inspection) -> None:
    for run, file in _with_files(look, ("influxd",), _INFLUX, ("-config", "--config")):
        settings = [one for one in ini(file) if one.section == "http"] if file else []
        login, bind = last(settings, "auth-enabled"), last(settings, "bind-address")
        local = bind is not None and _LOCAL.fullmatch(bind.value.rpartition(":")[0])
        if login and login.is_off and not local and file:
            title = f"InfluxDB of {where(file)} answers everybody"
            look.flaw(OPEN_DATABASE, title, run, (login,), reach=Reach.EXPOSED)


# Engines and dashboards --------------------------------------------------------------------------


def _docker(look: Inspection) -> None:
    for run, file in _with_files(
        look, ("dockerd", "docker", "balena-engine"), ("/etc/docker/daemon.json",), ("--config-file",)
    ):
        settings = flat(file) if file else ()
        hosts = [one for one in settings if one.name == "hosts" and one.value.startswith("tcp://")]
        checked = last(settings, "tlsverify")
        words = run.words if run else []
        named = [
            word.removeprefix("--host=").removeprefix("-H=").removeprefix("-H") for word in words if "tcp://" in word
        ]
        places = [*(one.value for one in hosts), *named]
        is_open = [place for place in places if not _LOCAL.fullmatch(place.removeprefix("tcp://").rpartition(":")[0])]
        is_checked = (checked is not None and checked.is_on) or (run is not None and run.has("--tlsverify"))
        if is_open and not is_checked and (run or hosts):
            title = f"The container engine takes commands at {is_open[0]} without checking who asks"
            look.flaw(OPEN_ENGINE, title, run, hosts, reach=Reach.EXPOSED)


def _node_red(look: Inspection) -> None:
    runs = [
        run
        for run in look.running("node", "nodejs", "node-red")
        if "node-red" in f"{run.program} {run.service.arguments}"
    ]
    runs = runs or list(look.running("node-red", "node-red-pi"))
    for file in look.subject.files:
        if file.text is None or not _NODE_RED.fullmatch(file.path):
            continue
        run = next((one for one in runs if one.root == file.root), None)
        lines = [line for _, line in numbered(file, ("//", "*", "/*"))]
        host = next((line for line in lines if re.match(r"uiHost\s*:", line)), "")
        if any(re.match(r"adminAuth\s*:", line) for line in lines) or re.search(r"127\.0\.0\.1|localhost", host):
            continue
        title = f"Node-RED of {where(file)} lets every visitor change its flows"
        shown: list[Setting | Evidence] = [look.read(file, "adminAuth is not set")]
        look.flaw(OPEN_DASHBOARD, title, run, shown, reach=Reach.EXPOSED)


def _grafana(look: Inspection) -> None:
    names = ("grafana-server", "grafana")
    for run, file in _with_files(look, names, _GRAFANA, ("-config", "--config")):
        settings = ini(file) if file else ()
        anonymous = last([one for one in settings if one.section == "auth.anonymous"], "enabled")
        role = last([one for one in settings if one.section == "auth.anonymous"], "org_role")
        if anonymous and anonymous.is_on and role and role.value.lower() in {"admin", "editor"} and file:
            title = f"Grafana of {where(file)} lets anonymous visitors act as {role.value.lower()}"
            look.flaw(OPEN_DASHBOARD, title, run, (anonymous, role), reach=Reach.EXPOSED)
        security = [one for one in settings if one.section == "security"]
        password, user = last(security, "admin_password"), last(security, "admin_user")
        number = look.guesses.known_default(password.value, user.value if user else "admin") if password else None
        if password and number and file:
            title = f"Grafana of {where(file)} has entry {number} of the list of known defaults as password"
            look.flaw(
                DASHBOARD_DEFAULT,
                title,
                run,
                (look.hidden(password, f"entry {number} of the list"),),
                reach=Reach.EXPOSED,
            )


DETECTOR = Detector(
    id="databases",
    title="Databases, container engines, dashboards",
    rules=(OPEN_DATABASE, OPEN_ENGINE, OPEN_DASHBOARD, DASHBOARD_DEFAULT),
    detect=_detect,
)
