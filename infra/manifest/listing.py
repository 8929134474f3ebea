"""The functions as a table for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from infra.manifest.model import Manifest
from shared_layer.core.declaration import (
    AnyDeclaration,
    DocumentHandler,
    EventHandler,
    HttpOperation,
    ObjectHandler,
    ScheduleHandler,
)

COLUMNS = ("FUNCTION", "KIND", "TRIGGER", "SCOPE", "TIER", "DEADLINE", "SUMMARY")
MOST_TOPICS = 2


def table(manifest: Manifest) -> str:
    """One line per function, columns aligned, the summary last."""
    rows = [COLUMNS, *(_row(declaration) for declaration in manifest.declarations)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS) - 1)]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join([*(cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=True)), row[-1]]).rstrip()


def _row(declaration: AnyDeclaration) -> tuple[str, ...]:
    scope, tier = "", ""
    if isinstance(declaration, HttpOperation):
        scope, tier = declaration.scope, declaration.tier
    deadline = f"{declaration.deadline:g} s"
    return declaration.name, declaration.kind, _trigger(declaration), scope, tier, deadline, declaration.summary


def _trigger(declaration: AnyDeclaration) -> str:
    match declaration:
        case HttpOperation():
            return f"{declaration.method} {declaration.path}"
        case EventHandler():
            few = len(declaration.topics) <= MOST_TOPICS
            return ", ".join(declaration.topics) if few else f"{len(declaration.topics)} topics"
        case DocumentHandler():
            return f"{declaration.change} {declaration.document}"
        case ScheduleHandler():
            return f"{declaration.cron} {declaration.time_zone}"
        case ObjectHandler():
            return declaration.bucket
