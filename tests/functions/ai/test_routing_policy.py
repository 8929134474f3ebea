"""A tenant's routing policy: versioned, calibrated, and obeyed by the next request."""

from __future__ import annotations

import pytest

from tests.functions.ai.conftest import Tenant
from tests.shared_layer.ai.world import World, events

EXAM = (
    "Which of the following is the body cavity that contains the pituitary gland?\n"
    "A. Abdominal\nB. Cranial\nC. Pleural\nD. Spinal\nAnswer:"
)


async def put(tenant: Tenant, version: int, **policy: object):
    headers = {"X-API-Key": tenant.key, "If-Match": f'"{version}"'}
    return await tenant.gateway.put("/api/v1/ai/routing-policy", json=policy, headers=headers)


async def get(tenant: Tenant):
    return await tenant.gateway.get("/api/v1/ai/routing-policy", headers={"X-API-Key": tenant.key})


async def provider_of(tenant: Tenant, prompt: str = EXAM) -> tuple[str, str]:
    explained = (await tenant.post("route:explain", {"prompt": prompt})).json()
    return explained["kind"], explained["chosen"]["provider"]


async def test_a_policy_that_nobody_wrote_keeps_95_percent(tenant: Tenant):
    found = await get(tenant)
    body = found.json()
    assert (found.headers["etag"], body["version"]) == ('"1"', 1)
    assert (body["target"], body["cascade"], body["semantic_cache"]) == (
        {"kind": "keep_quality", "share": 0.95},
        False,
        False,
    )
    assert body["calibration"]["source"] == "public"
    assert 0.0 < body["calibration"]["weak_share"] < 1.0


async def test_a_change_is_versioned_told_and_held_against_the_version_that_was_read(tenant: Tenant):
    first = await put(tenant, 1, target={"kind": "keep_quality", "share": 1.0}, cascade=True)
    assert (first.status_code, first.headers["etag"], first.json()["cascade"]) == (200, '"2"', True)
    assert (await put(tenant, 1)).status_code == 412
    missing = await tenant.gateway.put("/api/v1/ai/routing-policy", json={}, headers={"X-API-Key": tenant.key})
    assert missing.status_code == 428
    assert (await put(tenant, 2, target={"kind": "keep_quality", "share": 0.5})).headers["etag"] == '"3"'
    told = await events(tenant.id, "routing_policy_changed")
    assert [event["version"] for event in told] == [2, 3]
    assert told[0]["threshold"] > told[1]["threshold"]


async def test_the_next_request_obeys(tenant: Tenant, world: World):
    assert (await put(tenant, 1, target={"kind": "spend_at_most", "usd_per_request": 0})).status_code == 200
    assert await provider_of(tenant) == ("weak", "internal")
    await tenant.post("generate", {"prompt": EXAM})
    assert len(world.internal.calls) == 1
    strict = {"kind": "keep_quality", "share": 1.0}
    assert (await put(tenant, 2, target=strict, confidence=0.999)).status_code == 200
    assert await provider_of(tenant) == ("strong", "abacus")


async def test_a_smaller_budget_sends_more_to_the_weak_model(tenant: Tenant):
    shares = []
    for version, dollars in enumerate((0.014, 0.005, 0.002), start=1):
        answered = await put(tenant, version, target={"kind": "spend_at_most", "usd_per_request": dollars})
        shares.append(answered.json()["calibration"]["weak_share"])
    assert shares == sorted(shares)
    assert shares[0] < 0.2 < 0.7 < shares[1] < shares[2]


async def test_a_provider_that_is_not_allowed_is_never_asked(tenant: Tenant, world: World):
    assert (await put(tenant, 1, allowed_providers=["openai"])).status_code == 200
    assert (await tenant.post("generate", {"prompt": "Hi"})).json()["route"]["provider"] == "openai"
    pinned = await tenant.post("generate", {"prompt": "Hi", "model": "internal"})
    assert (pinned.status_code, pinned.json()["code"]) == (403, "forbidden")
    world.without("openai")
    assert (await tenant.post("generate", {"prompt": "Ho"})).status_code == 403
    assert not world.internal.calls
    assert not world.abacus.calls


async def test_an_unknown_provider_is_refused_with_those_that_exist(tenant: Tenant):
    refused = await put(tenant, 1, allowed_providers=["skynet"])
    assert refused.status_code == 422
    assert "abacus, openai, internal" in refused.text


@pytest.mark.parametrize("target", [{"kind": "keep_quality", "share": 1.1}, {"kind": "spend_at_most"}, {"kind": "x"}])
async def test_a_target_that_makes_no_sense_is_refused(tenant: Tenant, target: object):
    assert (await put(tenant, 1, target=target)).status_code == 422


async def test_the_rule_decides_where_there_is_no_choice_of_strength(tenant: Tenant, world: World):
    world.without("internal")
    assert (await provider_of(tenant))[0] in ("simple", "complex")
