"""Tables, buckets and documents that expire."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, Final

from infra.manifest.access.uses import handed_out
from infra.manifest.terraform.grants import APPENDED
from shared_layer.storage.buckets import BUCKETS
from shared_layer.storage.warehouse import TABLES

EXPIRY: Final = "expires_at"
"""The field that holds the moment after which Firestore deletes a document."""


def stores_document(root: Path) -> dict[str, Any]:
    """The stores as plain values; `root` is the repository."""
    return {
        "tables": {
            f"{table.dataset}.{table.name}": {
                "dataset": table.dataset,
                "table": table.name,
                "columns": [
                    {"name": name, "type": _STANDARD.get(kind, kind), "mode": mode}
                    for name, kind, mode in table.columns
                ],
                "partition": table.partition,
                "cluster": list(table.cluster),
            }
            for table in TABLES
        },
        "buckets": {name: {"days": days, "appended": name in APPENDED} for name, days in BUCKETS.items()},
        "expiring": sorted(expiring_collections(root)),
    }


_TENANT: Final = "tenants/*/"
_STANDARD: Final = {"INT64": "INTEGER", "FLOAT64": "FLOAT", "BOOL": "BOOLEAN"}
"""BigQuery's API answers the older names; a plan that said the newer ones would always differ."""


def expiring_collections(root: Path) -> set[str]:
    """The collections of modules that write `expires_at` as a moment plus how long a document is KEPT.

    A moment that a caller chose, such as an API key's end, is no reason to delete what tells of it.
    """
    found: set[str] = set()
    for file in sorted((root / "shared_layer").rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        if any(_is_kept(value) for value in _expiries(tree)):
            module = importlib.import_module(".".join(file.relative_to(root).with_suffix("").parts))
            found |= {str(name) for name in _collections(tree, module) if name}
    return found


def _expiries(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == EXPIRY:
            yield node.value
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == EXPIRY:
                    yield value


def _is_kept(value: ast.expr) -> bool:
    return isinstance(value, ast.BinOp) and isinstance(value.right, ast.Name) and value.right.id.startswith("KEPT")


def _collections(tree: ast.Module, module: ModuleType) -> Iterator[Any]:
    """The names of the tenant's collections that the module's code refers to, or has references to made for it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.startswith("tenant_"):
            for name in node.args[1:2]:
                yield name.value if isinstance(name, ast.Constant) else getattr(module, getattr(name, "id", ""), None)
    for function in vars(module).values():
        if isinstance(function, FunctionType) and function.__module__.startswith("shared_layer."):
            yield from (thing.removeprefix(_TENANT) for thing in handed_out(function) if thing.startswith(_TENANT))
