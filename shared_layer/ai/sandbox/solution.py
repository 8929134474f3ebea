"""The process that runs the model's code: it is called from the tests' process, and answers with plain values.

Nothing in here is relied on for the verdict: the model's code may change all of it.
"""

from __future__ import annotations

import ast
import importlib
import itertools
import types
from typing import Any, Final

from shared_layer.ai.sandbox.lockdown import NoLockdown, lock
from shared_layer.ai.sandbox.wire import Line, NotPlain, decode, encode

ITEMS: Final = 100_000
MODULES: Final = frozenset(
    {
        *("__future__", "abc", "array", "base64", "binascii", "bisect", "calendar", "cmath", "collections"),
        *("contextlib", "copy", "dataclasses", "datetime", "decimal", "difflib", "enum", "fractions", "functools"),
        *("hashlib", "heapq", "html", "io", "itertools", "json", "math", "numbers", "operator", "queue", "random"),
        *("re", "statistics", "string", "struct", "sys", "textwrap", "time", "types", "typing", "unicodedata", "uuid"),
        "zlib",
    }
)
"""What code may import: what computes. (`sys` is there in any case.)"""
_LAZY: Final = ("_strptime", "encodings.ascii", "encodings.latin_1", "encodings.utf_16", "encodings.utf_32")
"""What those load only when they need it, when nothing can be loaded any more."""


def serve(code: str, line: Line) -> None:
    """Run the code, then answer calls until the tests hang up."""
    _load(code)
    try:
        lock()
    except NoLockdown as error:
        line.send({"refused": str(error)})
        return
    line.send({"ready": True})
    _Solution(line).serve(code)


def _load(code: str) -> None:
    """Import what the code imports, as far as it may, and what it may need later."""
    wanted = set(_LAZY)
    try:
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Import):
                wanted |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                wanted.add(node.module)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # told when it is run
    for name in wanted:
        if name in _LAZY or name.partition(".")[0] in MODULES:
            try:
                importlib.import_module(name)
            except ImportError:
                continue  # told when it is run


class _Solution:
    """The code's module, and what was left here of its answers, by number."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._module = types.ModuleType("solution")
        self._left: dict[int, Any] = {}
        self._numbers = itertools.count()

    def serve(self, code: str) -> None:
        self._answer(lambda: self._run(code))
        while True:
            asked = self._line.receive()
            self._answer(lambda asked=asked: self._do(*asked))

    def _run(self, code: str) -> Any:
        """Run the module; answers what it defines: plain values, and what can be called or is an exception."""
        exec(compile(code, "solution", "exec"), self._module.__dict__)  # noqa: S102 (what this process is for)
        return {name: self._told(value) for name, value in vars(self._module).items() if not name.startswith("__")}

    def _told(self, value: Any) -> Any:
        if isinstance(value, type) and issubclass(value, Exception):
            bases = [base.__name__ for base in value.__mro__ if base.__module__ == "builtins"]
            return {"exception": [value.__name__, bases[0]]}
        return self._encoded(value)

    def _do(self, operation: str, number: int, name: str, arguments: Any, named: Any) -> Any:
        target = self._left[number]
        if operation == "get":
            return self._encoded(getattr(target, name))
        if operation == "truth":
            return bool(target)
        if operation == "items":
            return self._encoded(list(itertools.islice(iter(target), ITEMS)))
        called = getattr(target, name) if name else target
        return self._encoded(called(*decode(arguments, self._left.get), **decode(named, self._left.get)))

    def _encoded(self, value: Any) -> Any:
        return encode(value, self._leave)

    def _leave(self, value: Any) -> Any:
        number = next(self._numbers)
        self._left[number] = value
        return {"left": number}

    def _answer(self, work: Any) -> None:
        try:
            self._line.send({"value": work()})
        except NotPlain as error:
            self._line.send({"raised": ["ValueError", ["ValueError"], str(error)]})
        except Exception as error:  # noqa: BLE001 (whatever it is, the tests are told)
            names = [base.__name__ for base in type(error).__mro__]
            self._line.send({"raised": [names[0], names, str(error)[:500]]})
