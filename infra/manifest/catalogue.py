"""The service catalogue: which services there are, and what each is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from infra.manifest.model import Manifest, file_of
from shared_layer.core.declaration import (
    AnyDeclaration,
    DocumentHandler,
    EventHandler,
    HttpOperation,
    ObjectHandler,
    ScheduleHandler,
)


def catalogue(manifest: Manifest, address_of: Callable[[AnyDeclaration], str]) -> dict[str, Any]:
    """Service name → the service with its functions, as plain values in the order of layers and names."""
    services: dict[str, Any] = {}
    for declaration in sorted(manifest.declarations, key=lambda found: (found.service.layer, found.service.name)):
        service = declaration.service
        entry = services.setdefault(
            service.name,
            {
                "name": service.name,
                "folder": service.folder,
                "layer": service.layer,
                "summary": service.summary,
                "topic": service.topic,
                "functions": {},
            },
        )
        entry["functions"][declaration.name] = function_entry(declaration, address_of(declaration))
    return services


def function_entry(declaration: AnyDeclaration, address: str) -> dict[str, Any]:
    """One function as plain values; `address` is its own URL."""
    return {
        "name": declaration.name,
        "slug": declaration.slug,
        "kind": declaration.kind,
        "summary": declaration.summary,
        "file": file_of(declaration),
        "address": address,
        "trigger": trigger(declaration),
        "deadline": declaration.deadline,
        "emits": list(declaration.emits),
        "resources": {**asdict(declaration.resources), "secrets": list(declaration.resources.secrets)},
    }


def trigger(declaration: AnyDeclaration) -> dict[str, Any]:
    """What sets the function off, by kind."""
    match declaration:
        case HttpOperation():
            return {
                "method": declaration.method,
                "path": declaration.path,
                "scope": declaration.scope,
                "tier": declaration.tier,
                "idempotency": declaration.idempotency,
                "streams": declaration.streams,
                "websocket": declaration.websocket,
            }
        case EventHandler():
            return {
                "topics": list(declaration.topics),
                "event_types": list(declaration.event_types),
                "max_attempts": declaration.max_attempts,
            }
        case DocumentHandler():
            return {"document": declaration.document, "change": declaration.change}
        case ScheduleHandler():
            return {"cron": declaration.cron, "time_zone": declaration.time_zone}
        case ObjectHandler():
            return {"bucket": declaration.bucket}
