"""Abacus, OpenAI and the internal model as servers on loopback, and callers with tenants of their own."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from shared_layer.ai.health import breaker
from shared_layer.ai.money.ledger import flush
from shared_layer.ai.money.ledger_page import entries_of
from shared_layer.ai.providers.clients import close_clients
from shared_layer.ai.providers.table import PROVIDERS
from shared_layer.core.caller import Caller
from shared_layer.core.context import RequestContext, enter
from shared_layer.core.scopes import TENANT_SCOPES
from shared_layer.storage import redis as redis_module
from shared_layer.storage.gcp_clients import firestore
from shared_layer.storage.redis import redis
from tests.shared_layer.ai.provider_double import ProviderDouble
from tests.support.platform import LocalPlatform
from tests.support.scheduled import pause


@dataclass(frozen=True, slots=True)
class World:
    """All three providers configured; take one away with `without`."""

    abacus: ProviderDouble
    openai: ProviderDouble
    internal: ProviderDouble
    patch: pytest.MonkeyPatch

    def without(self, *names: str) -> None:
        for name in names:
            for variable in {
                "abacus": ("ABACUS_BASE_URL",),
                "openai": ("OPENAI_API_KEY",),
                "internal": ("INTERNAL_AI_URL",),
            }[name]:
                self.patch.delenv(variable)

    def caller(self, tenant_id: str = "", seconds: float = 60.0) -> Caller:
        """A caller whose request has `seconds` left; its context is the current one."""
        tenant_id = tenant_id or f"t{uuid.uuid4().hex[:12]}"
        context = RequestContext(f"req_{uuid.uuid4().hex}", "a" * 32, "b" * 16, "ai-routing-engine", "test")
        context.tenant_id = tenant_id
        context.deadline = asyncio.get_running_loop().time() + seconds
        enter(context)
        return Caller(tenant_id, "key_test", TENANT_SCOPES, "unlimited", False, context)


@pytest_asyncio.fixture
async def world(platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    await asyncio.to_thread(pause, platform, "probe_ai_providers")
    doubles = [ProviderDouble() for _ in PROVIDERS]
    for provider, double in zip(PROVIDERS, doubles, strict=True):
        await double.start()
        monkeypatch.setenv(provider.url_env, double.url)
        monkeypatch.setenv(provider.key_env, f"key-of-{provider.id}")
    monkeypatch.setattr(breaker, "_shut_until", {})
    monkeypatch.setattr(redis_module, "TIMEOUT", 5.0)  # a crowded machine is not a Redis that is away
    await redis().command("DEL", *(f"breaker:{provider.id}" for provider in PROVIDERS))
    yield World(*doubles, monkeypatch)
    await close_clients()
    for double in doubles:
        await double.stop()
    await redis().command("DEL", *(f"breaker:{provider.id}" for provider in PROVIDERS))


async def ledger(tenant_id: str) -> list[dict[str, Any]]:
    """The tenant's ledger entries of what was paid, oldest first."""
    await flush()
    pages = firestore().collection("tenants", tenant_id, "ai_ledger").order_by("created_at")
    entries = [entry async for snapshot in pages.stream() for entry in entries_of(snapshot.to_dict())]
    return [entry for entry in entries if not entry["cached"]]


async def events(tenant_id: str, kind: str) -> list[dict[str, Any]]:
    """The payloads of the tenant's events of one type, oldest first."""
    stored = firestore().collection("tenants", tenant_id, "events").order_by("timestamp")
    found = [snapshot.to_dict() async for snapshot in stored.stream()]
    return [event["payload"] for event in found if event["event_type"] == kind]
