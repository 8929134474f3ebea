"""The night's work: scores, nudges and purges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared_layer.core import clock
from shared_layer.crm import nightly
from shared_layer.crm.reminding import remind_due
from shared_layer.messaging.events.crm import CrmScoringDue
from shared_layer.messaging.unit import Unit
from tests.support.crm import Crm, new_crm
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform
from tests.support.staging import context, documents


def unit_of_the_night(tenant_id: str = "") -> Unit:
    return Unit(context("crm-engine", tenant_id), tenant_id, ("contact_going_cold", "crm_scoring_due"))


async def score(crm: Crm) -> int:
    """A night's scoring of one tenant, part after part; how many contacts changed."""
    changed, due = 0, CrmScoringDue(night="2026-06-01")
    while True:
        unit = unit_of_the_night(crm.tenant_id)
        changed += await nightly.score_part(due, unit)
        if not unit.events:
            return changed
        due = CrmScoringDue.model_validate(unit.events[0].payload)


async def test_scores_are_made_anew_page_by_page_and_a_silence_is_told_of_once(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nightly, "PAGE", 2)
    monkeypatch.setattr(nightly, "PAGES_A_PART", 1)
    crm = await new_crm(platform)
    contacts = [await crm.create(name=f"N {number}", stage="customer") for number in range(5)]
    long_ago = (datetime.now(UTC) - timedelta(days=60)).isoformat()
    for _ in range(3):
        await crm.create(f"/contacts/{contacts[0]['id']}/interactions", kind="call", occurred_at=long_ago)
    for night in range(2):
        assert await score(crm) == (5 if night == 0 else 0)
        events = [one["payload"] for one in await documents(crm.tenant_id, "events")]
        assert [one["days_silent"] for one in events if "days_silent" in one] == [60]
    [best, *_] = await crm.listed("/contacts", sort="-score")
    assert best["id"] == contacts[0]["id"]
    assert [reason["reason"] for reason in best["score_reasons"]] == ["frequency", "recency", "stage"]
    assert [one["id"] for one in await crm.listed("/contacts", min_score=7)] == [best["id"]]
    await crm.create(f"/contacts/{best['id']}/interactions", kind="call")
    await score(crm)
    assert (await crm.get(f"/contacts/{best['id']}"))["score"] > best["score"]


async def test_a_contact_deleted_thirty_days_ago_goes_with_all_that_belongs_to_it(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    gone = await crm.create(name="Gone", emails=["gone@old.example"])
    kept = await crm.create(name="Kept", emails=["kept@old.example"])
    for contact in (gone, kept):
        await crm.create(f"/contacts/{contact['id']}/interactions", kind="call")
        await crm.create("/notes", text="private", contact_id=contact["id"])
    await crm.ask("DELETE", f"/contacts/{gone['id']}")
    await nightly.purge_due(unit_of_the_night())
    assert (await crm.get(f"/contacts/{gone['id']}"))["status"] == "deleted"
    ahead = datetime.now(UTC).timestamp() + 31 * 86_400
    former = clock.use(lambda: ahead)
    try:
        await nightly.purge_due(unit_of_the_night())
    finally:
        clock.use(former)
    for collection in ("crm_contacts", "crm_identities", "crm_interactions", "crm_notes", "crm_history"):
        owners = {one.get("contact_id", one.get("id")) for one in await documents(crm.tenant_id, collection)}
        assert owners <= {kept["id"]}, collection
    assert (await crm.ask("GET", f"/contacts/{gone['id']}")).status_code == 404
    assert (await crm.create(emails=["gone@old.example"]))["id"] != gone["id"]


async def test_a_reminder_is_told_of_once_and_again_when_it_is_set_anew(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    task = await crm.create("/tasks", title="Call", remind_at="2026-01-01T00:00:00Z", assignee="me")
    await crm.create("/tasks", title="Later", remind_at="2099-01-01T00:00:00Z")

    async def told() -> list[str]:
        await remind_due(Unit(context("crm-engine", ""), "", ("crm_task_reminded",)))
        events = await documents(crm.tenant_id, "events")
        return [one["payload"]["task_id"] for one in events if one["event_type"] == "crm_task_reminded"]

    assert await told() == [task["id"]]
    assert await told() == [task["id"]]
    now = await crm.get(f"/tasks/{task['id']}")
    assert (now["reminded_at"] is not None, now["version"]) == (True, 1)
    await crm.ask("PATCH", f"/tasks/{task['id']}", 1, json={"remind_at": "2026-01-02T00:00:00Z"})
    assert await told() == [task["id"]] * 2


async def test_the_schedule_has_every_tenant_with_contacts_scored(platform: LocalPlatform) -> None:
    crm, empty = await new_crm(platform), await new_crm(platform)
    contact = await crm.create(name="Ann", title="CEO", emails=["ann@acme.example"])
    assert await nightly.begin_scoring(unit_of_the_night()) >= 1

    async def scored() -> bool:
        return bool((await crm.get(f"/contacts/{contact['id']}"))["score"] == 15)

    await eventually(scored)
    assert "crm_scoring_due" not in {one["event_type"] for one in await documents(empty.tenant_id, "events")}
