"""The rules of the scripts detector, with their documentation."""

from fairmark.examine.rule import Rule
from fairmark.model.finding import Severity

COMMAND_INJECTION = Rule(
    id="script-command-injection",
    title="A script builds shell commands from what a request brings",
    weakness="unsafe-input",
    severity=Severity.HIGH,
    what="Input from the network was followed, inside one script, to a place where a shell reads it: eval, system, "
    "popen, backticks, sh -c and their kin. Whoever can send the request runs commands of their own on the device.",
    false_positives="A check that was not recognised, or one in another file. Grade B: nothing was seen that serves or "
    "starts the script. Grade C: the input is filtered, though perhaps not completely, or is a setting.",
    fix="Start the program with a list of arguments and no shell; let only an allow list of values through.",
    cwe="CWE-78",
    references=("ETSI EN 303 645 provision 5.13-1",),
)
CODE_INJECTION = Rule(
    id="script-code-injection",
    title="A script runs what a request brings as code",
    weakness="unsafe-input",
    severity=Severity.HIGH,
    what="Input from the network was followed to a place where an interpreter runs it: eval, include, source, "
    "loadstring, unpickling.",
    false_positives="As for shell commands.",
    fix="Parse the input as data; choose among fixed files or functions by an allow list.",
    cwe="CWE-94",
    references=("ETSI EN 303 645 provision 5.13-1",),
)
PATH_FROM_REQUEST = Rule(
    id="script-path-from-request",
    title="A request chooses which file a script reads or writes",
    weakness="unsafe-input",
    severity=Severity.HIGH,
    what="Input from the network becomes a path, or part of one, without a check for '..': files outside the intended "
    "folder can be read, replaced or removed, or a program of the attacker's own put in place.",
    false_positives="A server that takes '..' out of requests before the script sees them; a check that was not seen.",
    fix="Use the last part of the name only (basename), or resolve the path and check that it lies in the folder.",
    cwe="CWE-22",
    references=("ETSI EN 303 645 provision 5.13-1",),
)
RUNS_DOWNLOAD = Rule(
    id="script-runs-download",
    title="A script runs code that it fetches",
    weakness="update-unsigned",
    severity=Severity.HIGH,
    what="A script fetches text from the network and hands it to an interpreter, and nothing in it checks a signature. "
    "Whoever stands between device and server, or takes the server, runs commands on every unit. What is piped "
    "straight from a fetching program into a shell is reported by update-unsigned.",
    false_positives="Grade C: over https with the server checked, where only the server itself can do it.",
    fix="Sign the code with a key that stays offline and check the signature before it is run.",
    cwe="CWE-494",
    references=("ETSI EN 303 645 provisions 5.3-2 and 5.3-10",),
)
TLS_UNCHECKED = Rule(
    id="script-tls-unchecked",
    title="A script does not check whom it talks to over TLS",
    weakness="weak-tls",
    severity=Severity.MEDIUM,
    what="The check of the server's certificate is switched off, so anybody on the way can pose as the server.",
    false_positives="A connection that stays inside the device under another name. Grade C: the owner chooses it.",
    fix="Leave the check on; for a server of your own, ship its authority and name it (--cacert, verify=path).",
    cwe="CWE-295",
    references=("ETSI EN 303 645 provision 5.5-1",),
)
CREDENTIAL = Rule(
    id="script-hardcoded-credential",
    title="A script holds a credential",
    weakness="hardcoded-secret",
    severity=Severity.HIGH,
    what="A command line or header in a script carries a fixed password or token, or a script lets in whoever sends a "
    "fixed password. It is the same in all units and in the hands of everybody who has the image.",
    false_positives="A value that is only an example.",
    fix="Take the credential out and revoke it; give each unit its own at production or at first connection.",
    cwe="CWE-798",
    references=("ETSI EN 303 645 provision 5.4-3",),
)
BACK_DOOR = Rule(
    id="script-back-door",
    title="A fixed word in a request opens a way in",
    weakness="missing-authentication",
    severity=Severity.HIGH,
    what="A script compares a part of a request with a fixed text and, where they match, starts a remote shell or lets "
    "the caller pass; or it adds an account with the rights of root.",
    false_positives="A hidden page for service that asks for a password elsewhere.",
    fix="Remove it. Where service needs access, authorise it per unit and for a limited time.",
    cwe="CWE-912",
)
SHELL_WITHOUT_LOGIN = Rule(
    id="script-shell-without-login",
    title="A script opens a shell to the network without a login",
    weakness="missing-authentication",
    severity=Severity.HIGH,
    what="A command ties a shell to a port or a connection: telnetd with a shell in place of login, nc -e, socat.",
    false_positives="A script of production or test that no unit runs. Grade A: the device runs it when it starts.",
    fix="Remove the command; where a shell is needed in service, use ssh with keys.",
    cwe="CWE-306",
)
REMOVABLE_SCRIPT = Rule(
    id="script-runs-removable",
    title="A script of a card or stick is run as it is",
    weakness="physical-port-open",
    severity=Severity.HIGH,
    what="A script runs a script from removable storage without a check of a signature: whoever reaches the slot for a "
    "moment owns the device.",
    false_positives="Storage that is soldered in and only mounted in a place with such a name.",
    fix="Remove it, or check a signature over the script before it is run.",
    cwe="CWE-1263",
)
OPENS_RIGHTS = Rule(
    id="script-opens-rights",
    title="A script lets every account write to programs or settings",
    weakness="world-writable",
    severity=Severity.LOW,
    what="A script gives the right to write in a lasting place to every account (chmod 777, 666, a+w).",
    false_positives="A place that is read-only on the device.",
    fix="Give the right to the one account or group that needs it.",
    cwe="CWE-732",
)
TEMPORARY_FILE = Rule(
    id="script-temporary-file",
    title="A script writes to a temporary file whose name can be guessed",
    weakness="world-writable",
    severity=Severity.LOW,
    what="A name in /tmp made from the process number can be taken beforehand by another account, with a link in its "
    "place.",
    false_positives="A device on which everything runs under one account.",
    fix="Make the file with mktemp.",
    cwe="CWE-377",
)
NO_LOGIN = Rule(
    id="script-without-login",
    title="A page does something drastic and seems not to ask who wants it",
    weakness="missing-authentication",
    severity=Severity.MEDIUM,
    what="A page restarts, resets or flashes the device, and nothing in it speaks of a session, a login or a password.",
    false_positives="The web server asks for a password before any page is run.",
    fix="Check the session in every page, or let the server ask for all of them.",
    cwe="CWE-306",
)

RULES = (
    COMMAND_INJECTION,
    CODE_INJECTION,
    PATH_FROM_REQUEST,
    RUNS_DOWNLOAD,
    TLS_UNCHECKED,
    CREDENTIAL,
    BACK_DOOR,
    SHELL_WITHOUT_LOGIN,
    REMOVABLE_SCRIPT,
    OPENS_RIGHTS,
    TEMPORARY_FILE,
    NO_LOGIN,
)
