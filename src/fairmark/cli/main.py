"""The command ``fairmark``: the list of commands, and the one place where errors become words and exit codes."""

import atexit
import gc
import io
import os
import sys
from importlib import import_module
from pathlib import Path

import click

from fairmark import __version__
from fairmark.errors import FairmarkError
from fairmark.standards.own import shelve
from fairmark.workflows.adapters.catalogue_folder import name_folder, own_catalogues
from fairmark.workflows.adapters.inputs import source_date_epoch

# name -> what it does; the code is in fairmark.cli.<name>
COMMANDS = {
    "demo": "Assess the two example cameras, side by side; offline.",
    "assess": "Examine an image: what is wrong, which rule that breaks, what to fix first.",
    "probe": "Ask a running device that is yours what it answers on the network.",
    "gate": "Pass or fail a build in CI by its assessment.",
    "diff": "Compare two assessments: what an update broke, what to test again, what it fixed.",
    "standards": "Catalogues of standards and laws: list, compare, add, check, export, and what a maker fills in.",
    "threats": "Derive the threat model of an assessment, and the risk assessment that the CRA asks for.",
    "init": "Write a commented device.yaml, asking only what it must.",
    "explain": "Say what a rule, provision, control or number is and where it comes from.",
    "fleet": "Assess many images, on all cores or on a cluster; resumable.",
    "watch": "Check saved assessments for new known flaws, without the image.",
    "db": "Keep the data of published flaws: fetch, read in, pass on, look at.",
    "rules": "Try component rules on their samples, begin a new one, list those that are known.",
    "risk": "Price a FAIR scenario or a portfolio of them, without a device.",
    "certify": "Issue certificates for assessments, check them, disclose their evidence in parts.",
    "status": "Withdraw or suspend certificates, and publish the signed list of what still stands.",
    "label": "Make and print signed labels, and the page that checks them in a browser.",
    "verify": "Check a label offline: who issued it, for what, and whether it still stands.",
    "trust": "Keep a trust list that several people sign offline, or fetch one so that nobody can cheat.",
    "keys": "Make signing keys, in encrypted files or in tokens, and show their public side.",
    "log": "Keep a log that cannot forget; prove, check and watch what is in it.",
    "doctor": "Show what is installed, what is missing, and what that costs you.",
}


# How many new objects make Python look for cycles, and how often it looks at older ones. Nearly everything here is
# a tree of values that stays to the end: with the usual numbers, looking takes a sixteenth of an assessment.
GARBAGE = (50_000, 20, 100)


class _Commands(click.Group):
    """Loads a command's module only when that command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"fairmark.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="fairmark")
@click.option(
    "--catalogues",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder with catalogues of your own. Default: fairmark/catalogues in the folder for user data.",
)
def fairmark(catalogues: Path | None) -> None:
    """Give it firmware.

    It shows what is provably wrong, which rule that breaks, what to fix first, and what it could not see.
    Start with `fairmark demo`, or `fairmark assess firmware.bin`.

    Exit codes: 0 done; 1 the gate or a check failed; 2 wrong usage; 3 input empty or unreadable; 4 a needed part
    is missing.
    """
    if catalogues is not None:
        name_folder(catalogues)


def main() -> None:
    """Run the command line; every error of ours becomes its sentence, its hint and its exit code."""
    gc.set_threshold(*GARBAGE)
    # Our sums are too small to share: threads of the linear algebra cost time and memory when it is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    atexit.register(gc.freeze)  # at the end Python need not look for cycles in what goes anyway
    # A stream that the caller closed is None in Python: write into nowhere instead.
    sys.stdin, sys.stdout, sys.stderr = (stream or io.StringIO() for stream in (sys.stdin, sys.stdout, sys.stderr))
    stdout = sys.stdout
    shelve(own_catalogues)
    try:
        source_date_epoch()  # before a library reads it and falls over it
        fairmark.main(standalone_mode=False)
    except click.exceptions.Abort:
        _stop("stopped: nothing was written", "", 130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except FairmarkError as error:
        _stop(error.message, error.hint, error.exit_code)
    except KeyboardInterrupt:
        _stop("stopped: nothing was written", "", 130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except OSError as error:  # a path that cannot be looked at, no temporary folder, a full disk behind stdout
        place = f"{error.filename}: " if error.filename else ""
        _stop(f"{place}{error.strerror or error}", "Check the path, its permissions and the room on the disk.", 3)
    except SystemExit:
        if sys.stdout is not stdout:  # click replaced a broken pipe and says 1, which would mean "the gate failed"
            sys.exit(141)
        raise


def _stop(message: str, hint: str, code: int) -> None:
    click.echo(f"fairmark: {message}", err=True)
    if hint:
        click.echo(f"hint: {hint}", err=True)
    sys.exit(code)
