"""What must be true of the stores once the kills are over: everything acknowledged is there once, and nothing else."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx

from infra.local.options import ROOT
from infra.manifest.collect import collect
from shared_layer.core.declaration import EventHandler
from tests.end_to_end.scenario import Company, Traffic, send
from tests.support.eventually import eventually

SETTLED_WITHIN = 90.0
"""Longer than the outbox's sweeper takes to come round (a minute)."""
AT_ONCE = 12
OF_THE_HANDLERS = ("warehouse", "updated_at")
"""What event handlers change in a tenant after its creation."""
TOLD_ONCE = ("key", "last_used_at")
"""What a new key's answer has and its list does not, or not for long."""

Documents = dict[str, dict[str, Any]]


async def audit(local: dict[str, Any], traffic: Traffic) -> None:
    """Raises AssertionError where something acknowledged is missing or changed, or something happened twice."""
    await _answers_are_replayed(local, traffic)
    async with firestore_of(local) as database:
        tenants = await _documents(database.collection("tenants"))
        assert set(tenants) == {company.tenant["id"] for company in traffic.companies}
        await eventually(lambda: _settled(database), SETTLED_WITHIN)
        for company in traffic.companies:
            stored = database.collection("tenants", company.tenant["id"], "events")
            assert Counter(_told(await _documents(stored))) == Counter(_expected(company))
            inbox = database.collection("tenants", company.tenant["id"], "inbox")
            await eventually(lambda stored=stored, inbox=inbox: _all_taken(stored, inbox), SETTLED_WITHIN)  # type: ignore[misc]
            async with _api(local, company) as api:
                await _entities_are_as_acknowledged(api, company)
                await eventually(lambda api=api, stored=stored: _the_warehouse_holds(api, stored), SETTLED_WITHIN)  # type: ignore[misc]


@asynccontextmanager
async def firestore_of(local: dict[str, Any]) -> AsyncIterator[Any]:
    """Google's client for the platform's Firestore."""
    with _environment(local["environment"]):
        from google.cloud import firestore

        yield firestore.AsyncClient(project=local["environment"]["GOOGLE_CLOUD_PROJECT"])


async def _answers_are_replayed(local: dict[str, Any], traffic: Traffic) -> None:
    """Every command sent once more has the same answer, byte for byte."""
    gate = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(timeout=60) as http:

        async def replay(index: int) -> None:
            known = traffic.acknowledged[index]
            async with gate:
                again = await send(http, local["gateway"], known.command)
            assert (again.status_code, again.content) == (known.status, known.body), known.command.path
            assert again.headers["idempotency-replayed"] == "true"

        await asyncio.gather(*(replay(index) for index in range(len(traffic.acknowledged))))


async def _settled(database: Any) -> bool:
    """Whether every event is relayed and has been taken by each of its handlers. A dead letter is never right."""
    letters = [snapshot.to_dict() async for snapshot in database.collection_group("dead_letters").stream()]
    assert [(letter["handler"], letter["event_id"], letter["reason"]) for letter in letters] == []
    events = [snapshot.to_dict() async for snapshot in database.collection_group("events").stream()]
    if any(event["relayed_at"] is None for event in events):
        return False
    taken = await database.collection_group("inbox").count().get()
    return int(taken[0][0].value) == sum(len(_handlers_of(event)) for event in events)


async def _all_taken(stored: Any, inbox: Any) -> bool:
    """Whether the inbox holds each handler's record of each event, and no other."""
    expected = set(_inbox_of(await _documents(stored)))
    return set(await _documents(inbox)) == expected


def _api(local: dict[str, Any], company: Company) -> httpx.AsyncClient:
    headers = {"X-API-Key": company.owner_key["key"]}
    return httpx.AsyncClient(base_url=local["gateway"], headers=headers, timeout=60)


async def _answer(api: httpx.AsyncClient, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """The JSON of a successful answer; a 503 is asked again, as a busy machine gives one now and then."""
    answers: list[httpx.Response] = []

    async def not_busy() -> bool:
        answers.append(await api.request(method, path, json=body))
        return answers[-1].status_code != 503

    await eventually(not_busy)
    assert answers[-1].is_success, f"{path}: {answers[-1].status_code} {answers[-1].text}"
    answer: dict[str, Any] = answers[-1].json()
    return answer


async def _entities_are_as_acknowledged(api: httpx.AsyncClient, company: Company) -> None:
    async def items(path: str) -> Documents:
        return {item["id"]: item for item in (await _answer(api, "GET", f"{path}?limit=200"))["items"]}

    assert await items("/api/v1/campaigns") == company.campaigns
    listed = {key_id: _without(key, TOLD_ONCE) for key_id, key in (await items("/api/v1/api-keys")).items()}
    issued = {company.owner_key["id"]: company.owner_key, **company.api_keys}
    assert listed == {key_id: _without(key, TOLD_ONCE) for key_id, key in issued.items()}
    tenant = await _answer(api, "GET", f"/api/v1/tenants/{company.tenant['id']}")
    acknowledged = _without(company.tenant, OF_THE_HANDLERS)
    assert {name: tenant[name] for name in acknowledged} == acknowledged  # reading tells more: how far it has come
    assert tenant["warehouse"] == "ready"


async def _the_warehouse_holds(api: httpx.AsyncClient, stored: Any) -> bool:
    """Whether it counts the stored events. A call of a model is told minutes later where its instance died."""
    query = {"metrics": ["event_count"], "dimensions": ["event_type"]}
    answer = await _answer(api, "POST", "/api/v1/analytics:query", query)
    counted = {item["event_type"]: item["event_count"] for item in answer["items"]}
    events = await _documents(stored)
    return counted == Counter(event["event_type"] for event in events.values())


def _told(events: Documents) -> Iterator[tuple[str, str]]:
    """Each event's type and what it tells of. Calls of a model are told as often as they were made: those are no
    effects of a command, and one that was killed and done again has made two.
    """
    for event in events.values():
        payload = event["payload"]
        if event["event_type"] != "ai_call_completed":
            subject = payload.get("campaign_id") or payload.get("key_id") or ""
            yield event["event_type"], f"{subject} {payload.get('status', '')}".strip()


def _expected(company: Company) -> Iterator[tuple[str, str]]:
    yield "tenant_created", ""
    for key_id in (company.owner_key["id"], *company.api_keys):
        yield "api_key_created", key_id
    for campaign_id in company.campaigns:
        yield "campaign_created", campaign_id
    for campaign_id, status in company.moves:
        yield "campaign_status_changed", f"{campaign_id} {status}"


def _inbox_of(events: Documents) -> Iterator[str]:
    for event_id, event in events.items():
        for handler in _handlers_of(event):
            yield f"{handler.name}:{event_id}"


def _handlers_of(event: dict[str, Any]) -> list[EventHandler]:
    """The handlers with an inbox that take this event."""
    topic = f"{event['source_service']}-events"
    return [
        handler
        for handler in _HANDLERS
        if topic in handler.topics and (not handler.event_types or event["event_type"] in handler.event_types)
    ]


_HANDLERS = [found for found in collect(ROOT).declarations if isinstance(found, EventHandler) and not found.raw]


async def _documents(collection: Any) -> Documents:
    return {snapshot.id: snapshot.to_dict() async for snapshot in collection.stream()}


def _without(entity: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in entity.items() if name not in names}


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    former = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(former)
