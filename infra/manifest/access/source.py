"""A function of ours as its syntax tree, with the objects that its names stand for."""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from collections.abc import Iterator
from functools import cache, cached_property
from types import FunctionType, ModuleType
from typing import Any, Final

OURS: Final = ("functions.", "triggers.", "shared_layer.")


class Source:
    """One function, read. `calls` in its body are resolved as far as names alone tell."""

    def __init__(self, function: FunctionType) -> None:
        self.function = function
        self.tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self._closure = inspect.getclosurevars(function).nonlocals

    def nodes(self) -> Iterator[ast.AST]:
        """Every node, decorators left out: those ran when the function was declared."""
        decorators = getattr(self.tree, "decorator_list", [])
        skipped = {node for decorator in decorators for node in ast.walk(decorator)}
        return (node for node in ast.walk(self.tree) if node not in skipped)

    def value(self, node: ast.AST) -> Any:
        """What a name or attribute stands for; None where that is known at run time only."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            for scope in (self._imports, self._closure, self.function.__globals__):
                if node.id in scope:
                    return scope[node.id]
        if isinstance(node, ast.Attribute):
            owner = self.value(node.value)
            if isinstance(owner, ModuleType | type):
                return getattr(owner, node.attr, None)
        return None

    @cached_property
    def _imports(self) -> dict[str, Any]:
        """What the function imports of ours for itself."""
        found: dict[str, Any] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(OURS):
                module = importlib.import_module(str(node.module))
                found |= {name.asname or name.name: getattr(module, name.name, None) for name in node.names}
        return found


@cache
def source_of(function: FunctionType) -> Source:
    """The source of a function, read once."""
    return Source(function)


def functions_of(value: Any) -> Iterator[FunctionType]:
    """The functions of ours that a value stands for: itself, a class's methods, a table's entries, an object's own."""
    if isinstance(value, type):
        if value.__module__.startswith(OURS):
            for base in value.__mro__:
                if base.__module__.startswith(OURS):
                    yield from (found for member in vars(base).values() for found in _plain(member))
    elif isinstance(value, tuple | list | frozenset):
        for item in value:
            yield from _plain(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _plain(item)
    else:
        yield from _plain(value)
        if type(value).__module__.startswith(OURS) and not isinstance(value, ModuleType):
            yield from functions_of(type(value))
            for held in getattr(value, "__dict__", {}).values():
                yield from functions_of(held) if isinstance(held, dict) else _plain(held)


def _plain(value: Any) -> Iterator[FunctionType]:
    """The function under a decorator, a property or a partial."""
    for name in ("__func__", "fget", "func"):
        value = getattr(value, name, value)
    if callable(value):
        value = inspect.unwrap(value)
    if isinstance(value, FunctionType) and value.__module__.startswith(OURS) and _written(value):
        yield value


def _written(function: FunctionType) -> bool:
    """Whether the function stands in a file: what dataclasses and pydantic make does not."""
    return not function.__code__.co_filename.startswith("<") and function.__name__ != "<lambda>"
