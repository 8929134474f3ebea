"""What a function reaches: the files that its imports execute, and the distributions that code which can run imports.

A module's body runs when it is imported; a function's or a class's, when some code that runs names it. So an import
inside `storage()` counts for whoever names `storage`, and for nobody else: a function that never asks for BigQuery does
not carry its client. Names are followed through `from … import`, through modules (`json.parse`) and through packages
that pass a name on; where a module itself is handed about, everything in it counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from infra.package.syntax import Chain, Part, syntax_of

OWN: Final = ("functions", "triggers", "shared_layer")
BODY: Final = ""
EVERYTHING: Final = "*"


@dataclass(slots=True)
class Reach:
    """The repository's files that a function needs, and what it can import of others, by dotted name."""

    files: set[Path] = field(default_factory=set)
    external: set[str] = field(default_factory=set)


def reach_of(root: Path, *modules: str) -> Reach:
    """Everything that importing `modules` and calling what they hold can lead to, with the data files beside them.

    Raises FileNotFoundError where an own module that is imported does not exist.
    """
    walk = _Walk(root)
    walk.run(modules)
    return walk.reach


class _Walk:
    """`waiting` holds pairs of a module and what of it runs: its body, a definition in it, or everything."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.reach = Reach()
        self._waiting: list[tuple[str, str]] = []
        self._files: dict[str, Path | None] = {}
        self._seen: set[tuple[str, str]] = set()

    def run(self, modules: Iterable[str]) -> None:
        self._waiting.extend((module, BODY) for module in modules)
        while self._waiting:
            step = self._waiting.pop()
            if step not in self._seen:
                self._seen.add(step)
                self._take(*step)

    def _take(self, module: str, name: str) -> None:
        file = self._file(module)
        if file is None:
            raise FileNotFoundError(f"{module} is imported, and no file of the repository is that module")
        syntax = syntax_of(file, module)
        if name == BODY:
            self.reach.files.add(file)
            if file.name == "__init__.py":
                self.reach.files.update(_data_beside(file.parent))
            self._waiting.extend((parent, BODY) for parent in _parents(module))
            self._follow(module, syntax.body, syntax.body)
        elif name == EVERYTHING:
            self._waiting.extend((module, part) for part in (BODY, *syntax.definitions))
        elif name in syntax.definitions:
            self._follow(module, syntax.definitions[name], syntax.body)
        elif name in syntax.body.bindings:
            self._name(*syntax.body.bindings[name], ())

    def _file(self, module: str) -> Path | None:
        """The module's file, looked for once."""
        if module not in self._files:
            self._files[module] = file_of(self.root, module)
        return self._files[module]

    def _follow(self, module: str, part: Part, body: Part) -> None:
        """Everything that the part imports and names."""
        for imported in part.imports:
            self._import(*imported)
        for first, *rest in part.names:
            if first in part.bindings:
                self._name(*part.bindings[first], tuple(rest))
            elif first in body.bindings:
                self._name(*body.bindings[first], tuple(rest))
            else:
                self._waiting.append((module, first))

    def _import(self, module: str, name: str) -> None:
        inner = f"{module}.{name}" if name else module
        if module.split(".")[0] not in OWN:
            self.reach.external.add(inner)
        else:
            self._waiting.append((module if self._file(inner) is None else inner, BODY))

    def _name(self, module: str, name: str, rest: Chain) -> None:
        """`name` of `module` is used (`module` itself where it is ""), and of that what `rest` says."""
        if module.split(".")[0] not in OWN:
            return
        inner = f"{module}.{name}" if name else module
        if self._file(inner) is None:
            self._waiting.append((module, name))
        elif rest:
            self._name(inner, rest[0], rest[1:])
        else:
            self._waiting.append((inner, EVERYTHING))


def file_of(root: Path, module: str) -> Path | None:
    """The file of an own module; None where there is none."""
    base = root.joinpath(*module.split("."))
    for candidate in (base / "__init__.py", base.with_suffix(".py")):
        if candidate.is_file():
            return candidate
    return None


def _parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]


def _data_beside(package: Path) -> Iterator[Path]:
    """The files of a package that are no Python (pages, tables, weights), also in folders that are no packages."""
    for file in sorted(package.rglob("*")):
        inner = file.relative_to(package).parts[:-1]
        if any((package.joinpath(*inner[: n + 1]) / "__init__.py").exists() for n in range(len(inner))):
            continue
        if file.is_file() and file.suffix not in {".py", ".pyc", ".md"}:
            yield file
