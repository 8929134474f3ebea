"""What must exist for a manifest: plain values, to be compared and applied."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from infra.manifest.model import Manifest
from shared_layer.core.declaration import (
    AnyDeclaration,
    DocumentHandler,
    EventHandler,
    ObjectHandler,
    ScheduleHandler,
)
from shared_layer.core.services import SERVICES
from shared_layer.messaging.dead_letters import TOPIC as DEAD_LETTERS

RETRY_SECONDS: Final = (0.2, 600.0)
"""Shortest and longest pause before a message is delivered again. The cloud's shortest is 10 s by default: here one
waits at a desk."""

RETENTION_SECONDS: Final = 7 * 86_400
"""How long messages can be replayed: Pub/Sub's seek."""

_ACK_SECONDS: Final = (10, 600)
_ACK_BEYOND_DEADLINE: Final = 5


@dataclass(frozen=True, slots=True)
class Target:
    """A function as it is called: its address, and the service account that the caller shows."""

    slug: str
    address: str
    account: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """A push subscription of one handler on one topic. `filter` is Pub/Sub's expression, empty for all messages."""

    name: str
    topic: str
    target: Target
    ack_seconds: int
    max_attempts: int
    filter: str

    @property
    def dead_letters(self) -> str | None:
        """The topic that takes what cannot be delivered; the handler of that topic has none itself."""
        return None if self.topic == DEAD_LETTERS else DEAD_LETTERS


@dataclass(frozen=True, slots=True)
class Trigger:
    """An Eventarc trigger: `filters` are (attribute, value, is a path pattern)."""

    target: Target
    filters: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class Job:
    """A Scheduler job: one POST to the target at each tick. `deadline` is in seconds."""

    target: Target
    cron: str
    time_zone: str
    deadline: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that must exist, and nothing more of its kind.

    It is not `complete` where a file could not be read: what that file declared must not be taken for gone, since its
    subscription may hold messages.
    """

    topics: frozenset[str]
    subscriptions: tuple[Subscription, ...]
    triggers: tuple[Trigger, ...]
    jobs: tuple[Job, ...]
    complete: bool = True


def plan(manifest: Manifest, functions_url: str, project: str) -> Plan:
    """The plan for functions that are reached at `{functions_url}/{slug}`."""

    def target(declaration: AnyDeclaration) -> Target:
        slug = declaration.slug
        return Target(slug, f"{functions_url}/{slug}", f"{slug}@{project}.iam.gserviceaccount.com")

    found = manifest.declarations
    subscriptions = [
        subscription
        for handler in found
        if isinstance(handler, EventHandler)
        for subscription in _subscriptions(handler, target(handler))
    ]
    topics = {service.topic for service in SERVICES.values()} | {DEAD_LETTERS}
    return Plan(
        topics=frozenset(topics | {subscription.topic for subscription in subscriptions}),
        subscriptions=tuple(subscriptions),
        triggers=tuple(_triggers(found, target)),
        jobs=tuple(
            Job(target(handler), handler.cron, handler.time_zone, handler.deadline)
            for handler in found
            if isinstance(handler, ScheduleHandler)
        ),
        complete=not manifest.broken,
    )


def _subscriptions(handler: EventHandler, target: Target) -> Iterable[Subscription]:
    shortest, longest = _ACK_SECONDS
    wanted = " OR ".join(f'attributes.event_type = "{name}"' for name in handler.event_types)
    for topic in handler.topics:
        yield Subscription(
            name=f"{handler.slug}.{topic}",
            topic=topic,
            target=target,
            ack_seconds=min(longest, max(shortest, math.ceil(handler.deadline) + _ACK_BEYOND_DEADLINE)),
            max_attempts=handler.max_deliveries,
            filter=wanted,
        )


def _triggers(found: Iterable[AnyDeclaration], target: Callable[[AnyDeclaration], Target]) -> Iterable[Trigger]:
    for handler in found:
        if isinstance(handler, DocumentHandler):
            filters: tuple[tuple[str, str, bool], ...] = (
                ("type", f"google.cloud.firestore.document.v1.{handler.change}", False),
                ("database", "(default)", False),
                ("document", handler.document, True),
            )
        elif isinstance(handler, ObjectHandler):
            filters = (
                ("type", "google.cloud.storage.object.v1.finalized", False),
                ("bucket", handler.bucket, False),
            )
        else:
            continue
        yield Trigger(target(handler), filters)
