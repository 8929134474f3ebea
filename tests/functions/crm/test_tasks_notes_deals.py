"""Notes, tasks and deals, through the gateway; and statistics that equal a recount."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from tests.support.crm import Crm, new_crm
from tests.support.platform import LocalPlatform
from tests.support.staging import documents


async def test_notes_belong_to_a_contact_or_a_deal_and_go_along_with_a_merge(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    one, two = await crm.create(name="One"), await crm.create(name="Two")
    deal = await crm.create("/deals", title="Big", contact_id=two["id"])
    note = await crm.create("/notes", text="Likes tea", contact_id=two["id"])
    await crm.create("/notes", text="Call back", deal_id=deal["id"])
    await crm.create("/tasks", title="Send offer", contact_id=two["id"])
    changed = await crm.ask("PATCH", f"/notes/{note['id']}", 1, json={"pinned": True})
    assert (changed.json()["pinned"], changed.json()["text"]) == (True, "Likes tea")
    assert [one["kind"] for one in await crm.listed(f"/contacts/{two['id']}/interactions")] == ["note", "deal"]
    assert (await crm.get(f"/contacts/{two['id']}"))["last_contacted_at"] is None
    merge = (await crm.ask("POST", "/contacts:merge", json={"contact_id": one["id"], "merged_id": two["id"]})).json()
    assert merge["moved"] == {"interactions": 2, "notes": 1, "tasks": 1, "suggestions": 0, "deals": 1}
    for path in ("/notes", "/tasks", "/deals"):
        assert len(await crm.listed(path, contact_id=one["id"])) == 1, path
        assert await crm.listed(path, contact_id=two["id"]) == await crm.listed(path, contact_id=one["id"])
    await crm.ask("POST", f"/merges/{merge['id']}:undo")
    for path in ("/notes", "/tasks", "/deals"):
        assert await crm.listed(path, contact_id=one["id"]) == [], path
        assert len(await crm.listed(path, contact_id=two["id"])) == 1, path
    assert (await crm.ask("DELETE", f"/notes/{note['id']}")).status_code == 204
    assert (await crm.ask("GET", f"/notes/{note['id']}")).status_code == 404
    assert [one["kind"] for one in await crm.listed(f"/contacts/{two['id']}/interactions")] == ["deal"]
    assert (await crm.ask("POST", "/notes", json={"text": "x", "contact_id": "con_none"})).status_code == 404


async def test_a_recurring_task_is_followed_by_the_next_at_the_same_local_time(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    task = await crm.create(
        "/tasks", title="Report", due_at="2026-03-27T08:00:00Z", remind_at="2026-03-27T07:00:00Z",
        recurrence="FREQ=DAILY;COUNT=4", timezone="Europe/Berlin",
    )  # fmt: skip
    seen = []
    while task is not None:
        seen.append((task["due_at"], task["remind_at"], task["occurrence"]))
        done = await crm.ask("PATCH", f"/tasks/{task['id']}", task["version"], json={"status": "done"})
        assert done.json()["done_at"] is not None
        task = await crm.get(f"/tasks/{done.json()['next_id']}") if done.json()["next_id"] else None
    assert seen == [
        ("2026-03-27T08:00:00Z", "2026-03-27T07:00:00Z", 1),
        ("2026-03-28T08:00:00Z", "2026-03-28T07:00:00Z", 2),
        ("2026-03-29T07:00:00Z", "2026-03-29T06:00:00Z", 3),
        ("2026-03-30T07:00:00Z", "2026-03-30T06:00:00Z", 4),
    ]


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=DAILY;BYDAY=XX", "nonsense", "FREQ=DAILY;COUNT=2;COUNT=3"])
async def test_what_is_no_rule_is_refused(platform: LocalPlatform, rule: str) -> None:
    crm = await new_crm(platform)
    body = {"title": "x", "due_at": "2026-03-27T08:00:00Z", "recurrence": rule}
    assert (await crm.ask("POST", "/tasks", json=body)).status_code == 422
    assert (
        await crm.ask("POST", "/tasks", json=body | {"recurrence": "FREQ=DAILY", "due_at": None})
    ).status_code == 422


async def test_the_overdue_feed_begins_with_who_waits_longest(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    for day in (3, 1, 2):
        await crm.create("/tasks", title=str(day), due_at=f"2026-01-0{day}T00:00:00Z", assignee="me")
    await crm.create("/tasks", title="future", due_at="2099-01-01T00:00:00Z")
    await crm.create("/tasks", title="whenever")
    assert [one["title"] for one in await crm.listed("/tasks", overdue="true", limit=1)] == ["1", "2", "3"]
    [first, *_] = await crm.listed("/tasks", overdue="true")
    await crm.ask("PATCH", f"/tasks/{first['id']}", 1, json={"status": "done"})
    assert [one["title"] for one in await crm.listed("/tasks", overdue="true", assignee="me")] == ["2", "3"]
    assert await crm.listed("/tasks", overdue="true", assignee="you") == []


async def test_a_deal_keeps_its_stages_and_a_won_one_is_a_conversion(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    contact = await crm.create(name="Buyer")
    deal = await crm.create(
        "/deals", title="Site", contact_id=contact["id"], amount_minor=500_00, close_on="2026-12-01"
    )
    for version, stage in enumerate(("proposal", "won"), start=1):
        moved = await crm.ask("PATCH", f"/deals/{deal['id']}", version, json={"stage": stage, "reason": f"to {stage}"})
        assert moved.status_code == 200, moved.text
    assert [(one["stage"], one["reason"]) for one in moved.json()["stages"]] == [
        ("qualification", ""), ("proposal", "to proposal"), ("won", "to won"),
    ]  # fmt: skip
    assert moved.json()["closed_at"] is not None
    events = [one["payload"] for one in await documents(crm.tenant_id, "events") if one["event_type"] == "deal_won"]
    assert [(one["deal_id"], one["amount_minor"], one["currency"]) for one in events] == [(deal["id"], 500_00, "USD")]
    subjects = [one["subject"] for one in await crm.listed(f"/contacts/{contact['id']}/interactions")]
    assert subjects == ["Site: won", "Site: proposal", "Site: qualification"]
    numbers = (await crm.get("/statistics"))["deals"]
    assert (numbers["win_rate"], numbers["amount_minor"]) == (1.0, {"USD": {"won": 500_00}})


async def act(crm: Crm, chance: random.Random) -> None:
    """One thing that somebody does in a CRM."""
    contacts = await crm.listed("/contacts")
    deals, tasks = await crm.listed("/deals"), await crm.listed("/tasks")
    stage, owner = chance.choice(["lead", "prospect", "customer"]), chance.choice(["ann", "bob", None])
    do = chance.choice(["create", "change", "delete", "merge", "undo", "deal", "move", "drop", "task", "call", "do"])
    if do == "create" or len(contacts) < 2:
        await crm.create(name=f"N {chance.random()}", stage=stage, owner=owner)
    elif do == "change":
        one = chance.choice(contacts)
        await crm.ask("PATCH", f"/contacts/{one['id']}", one["version"], json={"stage": stage, "owner": owner})
    elif do == "delete":
        one = chance.choice(contacts)
        await crm.ask("DELETE", f"/contacts/{one['id']}")
        if chance.random() < 0.5:
            await crm.ask("POST", f"/contacts/{one['id']}:restore")
    elif do == "merge":
        one, two = chance.sample(contacts, 2)
        await crm.ask(
            "POST",
            "/contacts:merge",
            json={"contact_id": one["id"], "merged_id": two["id"], "winners": {"stage": "merged"}},
        )
    elif do == "undo":
        for merge in (await crm.listed("/merges"))[:1]:
            await crm.ask("POST", f"/merges/{merge['id']}:undo")
    elif do == "deal" or not deals:
        await crm.create("/deals", title="D", amount_minor=chance.randrange(1000), owner=owner)
    elif do in ("move", "drop"):
        one = chance.choice(deals)
        if do == "drop":
            await crm.ask("DELETE", f"/deals/{one['id']}")
        change = {"stage": chance.choice(["won", "lost", "proposal"]), "amount_minor": chance.randrange(1000)}
        await crm.ask("PATCH", f"/deals/{one['id']}", one["version"], json=change)
    elif do == "task" or not tasks:
        await crm.create("/tasks", title="T", due_at="2026-01-01T00:00:00Z", recurrence="FREQ=WEEKLY")
    elif do == "do":
        one = chance.choice(tasks)
        await crm.ask("PATCH", f"/tasks/{one['id']}", one["version"], json={"status": "done"})
    else:
        await crm.create(f"/contacts/{chance.choice(contacts)['id']}/interactions", kind="call")


async def recount(crm: Crm) -> dict[str, Any]:
    """The statistics, counted from the documents themselves."""
    contacts = [one for one in await documents(crm.tenant_id, "crm_contacts") if one["status"] == "active"]
    deals = await documents(crm.tenant_id, "crm_deals")
    amounts: Counter[str] = Counter()
    for deal in deals:
        amounts[deal["stage"]] += deal["amount_minor"]
    stages = Counter(deal["stage"] for deal in deals)
    closed = stages["won"] + stages["lost"]
    return {
        "total": len(contacts),
        "stage": Counter(one["stage"] for one in contacts),
        "owner": Counter(one["owner"] or "" for one in contacts),
        "deals": stages,
        "amounts": {stage: amount for stage, amount in amounts.items() if amount},
        "win_rate": stages["won"] / closed if closed else None,
        "tasks": Counter(one["status"] for one in await documents(crm.tenant_id, "crm_tasks")),
        "calls": sum(one["kind"] == "call" for one in await documents(crm.tenant_id, "crm_interactions")),
    }


@pytest.mark.parametrize("seed", range(3))
async def test_statistics_equal_a_recount_whatever_was_done(platform: LocalPlatform, seed: int) -> None:
    crm, chance = await new_crm(platform), random.Random(seed)
    for _ in range(35):
        await act(crm, chance)
    told = await crm.get("/statistics")
    assert {
        "total": told["contacts"]["total"],
        "stage": told["contacts"]["by_stage"],
        "owner": told["contacts"]["by_owner"],
        "deals": told["deals"]["by_stage"],
        "amounts": told["deals"]["amount_minor"].get("USD", {}),
        "win_rate": told["deals"]["win_rate"],
        "tasks": told["tasks"],
        "calls": told["interactions"].get("call", 0),
    } == await recount(crm)
    assert told["contacts"]["stale"] == sum(
        not one["last_contacted_us"]
        for one in await documents(crm.tenant_id, "crm_contacts")
        if one["status"] == "active"
    )
