"""What collecting the function files results in."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from shared_layer.core.declaration import AnyDeclaration, HttpOperation


@dataclass(frozen=True, slots=True)
class Broken:
    """A file that declares no function, and why. `file` is relative to the repository, with forward slashes."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Every function of a tree, in the order of its files, and the files that could not be read as one.

    `root` is the folder that holds `functions/` and `triggers/`.
    """

    declarations: tuple[AnyDeclaration, ...]
    broken: tuple[Broken, ...] = ()
    root: Path = field(default=Path(), compare=False)

    @property
    def operations(self) -> tuple[HttpOperation, ...]:
        """The functions that answer HTTP calls."""
        return tuple(found for found in self.declarations if isinstance(found, HttpOperation))


def file_of(declaration: AnyDeclaration) -> str:
    """The file that a declaration stands in, relative to the repository."""
    return declaration.module.replace(".", "/") + ".py"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a function file, told as what to do about it."""

    file: str
    message: str
