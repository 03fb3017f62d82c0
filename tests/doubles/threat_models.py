"""Builders for threat models: services, and the flawed camera with what it starts."""

from fairmark.model.assessment import Assessment
from fairmark.model.finding import Reach
from fairmark.model.service import Port, Service
from tests.doubles import assessments as given

TELNETD = "/usr/sbin/telnetd"


def service(name: str = "telnet", *ports: str, **changes: object) -> Service:
    """A service that runs as root; ``ports`` as ``tcp/23``."""
    made = {
        "name": name,
        "program": f"/usr/sbin/{name}d",
        "user": "root",
        "ports": tuple(Port(protocol=one.partition("/")[0], number=int(one.partition("/")[2])) for one in ports),
        "reach": Reach.EXPOSED if ports else Reach.STARTED,
        "started_by": "/etc/init.d/rcS",
    }
    return Service.model_validate(made | changes)


TELNET = service("telnet", "tcp/23", kind="telnet", chain=(given.INIT.id, given.TELNETD.id))
HTTP = service("http", "tcp/80", kind="web", program="/usr/sbin/httpd", user="www", chain=(given.HTTPD.id,))
SYSLOG = service("syslogd", program="/sbin/syslogd")


def camera(**changes: object) -> Assessment:
    """The flawed camera with telnet, a web server and a logger."""
    return given.assessment(**({"services": (HTTP, SYSLOG, TELNET)} | changes))


def repaired(**changes: object) -> Assessment:
    """Its twin without telnet and without findings."""
    return given.repaired().model_copy(update={"services": (HTTP, SYSLOG)} | changes)
