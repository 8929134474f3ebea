"""The model of one's own: its contract with it and without it."""

from __future__ import annotations

import httpx

from tests.functions.ai.conftest import Tenant
from tests.shared_layer.ai.provider_double import Behaviour
from tests.shared_layer.ai.world import World, ledger

SCHEMA = {"type": "object", "properties": {"total": {"type": "integer", "minimum": 0}}, "required": ["total"]}


async def ask(tenant: Tenant, verb: str, body: object) -> httpx.Response:
    return await tenant.gateway.post(f"/api/v1/internal-ai/{verb}", json=body, headers={"X-API-Key": tenant.key})


async def test_it_answers_to_the_schema_or_not_at_all(tenant: Tenant, world: World):
    world.internal.plan.extend([Behaviour(text='{"total": -1}'), Behaviour(text='{"total": 4}')])
    answer = (await ask(tenant, "generate", {"prompt": "Two and two?", "json_schema": SCHEMA})).json()
    assert (answer["value"], answer["mock"], answer["cost_micros"]) == ({"total": 4}, False, 2_000)
    world.internal.otherwise = Behaviour(text="four")
    failed = await ask(tenant, "generate", {"prompt": "Two and three?", "json_schema": SCHEMA})
    assert (failed.status_code, failed.json()["code"]) == (502, "provider_failed")
    assert not world.abacus.calls
    assert not world.openai.calls
    assert {entry["operation"] for entry in await ledger(tenant.id)} == {"internal-ai.generate"}


async def test_a_schema_that_is_none_or_points_elsewhere_is_refused(tenant: Tenant, world: World):
    assert (await ask(tenant, "generate", {"prompt": "x", "json_schema": {"type": 7}})).status_code == 422
    world.internal.otherwise = Behaviour(text="{}")
    outside = {"$ref": "http://169.254.169.254/latest/meta-data"}
    assert (await ask(tenant, "generate", {"prompt": "x", "json_schema": outside})).status_code == 422


async def test_a_label_is_one_of_the_labels(tenant: Tenant, world: World):
    world.internal.plan.extend([Behaviour(text='{"label": "angry"}'), Behaviour(text='{"label": "complaint"}')])
    question = {"text": "The bread was stale.", "labels": ["praise", "complaint"]}
    answer = (await ask(tenant, "classify", question)).json()
    assert (answer["label"], answer["mock"]) == ("complaint", False)


async def test_vectors_are_the_internal_models(tenant: Tenant, world: World):
    answer = (await ask(tenant, "embed", {"texts": ["one", "three"]})).json()
    assert (answer["vectors"], answer["mock"]) == ([[3.0, 0.5], [5.0, 0.5]], False)
    assert not world.openai.calls


async def test_without_a_model_a_mock_keeps_the_same_contract(tenant: Tenant, world: World):
    world.without("internal")
    text = (await ask(tenant, "generate", {"prompt": "Two and two?", "json_schema": SCHEMA})).json()
    label = (await ask(tenant, "classify", {"text": "Stale.", "labels": ["praise", "complaint"]})).json()
    vectors = (await ask(tenant, "embed", {"texts": ["one"], "dimensions": 16})).json()
    assert (text["mock"], label["mock"], vectors["mock"]) == (True, True, True)
    assert text["value"]["total"] >= 0
    assert label["label"] in ("praise", "complaint")
    assert len(vectors["vectors"][0]) == 16
    assert not world.abacus.calls
