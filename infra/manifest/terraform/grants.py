"""From what a function can touch to what its service account is granted: the least that Google has a role for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from infra.manifest.access import Access
from shared_layer.storage.buckets import BUCKETS

APPENDED: Final = frozenset({"xynergy-audit"})
"""Buckets whose objects are added and never replaced: nobody is granted more."""

_APART: Final = ("bucket ", "topic ", "datasets ", "tables ", "bigquery", "redis", "internet")


@dataclass(frozen=True, slots=True)
class Grants:
    """`firestore` and `bigquery` are none, read or write; `buckets` maps names to read, append or write.

    `tenant_datasets` is what is done to the tenants' own datasets: none, read, write, or own (made and erased).
    """

    firestore: str
    bigquery: str
    tenant_datasets: str
    topics: tuple[str, ...]
    buckets: dict[str, str]
    redis: bool

    def document(self) -> dict[str, Any]:
        """As plain values."""
        return {**asdict(self), "topics": list(self.topics)}


def grants_of(access: Access, topics: Iterable[str]) -> Grants:
    """The grants for `access`; `topics` are all that there are, for a name with a wildcard."""
    touched = {*access.reads, *access.writes}
    return Grants(
        firestore=_level(_documents(access.reads), _documents(access.writes)),
        bigquery=_level("bigquery" in touched, "bigquery" in access.writes),
        tenant_datasets="own"
        if _any("datasets ", touched)
        else _level(_any("tables ", access.reads), _any("tables ", access.writes)),
        topics=tuple(sorted(name for name in topics if _named("topic ", name, touched))),
        buckets={name: how for name in sorted(BUCKETS) if (how := _bucket(name, access))},
        redis="redis" in touched,
    )


def _level(read: bool, write: bool) -> str:
    return "write" if write else "read" if read else "none"


def _any(kind: str, things: Iterable[str]) -> bool:
    return any(thing.startswith(kind) for thing in things)


def _documents(things: Iterable[str]) -> bool:
    return any(not thing.startswith(_APART) for thing in things)


def _bucket(name: str, access: Access) -> str:
    if _named("bucket ", name, access.writes):
        return "append" if name in APPENDED else "write"
    return "read" if _named("bucket ", name, access.reads) else ""


def _named(kind: str, name: str, things: Iterable[str]) -> bool:
    patterns = (thing.removeprefix(kind) for thing in things if thing.startswith(kind))
    return any(fnmatchcase(name, pattern) for pattern in patterns)
