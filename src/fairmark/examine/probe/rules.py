"""The rules of what the running device shows, with their documentation."""

from fairmark.examine.rule import Rule
from fairmark.model.finding import Severity

_PLACE = "The answer came from another device, or from something in front of this one."
UNDECLARED = Rule(
    id="probe-undeclared",
    title="A port is open that the maker did not declare",
    weakness="undeclared-service",
    severity=Severity.MEDIUM,
    what="The device took a connection, or answered a question, at a port that the list of declared services in "
    "device.yaml does not name.",
    false_positives=f"The list is incomplete. {_PLACE}",
    fix="Stop the service if nobody needs it, or declare it with its purpose.",
    cwe="CWE-1327",
    references=("ETSI EN 303 645 provision 5.6-1",),
)
CLEAR_SERVICE = Rule(
    id="probe-clear-service",
    title="Telnet, ftp or a remote shell answers on the network",
    weakness="service-telnet",
    severity=Severity.HIGH,
    what="The running device answers in a protocol that sends passwords and commands in clear.",
    false_positives=_PLACE,
    fix="Remove the service. Where a shell is needed, use ssh with keys.",
    cwe="CWE-319",
    references=("ETSI EN 303 645 provision 5.6-1",),
)
DEFAULT = Rule(
    id="probe-default-password",
    title="The device accepts a known default password",
    weakness="default-password",
    severity=Severity.HIGH,
    what="A login of the running device was opened with an entry of the list of known defaults, while a made-up "
    "password was refused just before. The entry is named by its index.",
    false_positives="The owner chose that very password after set-up: probe a unit in the state of delivery. "
    "For the web only the answer to the login of the first page is looked at.",
    fix="Give each unit a password of its own, or make the owner set one before anything else works.",
    cwe="CWE-1392",
    references=("ETSI EN 303 645 provision 5.1-1",),
)
EMPTY = Rule(
    id="probe-empty-password",
    title="The device accepts an empty password",
    weakness="empty-password",
    severity=Severity.HIGH,
    what="A login of the running device was opened with a user name of the list of known defaults and no password.",
    false_positives="The owner removed the password after set-up: probe a unit in the state of delivery.",
    fix="Lock accounts without a password for the network.",
    cwe="CWE-258",
    references=("ETSI EN 303 645 provision 5.1-1",),
)
OPEN_TO_ALL = Rule(
    id="probe-open-to-all",
    title="The device serves strangers without any login",
    weakness="missing-authentication",
    severity=Severity.HIGH,
    what="A stream, topics, files, a shell, registers or management data were given to somebody who showed nothing.",
    false_positives="What is given is meant for everybody, such as a public page. Only the connection was tried: "
    "what a client may do after it is not seen.",
    fix="Ask for a login before anything is given, or close the service.",
    cwe="CWE-306",
    references=("ETSI EN 303 645 provision 5.5-4",),
)
DEBUG = Rule(
    id="probe-debug-bridge",
    title="A debug bridge is open to everybody in the network",
    weakness="debug-interface",
    severity=Severity.HIGH,
    what="The Android debug bridge took a stranger without a key: whoever connects has a shell.",
    false_positives=_PLACE,
    fix="Switch the bridge off in what is sold.",
    cwe="CWE-489",
    references=("ETSI EN 303 645 provision 5.6-4A",),
)
OLD_TLS = Rule(
    id="probe-old-tls",
    title="The device still takes old TLS versions or broken suites",
    weakness="weak-tls",
    severity=Severity.MEDIUM,
    what="One hello message for each version and kind of suite was sent; the device chose one that is broken: SSL 3.0, "
    "TLS 1.0 or 1.1 (RFC 7568, RFC 8996), no encryption, export keys, anonymous, RC4, DES or triple DES.",
    false_positives=f"A client that knows better chooses better; an attacker on the way may not let it. {_PLACE}",
    fix="Offer TLS 1.2 and 1.3 alone, with suites that authenticate what they encrypt.",
    cwe="CWE-327",
    references=("RFC 8996", "ETSI EN 303 645 provision 5.5-1"),
)
CERTIFICATE = Rule(
    id="probe-certificate",
    title="The certificate that the device shows is out of date or weak",
    weakness="weak-tls",
    severity=Severity.MEDIUM,
    what="The certificate was not valid on the day of the probe, its key is short, or it is signed over a broken hash.",
    false_positives="The clock of the machine that probed is wrong. The certificate belongs to one unit alone.",
    fix="Renew certificates on the device before they end; RSA from 2048 bits, elliptic curves, SHA-256.",
    cwe="CWE-298",
    references=("ETSI EN 303 645 provision 5.5-1",),
)
BROKEN = Rule(
    id="probe-broken-algorithm",
    title="The device offers broken algorithms",
    weakness="weak-tls",
    severity=Severity.MEDIUM,
    what="The lists that an SSH server sends before any login name algorithms that are broken, or a file service "
    "takes the first version of SMB.",
    false_positives="An offer is no use: modern clients choose others. An attacker on the way may force it.",
    fix="Take them out of the settings of the server.",
    cwe="CWE-327",
    references=("RFC 9142",),
)
LOGIN_IN_CLEAR = Rule(
    id="probe-clear-login",
    title="A login sends its password in clear",
    weakness="clear-text-login",
    severity=Severity.HIGH,
    what="A service of the running device asks for a password on a connection without TLS or SSH.",
    false_positives="Grade B, a form on a plain page: its script may do something to the password before it is sent, "
    "which whoever sits on the way can take out of the page.",
    fix="Ask for passwords over TLS only; let the plain port do nothing but lead there.",
    cwe="CWE-319",
    references=("ETSI EN 303 645 provision 5.1-3",),
)
PLAIN_TRANSPORT = Rule(
    id="probe-plain-transport",
    title="Passwords travel over a connection without protection",
    weakness="weak-tls",
    severity=Severity.MEDIUM,
    what="The same login as under probe-clear-login, seen as a matter of the transport.",
    false_positives="As for probe-clear-login.",
    fix="Use TLS 1.2 or 1.3 for everything behind a login.",
    cwe="CWE-319",
    references=("ETSI EN 303 645 provisions 5.5-1 and 5.5-7",),
)
NO_THROTTLING = Rule(
    id="probe-no-throttling",
    title="Ten wrong passwords in a row change nothing",
    weakness="no-rate-limit",
    severity=Severity.MEDIUM,
    what="Ten wrong passwords for a made-up user were refused one after the other, each at once: no lock, no growing "
    "delay. That is what ten tries can show, and no more.",
    false_positives="A limit begins after more than ten tries, counts over a longer time, or holds for existing users "
    "alone. If so, record a test by hand that shows it.",
    fix="Make each further try slower, or lock the source for a while, for every login on the network.",
    cwe="CWE-307",
    references=("ETSI EN 303 645 provision 5.1-5",),
)
TOLD = Rule(
    id="probe-told-before-login",
    title="The device tells strangers what it runs",
    weakness="information-disclosure",
    severity=Severity.LOW,
    what="Versions of software, a serial number or a list of files were given before any login. The version in the "
    "banner of SSH is left out: its protocol asks for one.",
    false_positives="What is told is needed for use, or is not true.",
    fix="Take versions and serial numbers out of banners, headers and descriptions.",
    cwe="CWE-200",
    references=("ETSI EN 303 645 provision 5.6-2",),
)

RULES = (
    *(UNDECLARED, CLEAR_SERVICE, DEFAULT, EMPTY, OPEN_TO_ALL, DEBUG, OLD_TLS, CERTIFICATE, BROKEN),
    *(LOGIN_IN_CLEAR, PLAIN_TRANSPORT, NO_THROTTLING, TOLD),
)
