"""Rules about one declaration."""

from __future__ import annotations

from collections.abc import Container, Iterator
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from infra.manifest.openapi.schemas import schemas_of
from shared_layer.core.declaration import AnyDeclaration, EventHandler, HttpOperation, Kind, ScheduleHandler
from shared_layer.core.scopes import PUBLIC, SCOPES

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
BODILESS: Final = ("GET", "DELETE")
SLUG_LIMIT: Final = 63

DEADLINES: Final[dict[Kind, float]] = {"http": 3600, "event": 540, "document": 540, "object": 540, "schedule": 1800}
"""Seconds that the platform waits: Cloud Run requests, event-driven functions, and Scheduler's attempt deadline."""


def messages(declaration: AnyDeclaration, event_types: Container[str]) -> Iterator[str]:
    """What is wrong with `declaration`, in words that say what to change."""
    limit = DEADLINES[declaration.kind]
    if not 0 < declaration.deadline <= limit:
        yield (
            f"deadline={declaration.deadline:g}: a function of kind {declaration.kind} has more than 0 and at most "
            f"{limit:g} seconds; shorten it, or split the work into events"
        )
    if len(declaration.slug) > SLUG_LIMIT:
        yield f"the name has {len(declaration.slug)} characters; Cloud Functions allows {SLUG_LIMIT}"
    for name in declaration.emits:
        if name not in event_types:
            yield f"emits {name!r}, which no event model has; add one to shared_layer/messaging/events/"
    if isinstance(declaration, HttpOperation):
        yield from _operation(declaration)
    elif isinstance(declaration, EventHandler):
        yield from _event(declaration, event_types)
    elif isinstance(declaration, ScheduleHandler):
        yield from _schedule(declaration)


def _operation(operation: HttpOperation) -> Iterator[str]:
    if operation.method not in METHODS:
        yield f"method {operation.method}: use one of {', '.join(METHODS)}; OPTIONS is answered for you"
    if operation.scope != PUBLIC and operation.scope not in SCOPES:
        yield f"scope {operation.scope!r} is unknown; use one of shared_layer/core/scopes.py, or add it there"
    try:
        schemas_of([operation])
    except ValueError as error:
        yield f"takes or answers what cannot be described: {error}; use types that pydantic knows"
    if operation.signature.body is not None and operation.method in BODILESS:
        yield f"takes a body on {operation.method}, which proxies may drop; use a Query model, or POST"
    if operation.method == "POST" and operation.status == 201 and operation.idempotency == "none":
        yield "creates something without idempotency: a retry would create it twice; say idempotency='optional'"
    if operation.scope == PUBLIC and operation.tier != "none":
        yield f"is public with tier={operation.tier!r}, but rates are counted by credential; say tier='none'"
    if operation.scope == PUBLIC and operation.idempotency != "none":
        yield "is public with an Idempotency-Key, but the records belong to tenants; leave idempotency out"


def _event(handler: EventHandler, event_types: Container[str]) -> Iterator[str]:
    if not handler.topics:
        yield "has no topic; name at least one"
    for name in handler.event_types:
        if name not in event_types:
            yield f"listens for {name!r}, which no event model has; correct it, or add the model"


def _schedule(handler: ScheduleHandler) -> Iterator[str]:
    try:
        if len(handler.cron.split()) != 5:
            raise CronSimError("Wrong number of fields")
        CronSim(handler.cron, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        yield f"cron {handler.cron!r}: {error}; five fields: minute hour day month weekday"
    try:
        ZoneInfo(handler.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield f"time zone {handler.time_zone!r} is unknown; use a name of the IANA database such as Europe/Berlin"
