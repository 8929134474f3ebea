"""What one function of ours names: collections, topics, buckets, and the services that it calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import FunctionType
from typing import Final

from infra.manifest.access.source import Source, functions_of, source_of
from shared_layer.outbound import Outbound
from shared_layer.storage import buckets, documents, gcp_clients, redis, tenant_tables, topics

ANY: Final = "*"
_WRITES: Final = frozenset(
    {
        "create",
        "set",
        "update",
        "delete",
        "replace",
        "put",
        "patch",
        "patch_unchanged",
        "increase",
        "merge",
        "recursive_delete",
    }
    | {"upload_from_string", "upload_from_file", "create_resumable_upload_session", "compose", "rewrite"}
    | {"insert_rows_json"}
)
_TENANT_DATASETS: Final = frozenset({"create_dataset", "delete_dataset", "list_tables"})
_TENANT_TABLES: Final = frozenset({"create_table", "load_table_from_json", "delete_table"})
_DML: Final = ("DELETE FROM `", "UPDATE `", "INSERT INTO `", "MERGE `")
_SERVICES: Final = {gcp_clients.bigquery: "bigquery", redis.redis: "redis", Outbound: "internet"}


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """A thing that is touched, such as `tenants/*/events`, `topic dead-letters` or `redis`."""

    thing: str
    write: bool = False


@cache
def uses_of(function: FunctionType) -> frozenset[Use]:
    """What `function` itself touches; what those that it calls touch is theirs, but for references they hand to it."""
    source = source_of(function)
    found = set()
    for node in source.nodes():
        if isinstance(node, ast.Call):
            handed_on = _is_returned(source, node)
            found |= {Use(thing, _is_written(source, node)) for thing in _things(source, node) if not handed_on}
            if isinstance(node.func, ast.Attribute) and node.func.attr in ("create_dataset", "delete_dataset"):
                found.add(Use(f"datasets aso_tenant_{ANY}", write=True))
            if isinstance(node.func, ast.Attribute) and node.func.attr in _TENANT_TABLES:
                found.add(Use(f"tables aso_tenant_{ANY}", write=True))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(_DML):
            found.add(Use("bigquery", write=True))
    return frozenset(found)


def _things(source: Source, call: ast.Call) -> Iterator[str]:
    """What a call gives access to."""
    target = source.value(call.func)
    if target is tenant_tables.tenant_table_id:
        yield f"tables aso_tenant_{ANY}"
    elif target in (documents.tenant_collection, documents.tenant_document):
        yield f"tenants/*/{_text(source, call.args[1])}"
    elif target is topics.topic_path:
        yield f"topic {_text(source, call.args[0])}"
    elif isinstance(target, FunctionType | type) and target in _SERVICES:
        if source.function.__module__ != tenant_tables.__name__:  # which reads and writes no other dataset
            yield _SERVICES[target]
    elif isinstance(target, FunctionType):
        for function in functions_of(target):
            yield from handed_out(function)
    elif isinstance(call.func, ast.Attribute):
        yield from _named(source, call.func.attr, call.args)


def _named(source: Source, method: str, arguments: list[ast.expr]) -> Iterator[str]:
    """What a method of Google's clients gives access to."""
    if method in ("collection", "collection_group") and arguments:
        yield f"{'tenants/*/' if method == 'collection_group' else ''}{_text(source, arguments[0])}"
    elif method in ("collections", "recursive"):
        yield f"tenants/*/{ANY}"
    elif method in ("bucket", "list_blobs") and arguments:
        yield f"bucket {_text(source, arguments[0])}"
    elif method == "list_buckets":
        yield f"bucket {ANY}"
    elif method in _TENANT_DATASETS:
        yield f"datasets aso_tenant_{ANY}"


@cache
def handed_out(function: FunctionType) -> frozenset[str]:
    """What a function answers a reference to: whoever calls it decides whether it is read or written."""
    source = source_of(function)
    calls = [node for node in source.nodes() if isinstance(node, ast.Call) and _is_returned(source, node)]
    calls = [call for call in calls if function not in functions_of(source.value(call.func))]  # it calls itself
    if source.function in (documents.tenant_collection, documents.tenant_document):
        return frozenset()
    return frozenset(thing for call in calls for thing in _things(source, call) if thing not in _SERVICES.values())


def _is_returned(source: Source, call: ast.Call) -> bool:
    """Whether a reference that a call makes leaves the function as it is, or as one below it."""
    node: ast.AST = call
    while (parent := source.parents.get(node)) is not None:
        if isinstance(parent, ast.Return | ast.YieldFrom):
            return True
        below = isinstance(parent, ast.Attribute) and parent.attr in ("document", "collection")
        if not below and not (isinstance(parent, ast.Call) and parent.func is node):
            return False
        node = parent
    return False


def _is_written(source: Source, call: ast.Call) -> bool:
    """Whether what a call refers to is written: by a method of it, on a unit, or under the name it is given."""
    node: ast.AST = call
    while (parent := source.parents.get(node)) is not None:
        if isinstance(parent, ast.Attribute) and parent.attr in _WRITES:
            return True
        if isinstance(parent, ast.Call) and node in parent.args and not _passes_on(parent):
            return isinstance(parent.func, ast.Attribute) and parent.func.attr in _WRITES
        if isinstance(parent, ast.Assign):
            names = {target.id for target in parent.targets if isinstance(target, ast.Name)}
            return any(_writes_name(found, names) for found in source.nodes())
        if isinstance(parent, ast.For | ast.AsyncFor) and isinstance(parent.target, ast.Name):
            return any(_writes_name(found, {parent.target.id}) for found in source.nodes())
        if not isinstance(parent, ast.Attribute | ast.Call | ast.Await | ast.Lambda):
            return False
        node = parent
    return False


def _passes_on(call: ast.Call) -> bool:
    """Whether a call answers what it is given: a list of it, or the same from a thread."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in ("list", "sorted", "to_thread")


def _writes_name(node: ast.AST, names: set[str]) -> bool:
    """Whether one of `names` is written: by a method of it, called or handed on (`blob.delete`), or as its argument."""
    if isinstance(node, ast.Attribute) and node.attr in _WRITES:
        return isinstance(node.value, ast.Name) and node.value.id in names
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in _WRITES:
        return False
    return any(isinstance(part, ast.Name) and part.id in names for part in node.args)


def _text(source: Source, node: ast.expr) -> str:
    """The text that an expression stands for; `*` for what is known at run time only."""
    if isinstance(node, ast.Call) and source.value(node.func) is buckets.bucket_name:
        return _text(source, node.args[0])
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else ANY for part in node.values)
    value = source.value(node)
    return value if isinstance(value, str) else ANY
