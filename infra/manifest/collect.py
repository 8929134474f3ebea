"""Finds the function files and reads the declaration of each."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

from infra.manifest.model import Broken, Manifest
from shared_layer.core.declaration import AnyDeclaration, declaration_of

FOLDERS: Final = ("functions", "triggers")


def collect(root: Path) -> Manifest:
    """The manifest of the tree under `root`.

    Every file is executed anew, so that an edited one is seen; the modules of `shared_layer` that it imports are not.
    A file that fails is a Broken and leaves the others alone.
    """
    root = root.resolve()
    declarations: list[AnyDeclaration] = []
    broken: list[Broken] = []
    for file in function_files(root):
        found = _read(root, file)
        if isinstance(found, Broken):
            broken.append(found)
        else:
            declarations.append(found)
    return Manifest(tuple(declarations), tuple(broken), root)


def function_files(root: Path) -> Iterator[Path]:
    """The files that must hold one function each, sorted."""
    for folder in FOLDERS:
        yield from sorted(path for path in (root / folder).glob("*/*.py") if path.name != "__init__.py")


def _read(root: Path, file: Path) -> AnyDeclaration | Broken:
    relative = file.relative_to(root).as_posix()
    name = relative.removesuffix(".py").replace("/", ".")
    try:
        module = _execute(name, file)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a file raises is a finding about that file
        return Broken(relative, _reason(file, error))
    found = [
        declaration
        for declaration in map(declaration_of, vars(module).values())
        if declaration is not None and declaration.module == name
    ]
    unique = list({id(declaration): declaration for declaration in found}.values())
    if len(unique) == 1:
        return unique[0]
    if not unique:
        return Broken(relative, "holds no decorated function; decorate one, or move the file to shared_layer")
    names = ", ".join(sorted(declaration.name for declaration in unique))
    return Broken(relative, f"holds {len(unique)} decorated functions ({names}); give each a file of its own")


def _execute(name: str, file: Path) -> ModuleType:
    """Run `file` as the module `name`. Compiled from source: a cached .pyc cannot tell edits of one second apart."""
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None:
        raise ImportError(f"{file} cannot be loaded as Python")
    module = importlib.util.module_from_spec(spec)
    former = sys.modules.get(name)
    sys.modules[name] = module
    try:
        exec(compile(file.read_bytes(), str(file), "exec"), vars(module))  # noqa: S102 - an import, without the cache
    except BaseException:
        if former is None:
            del sys.modules[name]
        else:
            sys.modules[name] = former
        raise
    return module


def _reason(file: Path, error: BaseException) -> str:
    """The error in one line, with the last line of `file` that led to it."""
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {error.msg}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
    place = f"line {lines[-1]}: " if lines else ""
    return f"{place}{type(error).__name__}: {text}"
