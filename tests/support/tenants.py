"""Tenants that are full of things to find: each seeded through every operation, its texts marked with a canary."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
from google.cloud.firestore import FieldFilter

from shared_layer.aso.opportunity import Opportunity, opportunity_document, opportunity_id
from shared_layer.core import clock
from shared_layer.core.declaration import HttpOperation
from shared_layer.core.scopes import PUBLIC, TENANT_SCOPES
from shared_layer.crm.suggestion import TaskSuggestion, suggestion_document, suggestion_id
from shared_layer.marketing.mail import outbox
from shared_layer.marketing.mail.letter import Letter
from shared_layer.messaging.dead_letters import keep
from shared_layer.messaging.message import Message
from shared_layer.storage.gcp_clients import firestore
from tests.support.examples import Example, headers_of, path_of
from tests.support.platform import LocalPlatform

WITHIN = 30.0
"""Seconds after which an answer is given up: a limit, not a measurement."""

BESIDE = ("api_keys", "api_key_uses", "members")
"""Collections at the top whose documents name their tenant in a field."""


@dataclass(slots=True)
class Seeded:
    """A tenant with its key, its canary, the ids of its documents by collection, and how its seeding was answered."""

    tenant_id: str
    key: str
    canary: str
    kinds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    answers: dict[str, httpx.Response] = field(default_factory=dict)

    @property
    def objects(self) -> tuple[str, ...]:
        """The ids of all its documents, its own first."""
        return (self.tenant_id, *(one for kind in self.kinds.values() for one in kind))

    def sample(self, each: int, turn: int = 0) -> tuple[str, ...]:
        """Its own id, and `each` of every collection; another `turn` takes others."""
        found = [kind[(turn + number) % len(kind)] for kind in self.kinds.values() for number in range(each)]
        return tuple(dict.fromkeys((self.tenant_id, *found)))

    @property
    def auth(self) -> dict[str, str]:
        """The tenant's credential."""
        return {"X-API-Key": self.key}


def open_to_tenants(operation: HttpOperation) -> bool:
    """Whether a tenant's own key can have the operation's scope."""
    return operation.scope in TENANT_SCOPES and operation.scope != PUBLIC


async def seeded(platform: LocalPlatform, operations: tuple[HttpOperation, ...]) -> Seeded:
    """A tenant in which every operation that needs no object was called twice, with a dead letter and a suggestion."""
    tenant_id, key = await platform.tenant()
    tenant = Seeded(tenant_id, key, f"canary{uuid.uuid4().hex}")
    for operation in operations:
        made_by_name = operation.method == "PUT" and len(operation.path_parameters) == 1
        if operation.method == "GET" or (operation.path_parameters and not made_by_name):
            continue
        if not open_to_tenants(operation):
            continue
        for number in range(2):
            tenant.answers[operation.name] = await platform.gateway.request(
                operation.method,
                path_of(operation, dict.fromkeys(operation.path_parameters, f"named-{tenant.canary[6:20]}-{number}")),
                headers=tenant.auth | headers_of(operation, f"the-same-everywhere-{number}"),
                json=body_of(operation, tenant.canary),
            )
    await _bury(tenant)
    await _mail(tenant)
    await _suggest(tenant)
    await _find(tenant)
    found: dict[str, set[str]] = {}
    async for snapshot in documents(tenant_id):
        if snapshot.id != tenant_id and tenant.canary not in snapshot.id:
            found.setdefault(snapshot.reference.parent.id, set()).add(snapshot.id)
    tenant.kinds = {kind: tuple(sorted(ids)) for kind, ids in sorted(found.items())}
    return tenant


def values_of(operation: HttpOperation, one: str) -> dict[str, str]:
    """The path's parameters filled with an id; two of them with the two parts of an id that is made of two."""
    names, parts = operation.path_parameters, one.split(":")
    if len(names) == len(parts) == 2:
        return dict(zip(names, parts, strict=True))
    return dict.fromkeys(names, one)


