"""The user's own catalogues: one file each, YAML in the form of ours or the same as JSON, read within bounds."""

from fairmark.errors import FairmarkError, UnreadableInputError
from fairmark.model.value import sha256_hex
from fairmark.standards.own import OwnFile
from fairmark.workflows.foreign_json import read_json
from fairmark.workflows.mapping import read_mapping

MAX_BYTES = 1 << 20
MAX_JSON_BYTES = 16 << 20
MOST_FILES = 200
SUFFIXES = (".yaml", ".yml", ".json")
HINT = "docs/howto/add-a-catalogue.md shows the form; `fairmark standards check` lists every fault."


def parsed(content: bytes, name: str) -> OwnFile:
    """Return a catalogue file, parsed but not yet checked; ``name`` decides by its ending how it is read.

    Raises:
        UnreadableInputError: when it is too large, nested too deeply, or not what its name says.
    """
    if name.endswith(".json"):
        data = read_json(content, name, limit=MAX_JSON_BYTES, hint=HINT, unique=True)
        if not isinstance(data, dict):
            raise UnreadableInputError(f"{name} holds no catalogue: an object was expected", hint=HINT)
        return OwnFile(name, data, sha256_hex(content))
    if len(content) > MAX_BYTES:
        hint = "A catalogue is a list of titles."
        raise UnreadableInputError(f"{name} is larger than {MAX_BYTES:,} bytes", hint=hint)
    try:
        return OwnFile(name, read_mapping(content, name, hint=HINT), sha256_hex(content))
    except FairmarkError as error:
        raise UnreadableInputError(error.message, hint=error.hint) from None
