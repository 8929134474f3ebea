"""Policies and decisions, through the gateway."""

from __future__ import annotations

from typing import Any

import httpx

from shared_layer.storage.documents import tenant_collection
from tests.support.platform import LocalPlatform

EDITORS = 'permit(principal in Role::"editor", action == Action::"publish", resource);'
DRAFTS = "forbid(principal, action, resource) when { resource has locked && resource.locked };"


async def put(platform: LocalPlatform, key: str, name: str, cedar: str, **more: Any) -> httpx.Response:
    params = {"dry_run": 1} if more.pop("dry_run", False) else {}
    path, body = f"/api/v1/policies/{name}", {"cedar": cedar, **more}
    return await platform.gateway.put(path, params=params, json=body, headers={"X-API-Key": key})


def question(role: str = "editor", locked: bool = False, **more: Any) -> dict[str, Any]:
    principal = {"type": "User", "id": "ada", "parents": [{"type": "Role", "id": role}]}
    resource = {"type": "Article", "id": "a1", "attributes": {"locked": locked}}
    return {"principal": principal, "action": "publish", "resource": resource} | more


async def ask(platform: LocalPlatform, key: str, *checks: dict[str, Any]) -> httpx.Response:
    return await platform.gateway.post("/api/v1/authz:check", json={"checks": checks}, headers={"X-API-Key": key})


async def outcomes(platform: LocalPlatform, key: str, *checks: dict[str, Any]) -> list[tuple[str, list[str]]]:
    answer = await ask(platform, key, *checks)
    assert answer.status_code == 200, answer.text
    return [(each["decision"], each["policies"]) for each in answer.json()["decisions"]]


async def test_a_decision_names_the_policies_that_decided_and_forbid_wins(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    assert await outcomes(platform, key, question()) == [("deny", [])]
    assert (await put(platform, key, "editors", EDITORS)).status_code == 200
    assert (await put(platform, key, "locked", DRAFTS)).status_code == 200
    wanted = [question(), question("reader"), question(locked=True)]
    assert await outcomes(platform, key, *wanted) == [("allow", ["editors"]), ("deny", []), ("deny", ["locked"])]


async def test_a_changed_policy_decides_at_the_next_question_and_its_versions_are_kept(
    platform: LocalPlatform,
) -> None:
    tenant_id, key = await platform.tenant()
    await put(platform, key, "editors", EDITORS)
    assert (await outcomes(platform, key, question()))[0][0] == "allow"
    changed = await put(platform, key, "editors", EDITORS, enabled=False)
    assert changed.json()["policy"]["version"] == 2
    assert (await outcomes(platform, key, question()))[0][0] == "deny"
    versions = {found.id async for found in tenant_collection(tenant_id, "policy_versions").stream()}
    assert versions == {"editors:1", "editors:2"}
    shown = await platform.gateway.get("/api/v1/policies/editors", headers={"X-API-Key": key})
    assert (shown.json()["enabled"], shown.headers["etag"]) == (False, '"2"')
    listed = await platform.gateway.get("/api/v1/policies", headers={"X-API-Key": key})
    assert [item["id"] for item in listed.json()["items"]] == ["editors"]


async def test_a_dry_run_lists_what_would_flip_and_changes_nothing(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    await put(platform, key, "editors", EDITORS)
    await outcomes(platform, key, question(), question("reader"), question(locked=True))
    tried = (await put(platform, key, "locked", DRAFTS, dry_run=True)).json()
    assert (tried["replayed"], len(tried["flips"]), tried["policy"]) == (3, 1, None)
    flip = tried["flips"][0]
    assert (flip["was"], flip["would_be"], flip["policies"]) == ("allow", "deny", ["locked"])
    assert flip["check"]["resource"]["attributes"] == {"locked": True}
    shown = await platform.gateway.get("/api/v1/policies/locked", headers={"X-API-Key": key})
    assert shown.status_code == 404
    assert (await outcomes(platform, key, question(locked=True)))[0][0] == "allow"


async def test_a_dry_run_replays_the_last_1000_decisions_and_no_more(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    for _ in range(21):
        await outcomes(platform, key, *[question() for _ in range(50)])
    tried = (await put(platform, key, "editors", EDITORS, dry_run=True)).json()
    assert (tried["replayed"], len(tried["flips"])) == (1000, 1000)


async def test_what_cedar_cannot_read_is_refused_with_its_reason(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    for text in ("permit(", "// nothing", "permit(principal == ?principal, action, resource);", "{}"):
        refused = await put(platform, key, "bad", text)
        assert refused.status_code == 422, text
        assert refused.json()["errors"][0]["pointer"] == "/cedar"
    for values, status in (({"share": 0.5}, 422), ({"x": None}, 422), ({"n": 2**63}, 400)):
        assert (await ask(platform, key, question(context=values))).status_code == status


async def test_values_that_a_store_could_not_hold_are_decided_on_all_the_same(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    for values in ({"__name__": 1}, {"": 1}, {"a/b": [[1]]}, {"deep": {"er": {"est": "x" * 2000}}}):
        assert await outcomes(platform, key, question(context=values)) == [("deny", [])]


async def test_at_most_50_questions_are_taken_at_once(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    assert len(await outcomes(platform, key, *[question() for _ in range(50)])) == 50
    assert (await ask(platform, key, *[question() for _ in range(51)])).status_code == 422
    assert (await ask(platform, key)).status_code == 422


async def test_a_policy_is_a_tenants_own(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    _, stranger = await platform.tenant()
    await put(platform, key, "editors", EDITORS)
    assert (await outcomes(platform, stranger, question()))[0][0] == "deny"
    shown = await platform.gateway.get("/api/v1/policies/editors", headers={"X-API-Key": stranger})
    assert shown.status_code == 404
