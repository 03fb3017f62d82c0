"""Read a YAML file that a user wrote: fields with values, or a clear word on what is wrong with it."""

from typing import Any

import yaml

from fairmark.errors import WrongUsageError
from fairmark.model.yaml_text import parse_foreign_yaml


def read_mapping(text: bytes, name: str, *, hint: str) -> dict[str, Any]:
    """Return the fields of a YAML file; an empty file has none.

    Raises:
        WrongUsageError: with line and column where it is not YAML, or when it is no mapping of names.
    """
    try:
        data = parse_foreign_yaml(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it is no text, or nested too deeply"
        raise WrongUsageError(f"{name} is not readable as YAML{place}: {problem}", hint=hint) from None
    if data is None:
        return {}
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise WrongUsageError(f"{name} must hold fields with values, such as 'name: value'", hint=hint)
    return data
