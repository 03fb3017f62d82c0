"""Entry points, assets and flows: no service may be missing, and unknown is not absent."""

from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from fairmark.model.assessment import Assessment
from fairmark.model.device import Device, Network
from fairmark.model.evidence import Evidence, EvidenceKind, Where
from fairmark.model.finding import Reach, SeenFact
from fairmark.model.service import Port, Service
from fairmark.model.threat import Presence
from fairmark.risk.entry_points import MOST_PORTS, Door, Ground, doors, flows, holdings, slug, surfaces
from fairmark.risk.threat_rules import threat_rules
from tests.doubles import assessments as given
from tests.doubles.threat_models import HTTP, SYSLOG, TELNET, camera, service


def ground(assessment: Assessment, **facts: bool) -> Ground:
    return Ground(assessment, {name.replace("__", "."): value for name, value in facts.items()}, threat_rules())


def found(assessment: Assessment, **facts: bool) -> dict[str, Door]:
    return {door.point.id: door for door in doors(ground(assessment, **facts))}


words = st.text(min_size=0, max_size=12) | st.sampled_from(["telnet", "http", "getty", "port", "update", "busybox"])
ports = st.builds(Port, protocol=st.sampled_from(["tcp", "udp"]), number=st.integers(0, 65535))
services = st.builds(
    Service,
    name=words,
    kind=st.sampled_from(["telnet", "web", "ssh", "ftp", "other", "unheard-of"]),
    program=words.map(lambda text: f"/{text}"),
    root=st.sampled_from(["", "0.1", "nested root"]),
    user=words,
    arguments=st.sampled_from(["", "-c /etc/a.conf", "=/", "//"]),
    ports=st.lists(ports, max_size=MOST_PORTS + 4).map(tuple),
    reach=st.sampled_from([Reach.STARTED, Reach.EXPOSED]),
    chain=st.lists(st.sampled_from([given.INIT.id, given.TELNETD.id, "ev-unknown"]), max_size=3).map(tuple),
    declared=st.sampled_from([None, True, False]),
)


@settings(max_examples=80, deadline=None)
@examples(
    certain=st.lists(services, max_size=8),
    maybe=st.lists(services, max_size=4),
    network=st.sampled_from([None, *Network]),
)
def test_no_service_and_no_port_of_one_is_ever_missing(
    certain: list[Service], maybe: list[Service], network: Network | None
) -> None:
    made = camera(services=tuple(certain), conditional_services=tuple(maybe), device=given.device(network=network))

    points = [door.point for door in doors(ground(made))]

    assert len({point.id for point in points}) == len(points)
    for one in (*certain, *maybe):
        behind = [point for point in points if f"{one.root}:{one.program}" in point.programs]
        assert behind
        assert {str(port) for port in one.ports} <= {port for point in behind for port in point.ports}
    assert all(point.boundaries and point.assets for point in points)


def test_the_id_names_what_it_is_and_not_where_it_was_seen() -> None:
    moved = service("telnet", "tcp/23", kind="telnet", program="/opt/bin/telnetd", chain=(given.KEY.id,))

    assert "telnet:tcp/23" in found(camera())
    assert "telnet:tcp/23" in found(camera(services=(moved,)))
    assert "0.1//telnet:tcp/23" in found(camera(services=(moved.model_copy(update={"root": "0.1"}),)))


def test_a_service_is_known_by_what_it_is() -> None:
    getty, client = service("getty"), service("cloudlink")
    fact = SeenFact(fact="network", value="connected", statement="it goes out", evidence=(given.KEY.id,))
    made = camera(
        services=(HTTP, TELNET, SYSLOG, getty, client.model_copy(update={"chain": (given.KEY.id,)})), facts=(fact,)
    )

    kinds = {key: door.kind.id for key, door in found(made).items()}

    assert kinds["http:tcp/80"] == "web"
    assert kinds["telnet:tcp/23"] == "clear-login"
    assert kinds["program:syslogd"] == "process"
    assert kinds["program:getty"] == "console"
    assert kinds["program:cloudlink"] == "client"


def test_what_may_start_is_possible_and_not_seen() -> None:
    made = camera(services=(), conditional_services=(TELNET,))

    assert found(made)["telnet:tcp/23"].point.presence is Presence.POSSIBLE


