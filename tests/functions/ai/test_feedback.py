"""Feedback on answers, and what a night makes of it."""

from __future__ import annotations

import uuid
from random import Random

from shared_layer.ai.outcomes.known_outcome import COLLECTION, KEPT, KnownOutcome
from shared_layer.ai.outcomes.recalibration import recalibrate_due, recalibrate_tenant
from shared_layer.ai.router.features import pack_vector, unpack_vector
from shared_layer.ai.routing.standing import read_standing
from shared_layer.core import clock
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document
from shared_layer.storage.gcp_clients import firestore
from tests.functions.ai.conftest import Tenant
from tests.functions.ai.test_routing_policy import EXAM, get, put
from tests.shared_layer.ai.router.outcomes import worded
from tests.shared_layer.ai.world import World, events
from tests.support.eventually import eventually


async def outcome(tenant: Tenant, call_id: str) -> dict:
    return (await tenant_document(tenant.id, COLLECTION, call_id).get()).to_dict() or {}


async def judged(tenant: Tenant, body: dict):
    async def on_record() -> bool:
        nonlocal answered
        answered = await tenant.post("feedback", body)
        return answered.status_code != 404

    answered = await tenant.post("feedback", body)
    await eventually(on_record)
    return answered


async def test_feedback_is_folded_into_the_tenants_outcomes(tenant: Tenant, world: World):
    body = (await tenant.post("generate", {"prompt": EXAM, "cache": False})).json()
    answered = await judged(tenant, {"call_id": body["call_id"], "outcome": "bad"})
    assert (answered.status_code, answered.json()["score"], answered.json()["learned"]) == (202, 0.0, True)
    strength = "weak" if body["route"]["provider"] == "internal" else "strong"

    async def folded() -> bool:
        return (await outcome(tenant, body["call_id"])).get(strength) == 0.0

    await eventually(folded)
    kept = await outcome(tenant, body["call_id"])
    assert kept[f"{strength}_cost"] == body["cost_micros"]
    assert EXAM[:20].encode() not in kept["features"]
    assert len(unpack_vector(kept["features"])) > 20
    assert (await firestore().collection("ai_recalibrations").document(tenant.id).get()).exists


async def test_an_answer_that_the_router_had_no_part_in_teaches_nothing(tenant: Tenant, world: World):
    body = (await tenant.post("generate", {"prompt": EXAM, "model": "internal"})).json()
    answered = await judged(tenant, {"call_id": body["call_id"], "outcome": "score", "score": 0.5})
    assert (answered.status_code, answered.json()["learned"]) == (202, False)


async def test_a_call_of_nobody_or_of_another_tenant_is_not_found(tenant: Tenant, world: World, platform):
    assert (await tenant.post("feedback", {"call_id": "call_0", "outcome": "good"})).status_code == 404
    body = (await tenant.post("generate", {"prompt": EXAM})).json()
    await judged(tenant, {"call_id": body["call_id"], "outcome": "good"})
    _, stranger = await platform.tenant()
    asked = await tenant.gateway.post(
        "/api/v1/ai/feedback", json={"call_id": body["call_id"], "outcome": "good"}, headers={"X-API-Key": stranger}
    )
    assert asked.status_code == 404


async def test_a_score_is_sent_with_the_outcome_score_alone(tenant: Tenant):
    for wrong in ({"outcome": "score"}, {"outcome": "good", "score": 1}, {"outcome": "score", "score": 2}):
        assert (await tenant.post("feedback", {"call_id": "call_0", **wrong})).status_code == 422


async def night(tenant: Tenant, world: World) -> bool:
    unit = Unit(world.caller(tenant.id).context, tenant.id, ("router_recalibrated",))
    return await recalibrate_tenant(tenant.id, unit)


async def remember(tenant: Tenant, count: int, good: float = 1.0) -> None:
    """Outcomes as weeks of feedback leave them: contrary to what the packaged router expects, proofs are easy."""
    moment, batch, random = clock.utcnow(), firestore().batch(), Random(3)
    for made in worded(random, count):
        known = KnownOutcome(
            id=f"call_{uuid.uuid4().hex}",
            features=pack_vector(made.vector),
            weak=(1.0 - made.weak) * good,
            strong=made.strong,
            weak_cost=1_000,
            strong_cost=15_000,
            created_at=moment,
            updated_at=moment,
            expires_at=moment + KEPT,
        )
        batch.create(tenant_document(tenant.id, COLLECTION, known.id), known.model_dump())
    await batch.commit()


async def test_a_night_learns_the_tenants_threshold_and_router_from_its_own_outcomes(tenant: Tenant, world: World):
    await put(tenant, 1, target={"kind": "keep_quality", "share": 0.8})
    await remember(tenant, 450)
    assert await night(tenant, world)
    found = (await get(tenant)).json()
    assert found["calibration"]["source"] == "own"
    assert found["version"] == 2
    (told,) = await events(tenant.id, "router_recalibrated")
    assert told["refitted"]
    assert told["gained_at_least"] > 0
    standing = await read_standing(tenant.id)
    assert standing.router.digest == told["router"] == found["calibration"]["router"]
    explained = await tenant.post("route:explain", {"prompt": "what is the capital of abcde"})
    assert explained.json()["policy"]["calibration"]["source"] == "own"


async def test_where_the_weak_model_always_failed_the_strong_one_answers(tenant: Tenant, world: World):
    await remember(tenant, 120, good=0.0)
    assert await night(tenant, world)
    assert (await get(tenant)).json()["calibration"]["weak_share"] < 0.05  # of the 5 % that may be lost


async def test_few_outcomes_change_nothing(tenant: Tenant, world: World):
    await remember(tenant, 20)
    assert not await night(tenant, world)
    assert (await get(tenant)).json()["calibration"]["source"] == "public"
    assert await events(tenant.id, "router_recalibrated") == []


async def test_a_new_target_is_met_at_once_on_the_tenants_own_outcomes(tenant: Tenant, world: World):
    await remember(tenant, 150)
    await night(tenant, world)
    calibration = (await put(tenant, 1, target={"kind": "keep_quality", "share": 0.3})).json()["calibration"]
    assert (calibration["source"], calibration["weak_share"]) == ("own", 1.0)


async def test_the_nightly_run_takes_the_tenants_on_the_list_and_no_others(tenant: Tenant, world: World):
    await remember(tenant, 120)
    unit = Unit(world.caller(tenant.id).context, "", ("router_recalibrated",))
    await recalibrate_due(unit)
    assert await events(tenant.id, "router_recalibrated") == []
    due = firestore().collection("ai_recalibrations").document(tenant.id)
    await due.set({"tenant_id": tenant.id, "since": clock.utcnow()})
    assert await recalibrate_due(unit) >= 1
    assert len(await events(tenant.id, "router_recalibrated")) == 1
    assert not (await due.get()).exists
    await due.set({"tenant_id": tenant.id, "since": clock.utcnow()})
    await recalibrate_due(unit)
    assert len(await events(tenant.id, "router_recalibrated")) == 1
