"""Any sequence of public operations on tenants, keys and campaigns answers as a model of a few lines says.

The model knows no store, no cache and no event: dictionaries, and the rules of the API. Hypothesis chooses the
operations; a failing sequence is printed, shrunk, with what repeats it (`@reproduce_failure`, or `--hypothesis-seed`).
"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

BRIEF = {"business_type": "Bakery", "target_audience": "Families nearby", "budget_range": "$5,000-$10,000"}
MOVES = {
    "launch": ({"draft", "scheduled"}, "running"),
    "pause": ({"running"}, "paused"),
    "resume": ({"paused"}, "running"),
}
INDEX = st.integers(0, 30)
# The platform's loop draws random numbers (ids, back-off) while Hypothesis, in its own thread, draws an operation.
pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")


@dataclass(slots=True)
class ModelTenant:
    """What the model holds of a tenant: its keys (secret → alive) and its campaigns (id → name, status, version)."""

    id: str
    status: str = "active"
    keys: list[list[Any]] = field(default_factory=list)
    campaigns: dict[str, dict[str, Any]] = field(default_factory=dict)


class Operations(RuleBasedStateMachine):
    """The operations, each done on the platform and on the model."""

    platform: LocalPlatform
    loop: asyncio.AbstractEventLoop

    def __init__(self) -> None:
        super().__init__()
        self.tenants: list[ModelTenant] = []

    def call(self, method: str, path: str, key: str, **arguments: Any) -> httpx.Response:
        """One call through the gateway, from Hypothesis's thread."""
        headers = {"X-API-Key": key, "Idempotency-Key": uuid.uuid4().hex, **arguments.pop("headers", {})}
        calling = self.platform.gateway.request(method, path, headers=headers, **arguments)
        return asyncio.run_coroutine_threadsafe(calling, self.loop).result(timeout=60)

    def provisioned(self, tenant_id: str) -> None:
        """Wait for the tenant's warehouse: the event that makes it ready writes the tenant, beside our own writes."""

        async def ready() -> bool:
            path, headers = f"/api/v1/tenants/{tenant_id}", {"X-API-Key": self.platform.operator_key}
            answer = await self.platform.gateway.get(path, headers=headers)
            return bool(answer.json()["warehouse"] == "ready")

        asyncio.run_coroutine_threadsafe(eventually(ready, within=60), self.loop).result(timeout=61)

    def tenant(self, index: int) -> ModelTenant:
        """Any tenant; one is made where there is none."""
        if not self.tenants:
            self.create_tenant()
        return self.tenants[index % len(self.tenants)]

    def key_of(self, tenant: ModelTenant, index: int) -> tuple[str, int | None]:
        """A key of the tenant, and the status that it is refused with (None: it opens)."""
        key, alive = tenant.keys[index % len(tenant.keys)][1:]
        return key, (401 if not alive else 403 if tenant.status == "suspended" else None)

    @rule()
    def create_tenant(self) -> None:
        if len(self.tenants) >= 3:
            return
        asked = {"name": f"Model {uuid.uuid4().hex[:8]}", "owner_email": "a@model.example", "plan": "unlimited"}
        made = self.call("POST", "/api/v1/tenants", self.platform.operator_key, json=asked)
        assert made.status_code == 201, made.text
        self.provisioned(made.json()["tenant"]["id"])
        key = made.json()["api_key"]
        self.tenants.append(ModelTenant(made.json()["tenant"]["id"], keys=[[key["id"], key["key"], True]]))

    @rule(index=INDEX, which=INDEX)
    def create_key(self, index: int, which: int) -> None:
        tenant = self.tenant(index)
        key, refused = self.key_of(tenant, which)
        asked = {"name": "another", "scopes": ["marketing:read", "marketing:write", "keys:write", "keys:read"]}
        made = self.call("POST", "/api/v1/api-keys", key, json=asked)
        assert made.status_code == (refused or 201), made.text
        if refused is None:
            tenant.keys.append([made.json()["id"], made.json()["key"], True])

    @rule(index=INDEX, which=INDEX, victim=INDEX)
    def revoke_key(self, index: int, which: int, victim: int) -> None:
        tenant = self.tenant(index)
        key, refused = self.key_of(tenant, which)
        if sum(alive for _, _, alive in tenant.keys) < 2:
            return
        chosen = tenant.keys[victim % len(tenant.keys)]
        done = self.call("DELETE", f"/api/v1/api-keys/{chosen[0]}", key)
        if refused is not None:
            assert done.status_code == refused, done.text
        else:
            assert done.status_code < 300 or (not chosen[2] and done.status_code in (404, 409)), done.text
            chosen[2] = False

    @rule(
        index=INDEX,
        which=INDEX,
        name=st.text("abc XYZ", min_size=1, max_size=12).filter(str.strip),
        again=st.booleans(),
    )
    def create_campaign(self, index: int, which: int, name: str, again: bool) -> None:
        tenant = self.tenant(index)
        key, refused = self.key_of(tenant, which)
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        made = self.call("POST", "/api/v1/campaigns", key, json=BRIEF | {"name": name}, headers=headers)
        assert made.status_code == (refused or 201), made.text
        if refused is None:
            found = made.json()
            tenant.campaigns[found["id"]] = {"name": name.strip(), "status": "draft", "version": 1}
            if again:
                replayed = self.call("POST", "/api/v1/campaigns", key, json=BRIEF | {"name": name}, headers=headers)
                assert replayed.content == made.content

    @rule(index=INDEX, which=INDEX, campaign=INDEX, verb=st.sampled_from(sorted(MOVES)))
    def move_campaign(self, index: int, which: int, campaign: int, verb: str) -> None:
        tenant = self.tenant(index)
        if not tenant.campaigns:
            return
        key, refused = self.key_of(tenant, which)
        found = sorted(tenant.campaigns)[campaign % len(tenant.campaigns)]
        known = tenant.campaigns[found]
        allowed_from, status = MOVES[verb]
        done = self.call("POST", f"/api/v1/campaigns/{found}:{verb}", key)
        assert done.status_code == (refused or (200 if known["status"] in allowed_from else 409)), done.text
        if done.status_code == 200:
            known["status"], known["version"] = status, known["version"] + 1

    @rule(index=INDEX, which=INDEX, campaign=INDEX, off=st.sampled_from([0, 0, -1, 1]), name=st.sampled_from("PQR"))
    def rename_campaign(self, index: int, which: int, campaign: int, off: int, name: str) -> None:
        tenant = self.tenant(index)
        if not tenant.campaigns:
            return
        key, refused = self.key_of(tenant, which)
        found = sorted(tenant.campaigns)[campaign % len(tenant.campaigns)]
        known = tenant.campaigns[found]
        headers = {"If-Match": f'"{known["version"] + off}"'}
        done = self.call("PATCH", f"/api/v1/campaigns/{found}", key, json={"name": name}, headers=headers)
        assert done.status_code == (refused or (200 if off == 0 else 412)), done.text
        if done.status_code == 200:
            known["name"], known["version"] = name, known["version"] + 1

    @rule(index=INDEX, other=INDEX, campaign=INDEX)
    def read_campaigns(self, index: int, other: int, campaign: int) -> None:
        """The list is the model's; another tenant's campaign is not found."""
        tenant, stranger = self.tenant(index), self.tenant(other)
        key = next(key for _, key, alive in tenant.keys if alive)
        listed = self.call("GET", "/api/v1/campaigns", key, params={"limit": "200"})
        if tenant.status == "suspended":
            assert listed.status_code == 403
            return
        shown = {
            item["id"]: {name: item[name] for name in ("name", "status", "version")} for item in listed.json()["items"]
        }
        assert shown == tenant.campaigns
        if stranger is not tenant and stranger.campaigns:
            theirs = sorted(stranger.campaigns)[campaign % len(stranger.campaigns)]
            assert self.call("GET", f"/api/v1/campaigns/{theirs}", key).status_code == 404

    @rule(index=INDEX)
    def suspend_or_reactivate(self, index: int) -> None:
        tenant = self.tenant(index)
        verb, status = ("suspend", "suspended") if tenant.status == "active" else ("reactivate", "active")
        done = self.call("POST", f"/api/v1/tenants/{tenant.id}:{verb}", self.platform.operator_key, json={})
        assert done.status_code == 200, done.text
        tenant.status = status


@pytest.mark.parametrize("sequences", [15, pytest.param(2000, marks=pytest.mark.long)])
async def test_every_sequence_of_operations_answers_as_the_model_says(platform: LocalPlatform, sequences: int) -> None:
    machine = type("OperationsOnThePlatform", (Operations,), {"platform": platform, "loop": asyncio.get_running_loop()})
    chosen = settings(
        max_examples=sequences,
        stateful_step_count=20 if sequences < 100 else 8,
        deadline=None,
        database=None,
        print_blob=True,
        derandomize=sequences < 100,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, machine, settings=chosen)
