"""The process that runs the caller's tests: what the model's code defines is called where that code is.

Tests are Python: statements with `assert`, and functions named `test_…`, which are called. The names that the code
defines are there, also as `from solution import …`. Functions and objects of the code stand in for themselves; what
they answer are plain values. `raises(ValueError)` is a context for what must fail.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import sys
import types
from collections.abc import Iterator
from typing import Any

from shared_layer.ai.sandbox.lockdown import NoLockdown, lock
from shared_layer.ai.sandbox.solution import MODULES
from shared_layer.ai.sandbox.wire import Hung, Line, NotPlain, decode, encode

SOLUTION = "solution"


class NotRun(Exception):
    """The tests could not be run at all."""


def judge(tests: str, line: Line) -> dict[str, str]:
    """The verdict: `{"passed": ""}`, `{"failed": why}` or `{"not_run": why}`."""
    for name in sorted(MODULES - {"__future__"}):
        importlib.import_module(name)
    try:
        lock()
        _run(tests, _Solution(line))
    except (NoLockdown, NotRun, NotPlain) as error:
        return {"not_run": str(error)}
    except Hung as error:
        return {"failed": f"while it was run, {error}"}
    except AssertionError as error:
        return {"failed": f"an assertion does not hold{_place(error)}{_text(error)}"}
    except BaseException as error:  # noqa: BLE001 (whatever a test raises is a failure of that test)
        return {"failed": f"{type(error).__name__}{_place(error)}{_text(error)}"}
    return {"passed": ""}


def _run(tests: str, solution: _Solution) -> None:
    try:
        program = compile(tests, "tests", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotRun(f"the tests are no Python: {error}") from error
    module = types.ModuleType(SOLUTION)
    vars(module).update(solution.begin())
    sys.modules[SOLUTION] = module
    names = {**{name: value for name, value in vars(module).items() if name[0] != "_"}, "raises": raises}
    names["__name__"] = "tests"
    exec(program, names)  # noqa: S102 (what this process is for)
    called = [value for name, value in names.items() if name.startswith("test_") and callable(value)]
    for test in called:
        test()
    if solution.calls == 0:
        raise NotRun("the tests call nothing that the code defines")


@contextlib.contextmanager
def raises(*kinds: type[BaseException]) -> Iterator[None]:
    """A context in which one of `kinds` must be raised."""
    try:
        yield
    except kinds:
        return
    raise AssertionError("nothing was raised")


class _Solution:
    """The model's code, at the other end of the line."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._exceptions: dict[str, type[Exception]] = {}
        self.calls = 0

    def begin(self) -> dict[str, Any]:
        """What it defines, once it has run."""
        try:
            first = self._line.receive()
        except Hung as error:
            raise NotRun(f"the code's process did not begin: {error}") from error
        if not isinstance(first, dict) or "ready" not in first:
            raise NotRun(str(first.get("refused") if isinstance(first, dict) else "the code's process does not begin"))
        told = self._answer(raw=True)
        if not isinstance(told, dict):
            raise Hung("it says what nobody understands")
        return {str(name): self._defined(value) for name, value in told.items()}

    def _defined(self, value: Any) -> Any:
        if isinstance(value, dict) and "exception" in value:
            name, base = map(str, value["exception"])
            return self._exception(name, [name, base])
        return self._decoded(value)

    def ask(self, operation: str, number: int, name: str = "", arguments: Any = (), named: Any = None) -> Any:
        """Have it do something; what it answers, or raises."""
        self.calls += 1
        sent = [encode(list(arguments), _number), encode(dict(named or {}), _number)]
        self._line.send([operation, number, name, *sent])
        return self._answer()

    def _answer(self, raw: bool = False) -> Any:
        told = self._line.receive()
        if isinstance(told, dict) and "value" in told:
            return told["value"] if raw else self._decoded(told["value"])
        try:
            name, bases, message = told["raised"]
            kind = self._exception(str(name), [str(base) for base in bases])
        except (KeyError, TypeError, ValueError) as error:
            raise Hung("it says what nobody understands") from error
        raise kind(str(message))

    def _exception(self, name: str, bases: list[str]) -> type[Exception]:
        """The exception of that name: a builtin one, else one of the code's own, under its builtin base."""
        for base in bases:
            found = getattr(builtins, base, None)
            if isinstance(found, type) and issubclass(found, Exception):
                if base == name:
                    return found
                return self._exceptions.setdefault(name, type(name, (found,), {}))
        return RuntimeError

    def _decoded(self, told: Any) -> Any:
        try:
            return decode(told, lambda number: Remote(self, int(number)))
        except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
            raise Hung("it says what nobody understands") from error


class Remote:
    """A function, class or object of the code. It never equals a plain value, whatever the code says of it."""

    def __init__(self, solution: _Solution, number: int) -> None:
        self._solution, self._number = solution, number

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._solution.ask("call", self._number, "", arguments, named)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._solution.ask("get", self._number, name)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._solution.ask("items", self._number))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Remote):
            return False
        return self._special("__eq__", other) is True

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return self._solution.ask("truth", self._number) is True

    def __len__(self) -> int:
        try:
            return int(self._special("__len__"))
        except AttributeError as error:
            raise TypeError(str(error)) from error  # what `list` expects of what has none

    def __str__(self) -> str:
        return str(self._special("__str__"))

    def __repr__(self) -> str:
        return str(self._special("__repr__"))

    def __contains__(self, item: object) -> bool:
        return self._special("__contains__", item) is True

    def __getitem__(self, key: Any) -> Any:
        return self._special("__getitem__", key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._special("__setitem__", key, value)

    def __next__(self) -> Any:
        return self._special("__next__")

    def _special(self, name: str, *arguments: Any) -> Any:
        return self._solution.ask("call", self._number, name, arguments)


def _number(value: Any) -> Any:
    """What stands for something of the code's own that goes back to it."""
    if isinstance(value, Remote):
        return {"left": value._number}
    raise NotPlain(f"the tests hand over a {type(value).__name__}: only plain values reach the code")


def _place(error: BaseException) -> str:
    """The line of the tests where it was raised."""
    trace, line = error.__traceback__, 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "tests":
            line = trace.tb_lineno
        trace = trace.tb_next
    return f" in line {line} of the tests" if line else ""


def _text(error: BaseException) -> str:
    text = str(error)
    return f": {text[:200]}" if text else ""
