"""What a file reaches by its imports, read from its syntax: nothing is executed.

Imports inside functions count (they will happen); those under `if TYPE_CHECKING:` do not (they never will).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

OWN = ("functions", "triggers", "shared_layer")


@dataclass(slots=True)
class Reach:
    """The repository's files that a function needs, and the modules of others that they import, by dotted name."""

    files: set[Path] = field(default_factory=set)
    external: set[str] = field(default_factory=set)


def reach_of(root: Path, module: str) -> Reach:
    """Everything that importing `module` can lead to, with the data files that lie beside reached packages' modules.

    Raises FileNotFoundError where an own module that is imported does not exist.
    """
    reach = Reach()
    waiting = [module]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        file = _file_of(root, name)
        if file is None:
            raise FileNotFoundError(f"{name} is imported, and no file of the repository is that module")
        reach.files.add(file)
        if file.name == "__init__.py":
            reach.files.update(_data_beside(file.parent))
        waiting.extend(_parents(name))
        for imported in imports_of(file, name):
            own = _own_module(root, imported)
            if own is not None:
                waiting.append(own)
            elif imported.split(".")[0] not in OWN:
                reach.external.add(imported)
    return reach


def _parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]


def _file_of(root: Path, name: str) -> Path | None:
    base = root.joinpath(*name.split("."))
    for candidate in (base / "__init__.py", base.with_suffix(".py")):
        if candidate.is_file():
            return candidate
    return None


def _own_module(root: Path, imported: str) -> str | None:
    """The own module that an imported name is or is in: `from shared_layer.ai import complete` is `shared_layer.ai`."""
    if imported.split(".")[0] not in OWN:
        return None
    name = imported
    while name and _file_of(root, name) is None:
        name = name.rpartition(".")[0]
    return name or None


def _data_beside(package: Path) -> Iterator[Path]:
    """The files of a package that are no Python (pages, tables, weights), also in folders that are no packages."""
    for file in sorted(package.rglob("*")):
        inner = file.relative_to(package).parts[:-1]
        if any((package.joinpath(*inner[: n + 1]) / "__init__.py").exists() for n in range(len(inner))):
            continue
        if file.is_file() and file.suffix not in {".py", ".pyc", ".md"}:
            yield file


@lru_cache(maxsize=4096)
def imports_of(file: Path, module: str) -> frozenset[str]:
    """The dotted names that a file imports; for `from a import b` it is `a.b`, whichever of the two b is."""
    tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    found: set[str] = set()
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and _is_type_checking(node.test):
            waiting.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.update(_from(node, package))
        waiting.extend(ast.iter_child_nodes(node))
    return frozenset(found)


def _from(node: ast.ImportFrom, package: str) -> Iterator[str]:
    base = node.module or ""
    if node.level:
        parts = package.split(".")
        base = ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])
    for alias in node.names:
        yield base if alias.name == "*" else f"{base}.{alias.name}"


def _is_type_checking(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )
