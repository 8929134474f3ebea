"""What one function of the platform can touch."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from types import FunctionType
from typing import Any

from infra.manifest.access.source import functions_of, source_of
from infra.manifest.access.uses import uses_of
from shared_layer.access import policies
from shared_layer.core.declaration import AnyDeclaration, EventHandler, HttpOperation
from shared_layer.core.scopes import PUBLIC
from shared_layer.front_door import authentication, gate, idempotency
from shared_layer.messaging.unit import Unit
from shared_layer.storage import metrics
from shared_layer.triggers import delivery


@dataclass(frozen=True, slots=True)
class Access:
    """Things by what is done to them, each sorted; `secrets` are those mounted into its instances."""

    reads: tuple[str, ...]
    writes: tuple[str, ...]
    secrets: tuple[str, ...]

    def line(self) -> str:
        """All of it in one line; what is written is read as well."""
        parts = [
            ("reads", [thing for thing in self.reads if thing not in self.writes]),
            ("writes", self.writes),
            ("secrets", self.secrets),
        ]
        return "  ".join(f"{what}: {', '.join(things)}" for what, things in parts if things)


def access_of(declaration: AnyDeclaration) -> Access:
    """What the function can touch by any path of its code: its handler's, and the front door's on its behalf."""
    uses = {use for function in _reached(declaration) for use in uses_of(function)}
    reads = sorted({use.thing for use in uses if not use.write})
    writes = sorted({use.thing for use in uses if use.write})
    return Access(tuple(reads), tuple(writes), tuple(sorted(declaration.resources.secrets)))


def reaches(declaration: AnyDeclaration, function: Callable[..., Any] | None) -> bool:
    """Whether the function, or the front door on its behalf, can come to run `function`."""
    return function in _reached(declaration)


def _roots(declaration: AnyDeclaration) -> Iterator[Callable[..., Any]]:
    yield declaration.handler
    yield metrics.flush
    if isinstance(declaration, HttpOperation):
        if declaration.scope != PUBLIC:
            yield from (authentication.known_credential, authentication.tenant_of, gate.pass_gate, policies.uphold)
        if declaration.idempotency != "none":
            yield idempotency.claim
    elif isinstance(declaration, EventHandler):
        yield delivery.take_message if declaration.raw else delivery.take_event


def _reached(declaration: AnyDeclaration) -> set[FunctionType]:
    """The functions of ours that can run: by name, by class of a parameter, by table. No event, no `Unit.emit`."""
    excluded = set() if declaration.emits else {Unit.emit}
    waiting = [function for root in _roots(declaration) for function in functions_of(root)]
    seen: set[FunctionType] = set()
    while waiting:
        function = waiting.pop()
        if function in seen or function in excluded:
            continue
        seen.add(function)
        waiting += _named_in(function)
    return seen


@cache
def _named_in(function: FunctionType) -> frozenset[FunctionType]:
    """The functions of ours that a function's own body names; asked of each once, however many reach it."""
    source = source_of(function)
    named = (node for node in source.nodes() if isinstance(node, ast.Name | ast.Attribute))
    return frozenset(found for node in named for found in functions_of(source.value(node)))
