"""The scenario's commands, sent by several companies at once to a platform that may be gone at any moment.

A command is sent again under its Idempotency-Key until it is acknowledged. What was acknowledged is kept, as it came.
"""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

ACTIVE_COMPANIES = 8
LONGEST_PAUSE = 0.06
RETRY_PAUSE = 0.25
BUSINESSES = ("Coffee roastery", "Bicycle workshop", "Pottery studio", "Flower shop")


@dataclass(frozen=True, slots=True)
class Command:
    """A call that changes something."""

    path: str
    body: dict[str, Any] | None
    api_key: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A command with the first answer that reached its sender."""

    command: Command
    status: int
    body: bytes

    @property
    def entity(self) -> dict[str, Any]:
        """The answer as JSON."""
        entity: dict[str, Any] = json.loads(self.body)
        return entity


@dataclass(slots=True)
class Company:
    """What one company was told: its tenant and owner's key, and each campaign and key as last acknowledged."""

    tenant: dict[str, Any]
    owner_key: dict[str, Any]
    campaigns: dict[str, dict[str, Any]] = field(default_factory=dict)
    api_keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    moves: list[tuple[str, str]] = field(default_factory=list)
    """(campaign id, status) of each acknowledged change of status."""


class Traffic:
    """Companies at work. `gateway` is where the platform is now; several companies work at any moment."""

    def __init__(self, seed: int, operator_key: str) -> None:
        self.gateway = ""
        self.companies: list[Company] = []
        self.acknowledged: list[Acknowledged] = []
        self.retries: Counter[str] = Counter()
        self._random = random.Random(seed)
        self._operator_key = operator_key
        self._slots = asyncio.Semaphore(ACTIVE_COMPANIES)
        self._closing = asyncio.Event()
        self._http = httpx.AsyncClient(timeout=30)

    async def run(self) -> None:
        """Begin companies until `close` is called; return once each has done all its work. Raises what one raised."""
        async with self._http, asyncio.TaskGroup() as group:
            while not self._closing.is_set():
                await self._slots.acquire()
                group.create_task(self._company(random.Random(self._random.random())))

    def close(self) -> None:
        """Begin no more companies."""
        self._closing.set()

    async def _company(self, chance: random.Random) -> None:
        try:
            body = {"name": f"Company {uuid.uuid4().hex[:8]}", "owner_email": "owner@company.example"}
            made = await self._do("/api/v1/tenants", {**body, "plan": "unlimited"}, self._operator_key, chance)
            company = Company(made["tenant"], made["api_key"])
            self.companies.append(company)
            for _ in range(chance.randint(2, 3)):
                await self._campaign(company, chance)
                await self._api_key(company, chance)
        finally:
            self._slots.release()

    async def _campaign(self, company: Company, chance: random.Random) -> None:
        key = company.owner_key["key"]
        low = chance.randint(1, 3) * 1000
        brief = {
            "business_type": chance.choice(BUSINESSES),
            "target_audience": "People nearby",
            "budget_range": f"${low}-${2 * low}",
        }
        campaign = await self._do("/api/v1/campaigns", brief, key, chance)
        company.campaigns[campaign["id"]] = campaign
        for verb in ("launch", "pause", "resume")[: chance.randint(1, 3)]:
            moved = await self._do(f"/api/v1/campaigns/{campaign['id']}:{verb}", None, key, chance)
            company.campaigns[campaign["id"]] = moved
            company.moves.append((campaign["id"], moved["status"]))

    async def _api_key(self, company: Company, chance: random.Random) -> None:
        wanted = {"name": "Shop", "scopes": ["marketing:read"]}
        made = await self._do("/api/v1/api-keys", wanted, company.owner_key["key"], chance)
        company.api_keys[made["id"]] = made

    async def _do(self, path: str, body: dict[str, Any] | None, key: str, chance: random.Random) -> dict[str, Any]:
        command = Command(path, body, key, uuid.uuid4().hex)
        answer = await self._until_acknowledged(command)
        self.acknowledged.append(answer)
        await asyncio.sleep(chance.uniform(0, LONGEST_PAUSE))
        return answer.entity

    async def _until_acknowledged(self, command: Command) -> Acknowledged:
        while True:
            try:
                answer = await send(self._http, self.gateway, command)
            except httpx.TransportError as error:
                self.retries[type(error).__name__] += 1
                await asyncio.sleep(RETRY_PAUSE)
                continue
            if answer.is_success:
                return Acknowledged(command, answer.status_code, answer.content)
            code = answer.json().get("code", "") if "json" in answer.headers.get("content-type", "") else answer.text
            self.retries[f"{answer.status_code} {code}"] += 1
            if code == "request_in_flight":
                await self._step_aside()
                continue
            assert answer.status_code >= 500, f"{command.path}: {answer.status_code} {answer.text}"
            await asyncio.sleep(RETRY_PAUSE)

    async def _step_aside(self) -> None:
        """Let another company work while the lease of a killed owner runs out."""
        self._slots.release()
        await asyncio.sleep(0.5)
        await self._slots.acquire()


async def send(http: httpx.AsyncClient, gateway: str, command: Command) -> httpx.Response:
    """Send a command once. Raises httpx.TransportError."""
    headers = {"X-API-Key": command.api_key, "Idempotency-Key": command.idempotency_key}
    if not gateway:
        raise httpx.ConnectError("there is no platform yet")
    return await http.post(gateway + command.path, json=command.body, headers=headers)