def without_shared_ids(tenants: Sequence[Seeded]) -> None:
    """Take out the ids that several tenants have, such as `settings`: who has them knows nothing of another."""
    holders = Counter(one for tenant in tenants for one in set(tenant.objects))
    for tenant in tenants:
        tenant.kinds = {
            kind: own for kind, ids in tenant.kinds.items() if (own := tuple(one for one in ids if holders[one] == 1))
        }


def body_of(operation: HttpOperation, mark: str) -> Any:
    """An example body; None for an operation that takes none."""
    return Example(mark).of(operation.signature.body[1]) if operation.signature.body else None


async def call(
    platform: LocalPlatform, operation: HttpOperation, caller: Seeded, values: dict[str, str], **headers: str
) -> httpx.Response:
    """One call of an operation with `values` in its path, by a tenant's key unless `headers` say otherwise."""
    sent = (headers or caller.auth) | headers_of(operation, uuid.uuid4().hex)
    body, path = body_of(operation, "text " * 10), path_of(operation, values)
    try:
        async with asyncio.timeout(WITHIN):
            return await platform.gateway.request(operation.method, path, headers=sent, json=body)
    except TimeoutError:
        raise AssertionError(f"{operation.method} {path} did not answer within {WITHIN} s") from None


async def documents(tenant_id: str) -> AsyncIterator[Any]:
    """Every document that is the tenant's: below its own, below its audit trail, and those that name it.

    A collection below a tenant's document is flat; one that were not would be missed, and is an error.
    """
    for root in (firestore().collection(name).document(tenant_id) for name in ("tenants", "audit")):
        yield await root.get()
        async for collection in root.collections():
            async for snapshot in collection.stream():
                yield snapshot
            assert [one.id async for one in snapshot.reference.collections()] == [], collection.id
    for name in BESIDE:
        found = firestore().collection(name).where(filter=FieldFilter("tenant_id", "==", tenant_id))
        async for snapshot in found.stream():
            yield snapshot


async def _suggest(tenant: Seeded) -> None:
    """A suggestion of a task: only Slack and mail make them."""
    moment = clock.utcnow()
    told = TaskSuggestion(
        id=suggestion_id(tenant.canary),
        contact_id="con_none",
        origin="slack",
        reference="C1/1.1",
        kind="question",
        title=f"What about {tenant.canary}?",
        said_at=moment,
        created_at=moment,
        updated_at=moment,
    )
    await suggestion_document(tenant.tenant_id, told.id).set(told.model_dump() | {"merges": []})


async def _find(tenant: Seeded) -> None:
    """An opportunity: only search data makes them."""
    moment = clock.utcnow()
    found = Opportunity.model_validate(
        {
            "id": opportunity_id(tenant.canary, "decay", "/"), "site_id": "site_none", "kind": "decay", "subject": "/",
            "extra_clicks": 1.0, "revenue_minor": None, "currency": "USD", "reason": f"Fewer for {tenant.canary}.",
            "next_action": "Look.", "evidence": [], "since": "2026-01-01", "until": "2026-01-28",
            "found_at": moment, "created_at": moment, "updated_at": moment,
        }
    )  # fmt: skip
    await opportunity_document(tenant.tenant_id, found.id).set(found.model_dump())


async def _mail(tenant: Seeded) -> None:
    """A mail in the outbox: only handlers put them there."""
    letter = Letter(
        key=f"cmp_{tenant.canary[6:20]}-{'0' * 24}-1",
        sender_email="news@tenant.example",
        sender_name="News",
        to=f"{tenant.canary}@tenant.example",
        subject=f"For {tenant.canary}",
        html="<p>Hello</p>",
        text="Hello",
    )
    await outbox.take(letter, tenant.tenant_id, letter.key.partition("-")[0], "con_none")


async def _bury(tenant: Seeded) -> None:
    event = {"event_type": "campaign_created", "tenant_id": tenant.tenant_id, "payload": {"data": tenant.canary}}
    attributes = {
        "tenant_id": tenant.tenant_id,
        "event_id": str(uuid.uuid4()),
        "event_type": "campaign_created",
        "dead_letter_handler": "some_handler",
        "dead_letter_reason": f"failed for {tenant.canary}",
    }
    await keep(Message(orjson.dumps(event), attributes, uuid.uuid4().hex, "projects/p/subscriptions/s", 5))
