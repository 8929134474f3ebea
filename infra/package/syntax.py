"""One file of Python as the parts that run at different times: its body at import, each definition when it is named.

Nothing is executed. What stands under `if TYPE_CHECKING:` never runs and is left out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

INERT: Final = frozenset(
    {"asynccontextmanager", "cache", "contextmanager", "dataclass", "final", "lru_cache", "overload"}
)
"""Decorators that keep what they decorate to themselves; any other may hand it to whoever calls it later."""

Chain = tuple[str, ...]
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(slots=True)
class Part:
    """Code that runs together.

    `names` are the dotted names that it uses (`json.parse` is `("json", "parse")`); `imports` are pairs of a module and
    a name taken from it ("": the module itself), `bindings` the same by the names that they are given here.
    """

    names: set[Chain] = field(default_factory=set)
    imports: set[tuple[str, str]] = field(default_factory=set)
    bindings: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class ModuleSyntax:
    """A module's body, and its functions and classes by name."""

    body: Part = field(default_factory=Part)
    definitions: dict[str, Part] = field(default_factory=dict)


@lru_cache(maxsize=4096)
def syntax_of(file: Path, module: str) -> ModuleSyntax:
    """The file, read as the module of that dotted name."""
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    found = ModuleSyntax()
    for statement in ast.parse(file.read_text(encoding="utf-8"), str(file)).body:
        if isinstance(statement, Definition) and _is_kept(statement):
            found.definitions[statement.name] = _part(_deferred(statement), package)
            _read(_immediate(statement), package, found.body)
        else:
            _read([statement], package, found.body)
    return found


def _is_kept(definition: Definition) -> bool:
    """Whether the definition can be reached by its name alone."""
    return all(_last_name(decorator) in INERT for decorator in definition.decorator_list)


def _last_name(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def _deferred(definition: Definition) -> Iterator[ast.AST]:
    """What runs once the definition is used: a function's body, a class's methods."""
    if not isinstance(definition, ast.ClassDef):
        yield from (definition.args, *definition.body)
        if definition.returns:
            yield definition.returns
        return
    yield from definition.bases
    yield from definition.body


def _immediate(definition: Definition) -> Iterator[ast.AST]:
    """What of it runs at import: decorators and defaults, a class's bases and the values of its fields."""
    yield from definition.decorator_list
    if isinstance(definition, ast.ClassDef):
        yield from definition.bases
        yield from (keyword.value for keyword in definition.keywords)
        for statement in definition.body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from statement.decorator_list
            else:
                yield statement
    else:
        yield from definition.args.defaults
        yield from (default for default in definition.args.kw_defaults if default)


def _part(nodes: Iterable[ast.AST], package: str) -> Part:
    part = Part()
    _read(nodes, package, part)
    return part


def _read(nodes: Iterable[ast.AST], package: str, part: Part) -> None:
    """Add to `part` what the nodes name and import."""
    waiting = [*nodes]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and _is_type_checking(node.test):
            waiting.extend(node.orelse)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                part.imports.add((alias.name, ""))
                part.bindings[alias.asname or alias.name.partition(".")[0]] = (alias.name, "")
        elif isinstance(node, ast.ImportFrom):
            module = _origin(node, package)
            for alias in node.names:
                part.imports.add((module, alias.name))
                part.bindings[alias.asname or alias.name] = (module, alias.name)
        elif isinstance(node, ast.Attribute | ast.Name) and (chain := _chain(node)):
            part.names.add(chain)
        else:
            waiting.extend(ast.iter_child_nodes(node))


def _chain(node: ast.expr) -> Chain:
    """`a.b.c` as its names; empty where it does not begin with a name."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return (node.id, *reversed(names)) if isinstance(node, ast.Name) else ()


def _origin(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])


def _is_type_checking(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )
