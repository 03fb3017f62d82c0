"""What is made of a data file, kept where Python keeps compiled modules: made once, then only loaded.

The loader of Python's own modules does the keeping. So the file lies in ``__pycache__`` beside the data or below
``PYTHONPYCACHEPREFIX``, is written whole or not at all, is not written where Python may not or shall not write, and
names the release of Python that can read it. Whoever may write there may change the program itself: nothing is
trusted that was not trusted before. What is kept counts only for the very bytes it was made from, and for the
``form`` in which it is wanted.
"""

import pickle
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

from fairmark.model.value import sha256_hex

_AS_MODULE = ".py"  # ends the name of what is kept, so that ``plan.yaml`` is not taken for ``plan.py``


def kept_code(file: Path, source: bytes, form: str, make: Callable[[bytes], CodeType]) -> CodeType:
    """Return the code that ``make`` gives for ``source``, the content of ``file``.

    ``form`` names the making: change it whenever ``make`` gives something else for the same bytes.
    """
    try:
        code = _Loader(file, source, form, make).get_code(file.name)
    except (EOFError, ImportError, TypeError, ValueError):  # what is kept was cut off
        code = None
    return make(source) if code is None else code


def kept_value(file: Path, source: bytes, form: str, make: Callable[[bytes], Any]) -> Any:
    """Return the value (texts, numbers, dates, lists, mappings) that ``make`` gives, as ``kept_code`` does."""
    code = kept_code(file, source, form, lambda content: _holding(pickle.dumps(make(content), 5)))
    return pickle.loads(code.co_consts[0])  # noqa: S301 - out of a file that Python would run


def _holding(content: bytes) -> CodeType:
    """Return code that does nothing and has these bytes as its only constant."""
    return compile("0", "", "eval").replace(co_consts=(content,))


class _Loader(SourceFileLoader):
    """Loads one data file as if it were a module, with digits of its digest in the place of its time."""

    def __init__(self, file: Path, source: bytes, form: str, make: Callable[[bytes], CodeType]) -> None:
        super().__init__(file.name, f"{file}{_AS_MODULE}")
        self._source, self._make = source, make
        self._stamp = int(sha256_hex(form.encode() + b"\0" + source)[:8], 16)  # there is room for four bytes

    def path_stats(self, path: object) -> dict[str, int]:  # noqa: ARG002 - there is one
        return {"mtime": self._stamp, "size": len(self._source)}

    def get_data(self, path: str) -> bytes:
        return self._source if path == self.path else super().get_data(path)

    def set_data(self, path: str, data: Any, *, _mode: int = 0o644) -> None:
        super().set_data(path, data, _mode=0o644)  # there is no module file whose rights it could have

    def source_to_code(self, data: Any, path: Any = "", *, _optimize: int = -1) -> CodeType:  # type: ignore[override]  # noqa: ARG002
        return self._make(data)
