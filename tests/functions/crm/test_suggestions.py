"""What known people ask and promise waits as a suggestion, or becomes a task, as the tenant's policy says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared_layer.messaging.events.gmail import GmailMessageIngested
from shared_layer.messaging.events.slack import SlackTaskSuggested
from tests.shared_layer.crm.test_one_person import NOON, edit, mail, slack
from tests.support.crm import Crm, new_crm
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform
from tests.triggers.crm.test_timeline import tell

ASKED = "Could you send the offer by Friday?"


async def suggested(crm: Crm, contact_id: str, *numbers: int) -> None:
    """Slack tells that messages of a contact may be worth a task."""
    told = [
        SlackTaskSuggested(
            team_id="T1", channel_id="C1", ts=f"1.{number}", contact_id=contact_id, kind="question", title=ASKED
        )
        for number in numbers
    ]
    await tell(crm.tenant_id, "slack-intelligence-service", *told)


async def waits(crm: Crm, count: int, **wanted: Any) -> list[dict[str, Any]]:
    """The suggestions, once there are so many."""
    found: list[dict[str, Any]] = []

    async def there() -> bool:
        found[:] = await crm.listed("/task-suggestions", **wanted)
        return len(found) == count

    await eventually(there)
    return found


async def test_a_suggestion_is_kept_once_and_becomes_a_task_or_nothing(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    contact = await crm.create(name="Ada Byron")
    await suggested(crm, contact["id"], 1, 2, 1)
    first, second = await waits(crm, 2, contact_id=contact["id"])
    assert (first["title"], first["kind"], first["origin"], first["state"]) == (ASKED, "question", "slack", "open")
    assert {first["reference"], second["reference"]} == {"C1/1.1", "C1/1.2"}
    task = await crm.create(f"/task-suggestions/{first['id']}:accept", due_at="2026-12-01T09:00:00Z", assignee="mara")
    assert (task["title"], task["contact_id"], task["assignee"]) == (ASKED, contact["id"], "mara")
    assert await crm.get(f"/tasks/{task['id']}") == task
    accepted = await crm.get(f"/task-suggestions/{first['id']}")
    assert (accepted["state"], accepted["task_id"]) == ("accepted", task["id"])
    dismissed = await crm.ask("POST", f"/task-suggestions/{second['id']}:dismiss")
    assert dismissed.json()["state"] == "dismissed"
    for verb in ("accept", "dismiss"):
        for one in (first, second):
            assert (await crm.ask("POST", f"/task-suggestions/{one['id']}:{verb}", json={})).status_code == 409
    assert await crm.listed("/task-suggestions") == []
    assert await crm.listed("/tasks") == [task]
    assert (await crm.get("/statistics"))["tasks"]["open"] == 1


async def test_the_policy_makes_tasks_at_once_or_none(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    contact = await crm.create(name="Ada Byron")
    settings = await crm.get("/settings")
    assert (await crm.ask("PUT", "/settings", json=settings | {"task_suggestions": "accept"})).status_code == 200
    await suggested(crm, contact["id"], 1)
    [made] = await waits(crm, 1, state="accepted")
    [task] = await crm.listed("/tasks", contact_id=contact["id"])
    assert (task["id"], task["title"], made["decided_by"]) == (made["task_id"], ASKED, "policy")
    assert (await crm.ask("PUT", "/settings", json=settings | {"task_suggestions": "never"})).status_code == 200
    await suggested(crm, contact["id"], 2)
    await tell(crm.tenant_id, "slack-intelligence-service", slack(2, 1, True))

    async def later_was_heard() -> bool:
        return len(await crm.listed("/contacts")) == 2

    await eventually(later_was_heard)
    assert len(await crm.listed("/tasks")) == 1


async def test_a_deleted_message_suggests_nothing_and_a_merge_takes_suggestions_along(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    contact, other = await crm.create(name="Ada Byron"), await crm.create(name="Ada B.")
    await suggested(crm, contact["id"], 1, 2)
    await waits(crm, 2)
    await tell(crm.tenant_id, "slack-intelligence-service", edit(1, 1, "", 5))
    [gone] = await waits(crm, 1, state="withdrawn")
    assert gone["title"] == ""
    merged = {"contact_id": other["id"], "merged_id": contact["id"]}
    merge = (await crm.ask("POST", "/contacts:merge", json=merged)).json()
    [moved] = await waits(crm, 1, contact_id=other["id"])
    assert moved["contact_id"] == other["id"]
    assert (await crm.ask("POST", f"/merges/{merge['id']}:undo")).status_code == 200
    assert await waits(crm, 1, contact_id=contact["id"])


async def test_the_next_step_of_a_mail_shows_no_more_than_the_team_may_see(platform: LocalPlatform) -> None:
    """A question from outside and a promise of ours are next steps; a question that we asked is theirs to answer."""
    crm = await new_crm(platform)
    await crm.create(name="Person 1", emails=["p1@acme1.example"])
    sent = mail(1, 1).model_copy(update={"text": "Thanks. I'll send the contract tomorrow."})
    asked = mail(1, 2).model_copy(update={"text": "Could you look at it until Monday?"})
    came = sent.model_copy(
        update={
            "message_id": "m3", "direction": "inbound", "sender": sent.recipients[1], "recipients": [sent.sender],
            "subject": "Prices", "text": "What would a yearly plan cost?", "sent_at": NOON + timedelta(minutes=9),
        }
    )  # fmt: skip
    told: list[GmailMessageIngested] = [sent, sent, asked, came]
    await tell(crm.tenant_id, "gmail-intelligence-service", *told)
    found = await waits(crm, 2)
    assert {(one["kind"], one["title"], one["reference"]) for one in found} == {
        ("commitment", "Hi", sent.message_id),
        ("question", "Prices", "m3"),
    }
    settings = await crm.get("/settings")
    await crm.ask("PUT", "/settings", json=settings | {"mail_visibility": "everything"})
    await tell(crm.tenant_id, "gmail-intelligence-service", came.model_copy(update={"message_id": "m4"}))
    assert "What would a yearly plan cost?" in {one["title"] for one in await waits(crm, 3)}
