"""From imported modules to the pinned distributions that a function must be given, with their hashes."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

SERVER = ("functions-framework", "uvicorn", "uvloop", "httptools")
"""What every function runs on, imported or not."""
UNSEEN = {"pydantic": ("email-validator",), "pyjwt": ("cryptography",)}
"""What a distribution imports by itself when it is there, and the platform relies on."""


@cache
def _owners() -> Mapping[str, str]:
    """The distribution of each importable module path that is installed: `google/cloud/firestore` and the like."""
    owners: dict[str, str] = {}
    for found in distributions():
        name = canonicalize_name(found.metadata["Name"])
        for file in found.files or ():
            path = str(file)
            if path.endswith("/__init__.py"):
                owners.setdefault(path.removesuffix("/__init__.py"), name)
            elif path.endswith(".py"):
                owners.setdefault(path.removesuffix(".py"), name)
            elif path.endswith((".so", ".pyd")):
                owners.setdefault(re.sub(r"\.[^/]*$", "", path), name)
    return owners


def owners_of(modules: Iterable[str]) -> set[str]:
    """The distributions that the modules come from; the standard library's are left out.

    Raises LookupError for a module that no installed distribution owns.
    """
    found = set()
    for module in modules:
        if module.split(".")[0] in sys.stdlib_module_names:
            continue
        path = module.replace(".", "/")
        while path and path not in _owners():
            path = path.rpartition("/")[0]
        if not path:
            raise LookupError(f"no installed distribution holds the module {module!r}")
        found.add(_owners()[path])
    return found


def closure(names: Iterable[str]) -> set[str]:
    """The distributions and all that they require on this platform, extras that one asks of another included.

    By the installed metadata. Raises LookupError for what is required and not installed.
    """
    waiting = [Requirement(name) for name in names]
    waiting += [Requirement(more) for wanted in waiting for more in UNSEEN.get(wanted.name, ())]
    found: dict[str, set[str]] = {}
    while waiting:
        wanted = waiting.pop()
        name, extras = canonicalize_name(wanted.name), {"", *wanted.extras}
        fresh = extras - found.setdefault(name, set())
        found[name] |= fresh
        waiting += _required(name, frozenset(fresh))
    return set(found)


@cache
def _required(name: str, extras: frozenset[str]) -> list[Requirement]:
    """What a distribution requires where it is asked for with `extras` ("" stands for itself)."""
    try:
        lines = distribution(name).requires or ()
    except PackageNotFoundError:
        raise LookupError(f"{name} is required and not installed") from None
    return [
        wanted
        for wanted in map(Requirement, lines)
        if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in extras)
    ]


def pinned(lock: Path, names: set[str]) -> str:
    """The lock's own lines, hashes and all, of just these distributions. Raises LookupError for one not in the lock."""
    entries = _entries(lock.read_text(encoding="utf-8"))
    if missing := sorted(names - set(entries)):
        raise LookupError(f"{lock.name} does not pin {', '.join(missing)}; lock again")
    return "\n".join(entries[name] for name in sorted(names)) + "\n"


@cache
def _entries(lock: str) -> Mapping[str, str]:
    """A lock's lines of each distribution."""
    entries: dict[str, str] = {}
    for block in re.split(r"\n(?=\S)", lock):
        lines = [line for line in block.splitlines() if not line.strip().startswith("#")]
        if lines and "==" in lines[0]:
            entries[canonicalize_name(lines[0].split("==")[0])] = "\n".join(lines)
    return entries
