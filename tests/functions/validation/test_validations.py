"""Validations through the gateway: at once or as a task, by a tenant's rules, against the tenant's own texts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.content import TEXT, new_newsroom
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform
from tests.support.staging import documents

PLACE = "/api/v1/validations"


async def test_a_short_text_is_checked_while_the_caller_waits(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    text = "Mail jane@home.example before noon. We sold 500 loaves."
    made = await newsroom.ask("POST", PLACE, json={"text": text, "sources": [{"title": "Log", "quote": "500 loaves"}]})
    assert made.status_code == 201
    validation = made.json()
    assert (validation["status"], validation["outcome"], validation["errors"]) == ("complete", "failed", 1)
    [finding] = [one for one in validation["findings"] if one["severity"] == "error"]
    assert text[finding["span"]["start"] : finding["span"]["end"]] == "jane@home.example"
    assert (finding["rule"], bool(finding["reason"]), bool(finding["fix"])) == ("pii.email", True, True)
    assert await newsroom.done("GET", f"{PLACE}/{validation['id']}") == validation
    told = [one["payload"] for one in await documents(newsroom.tenant_id, "events")]
    [complete] = [one for one in told if one.get("validation_id") == validation["id"]]
    assert (complete["outcome"], complete["content_id"]) == ("failed", None)


async def test_a_long_text_is_a_task_that_comes_to_the_same(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    text = "The baker waits for the dough every night. " * 600 + "Mail jane@home.example."
    assert len(text) > 20 * 1024
    made = await newsroom.ask("POST", PLACE, json={"text": text, "suites": ["pii", "readability"]})
    assert made.status_code == 202
    queued = made.json()
    assert (queued["status"], queued["outcome"]) == ("queued", None)

    async def is_done() -> bool:
        return (await newsroom.done("GET", queued["task_url"]))["state"] == "succeeded"

    await eventually(is_done)
    task = await newsroom.done("GET", queued["task_url"])
    done = await newsroom.done("GET", task["result_url"])
    assert (done["status"], done["outcome"], done["readability"]["sentences"]) == ("complete", "failed", 600)
    [finding] = [one for one in done["findings"] if one["rule"] == "pii.email"]
    assert finding["span"] == {"field": "text", "start": len(text) - 18, "end": len(text) - 1}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "a", "html": "<p>a</p>"},
        {"text": "a", "revision": 1},
        {"text": "a", "suites": ["spelling"]},
        {"text": "a", "suites": []},
    ],
)
async def test_a_request_must_name_one_thing_to_check(platform: LocalPlatform, body: dict[str, Any]) -> None:
    newsroom = await new_newsroom(platform)
    assert (await newsroom.ask("POST", PLACE, json=body)).status_code == 422
    missing = await newsroom.ask("POST", PLACE, json={"text": "a", "ruleset_id": "nowhere"})
    assert missing.status_code == 404


async def test_rules_are_the_tenants_own_and_each_change_is_a_version(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    rules = "/api/v1/validation-rulesets/house"
    banned = {"banned": [{"phrase": "cheap", "instead": "good value"}]}
    first = await newsroom.done("PUT", rules, json=banned)
    second = await newsroom.done("PUT", rules, json=banned | {"severities": {"brand.banned": "off"}})
    assert (first["version"], second["version"]) == (1, 2)
    versions = (await newsroom.done("GET", f"{rules}/versions"))["items"]
    assert [(one["number"], one["ruleset"]["severities"]) for one in versions] == [
        (2, {"brand.banned": "off"}),
        (1, {}),
    ]
    found = await newsroom.done("POST", PLACE, json={"text": "cheap bread", "ruleset_id": "house"})
    assert (found["ruleset_version"], found["outcome"], found["findings"]) == (2, "passed", [])
    default = await newsroom.done("GET", "/api/v1/validation-rulesets/default")
    assert default["changed_by"] == "platform"
    unknown = await newsroom.ask("PUT", rules, json={"severities": {"brand.nothing": "off"}})
    assert unknown.status_code == 422
    other = await new_newsroom(platform)
    assert (await other.ask("GET", rules)).status_code == 404


async def test_a_copy_of_a_submitted_piece_is_found_by_its_bands(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    original = await newsroom.write()
    await newsroom.done("POST", f"{original['id']}:submit")
    await newsroom.validated(original["id"])
    copy = TEXT.replace("bake it in the morning", "bake it before noon")
    found = await newsroom.done("POST", PLACE, json={"html": copy, "suites": ["duplicates"]})
    assert [one["content_id"] for one in found["likenesses"]] == [original["id"]]
    assert 0.5 < found["likenesses"][0]["similarity"] < 1
    assert [one["rule"] for one in found["findings"]] == ["duplicates.near_duplicate"]
    own = await newsroom.done("POST", PLACE, json={"content_id": original["id"], "suites": ["duplicates"]})
    assert own["likenesses"] == []
    other = await new_newsroom(platform)
    assert (await other.done("POST", PLACE, json={"html": copy, "suites": ["duplicates"]}))["likenesses"] == []
    changed = {
        "type": "blog",
        "html": "<p>Nothing of the former text is left in this one, not a single word of it.</p>",
    }
    piece = await newsroom.done("GET", original["id"])
    await newsroom.done("PATCH", original["id"], piece["version"], json={"body": changed})
    await newsroom.done("POST", f"{original['id']}:submit")
    await newsroom.validated(original["id"])
    gone = await newsroom.done("POST", PLACE, json={"html": copy, "suites": ["duplicates"]})
    assert gone["likenesses"] == []
