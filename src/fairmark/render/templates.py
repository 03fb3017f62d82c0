"""Templates of pages that lie beside the code: compiled once, then kept as Python keeps its modules."""

from collections.abc import MutableMapping
from typing import Any

from jinja2 import BaseLoader, Environment, Template, TemplateNotFound
from jinja2.bccache import bc_magic

from fairmark import __version__
from fairmark.model.data import load_code


class KeptTemplates(BaseLoader):
    """Loads the named templates of one package, and no others."""

    def __init__(self, package: str, names: tuple[str, ...]) -> None:
        self._package, self._names = package, names

    def list_templates(self) -> list[str]:
        """Return the names, sorted."""
        return sorted(self._names)

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - the library calls it so
    ) -> Template:
        """Return a template, compiled for this environment now or in an earlier run."""
        if name not in self._names:
            raise TemplateNotFound(name)
        settings = environment.autoescape, environment.trim_blocks, environment.lstrip_blocks
        form = f"page of fairmark {__version__}, {bc_magic.hex()} {settings}"
        code = load_code(self._package, name, form, lambda source: environment.compile(source.decode(), name))
        return environment.template_class.from_code(environment, code, globals or {})