def test_without_a_traced_service_there_is_an_entry_point_for_those_that_nobody_saw() -> None:
    assert found(camera(services=()))["untraced"].point.presence is Presence.UNKNOWN
    assert "untraced" not in found(camera())


def test_a_port_that_the_maker_lists_and_nothing_explains_is_an_entry_point() -> None:
    made = camera(device=given.device(declared_services=("tcp/80 http", "tcp/443 https")))

    point = found(made)["port:tcp/443"].point

    assert point.presence is Presence.DECLARED
    assert point.kind == "web"
    assert "port:tcp/80" not in found(made)


def test_a_port_seen_open_at_the_running_device_is_an_entry_point() -> None:
    where = Where(path="tcp/192.0.2.1:8883")
    seen = Evidence(kind=EvidenceKind.NETWORK, where=where, tool=given.TOOL, statement="it answered")
    fact = SeenFact(fact="interface.exposed_services", value=True, statement="open", evidence=(seen.id,))
    made = camera(evidence=(*camera().evidence, seen), facts=(fact,))

    point = found(made)["port:tcp/8883"].point

    assert point.presence is Presence.SEEN
    assert point.kind == "messaging"


def test_many_ports_of_one_service_share_an_entry_point_after_the_first() -> None:
    many = service("odd", *(f"tcp/{number}" for number in range(1000, 1000 + MOST_PORTS + 5)))

    points = [door.point for door in doors(ground(camera(services=(many,)))) if door.point.programs]

    assert len(points) == MOST_PORTS + 1
    assert sum(len(point.ports) for point in points) == MOST_PORTS + 5


def test_the_outer_boundary_follows_the_network_and_unknown_counts_as_the_worst() -> None:
    def outer(network: Network | None) -> tuple[str, ...]:
        return found(camera(device=given.device(network=network)))["telnet:tcp/23"].point.boundaries

    assert outer(Network.INTERNET_EXPOSED) == outer(None) == ("internet", "lan", "device")
    assert outer(Network.BEHIND_NAT) == ("lan", "device")


def test_a_program_with_a_user_of_its_own_stands_before_one_more_boundary() -> None:
    assert found(camera())["http:tcp/80"].point.boundaries[-1] == "process-user"


def test_what_nobody_said_is_unknown_what_is_denied_is_said_so() -> None:
    denied = {"personal__processed": False, "personal__stored": False, "personal__sent_to_service": False}
    told = {one.id: one for one in holdings(ground(given.repaired(), **denied, financial__assets=True))}

    assert told["personal-data"].presence is Presence.DENIED
    assert told["financial"].presence is Presence.DECLARED
    assert told["logs"].presence is Presence.UNKNOWN
    assert told["software"].presence is Presence.ASSUMED


def test_an_asset_that_a_finding_shows_carries_its_evidence() -> None:
    told = {one.id: one for one in holdings(ground(camera()))}

    assert told["keys"].presence is Presence.SEEN
    assert told["keys"].evidence == (given.KEY.id,)


def test_the_debug_interface_is_never_left_out() -> None:
    assert found(camera())["debug"].point.presence is Presence.UNKNOWN
    assert found(camera(), debug__present=True)["debug"].point.presence is Presence.DECLARED
    both = {"debug__present": False, "debug__physical_port": False}
    assert found(camera(), **both)["debug"].point.presence is Presence.DENIED


def test_every_entry_point_has_a_flow_and_clear_ports_are_called_so() -> None:
    base = ground(camera())
    points = [door.point for door in doors(base)]

    made = {one.target: one for one in flows(base, points)}

    assert made.keys() == {point.id for point in points}
    assert "in clear" in made["telnet:tcp/23"].protection
    assert "in clear" in made["http:tcp/80"].protection


def test_what_no_image_shows_is_listed_for_every_device() -> None:
    names = {one.id for one in surfaces(ground(given.assessment(device=Device())))}

    assert names >= {"cloud-services", "apps", "radio-links", "board", "running-device"}


def test_odd_names_become_ids_that_stay_apart() -> None:
    assert slug("a b") != slug("a_b")
    assert slug("") == slug("")
    assert slug("x" * 100) != slug("x" * 101)
    assert slug("\ud800").isascii()
