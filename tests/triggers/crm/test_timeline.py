"""Slack, mail, a form, a payment and a deal of one person, as events on the real topics, meet in one contact."""

from __future__ import annotations

from typing import Any

from shared_layer.messaging.registry import EventPayload
from shared_layer.messaging.unit import Unit
from tests.shared_layer.crm.test_one_person import lead, mail, payment, slack
from tests.support.crm import Crm, new_crm
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform
from tests.support.staging import context


async def tell(tenant_id: str, service: str, *events: EventPayload) -> None:
    """Commit events as their service stages them; the relay publishes them."""
    unit = Unit(context(service, tenant_id), tenant_id, tuple({event.event_type for event in events}))
    for event in events:
        unit.emit(event)
    await unit.commit()


async def told_of_everything(crm: Crm) -> dict[str, Any]:
    """The one contact, once all five kinds are on its timeline."""
    await tell(crm.tenant_id, "slack-intelligence-service", slack(1, 1, False), slack(1, 2, True), slack(1, 2, True))
    await tell(crm.tenant_id, "gmail-intelligence-service", mail(1, 1), mail(1, 1))
    await tell(crm.tenant_id, "webhook-service", lead(1, 1, False, True), lead(1, 2, True, True), payment(1, 1))

    async def heard() -> bool:
        contacts = await crm.listed("/contacts")
        return len(contacts) == 1 and contacts[0]["interactions"] == 6

    await eventually(heard, within=60)
    [contact] = await crm.listed("/contacts")
    return contact


async def test_everything_meets_in_one_contact_on_one_timeline(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    contact = await told_of_everything(crm)
    assert contact["emails"] == ["p1@acme1.example"]
    assert contact["phones"] == ["+12025551001"]
    assert contact["slack_users"] == ["T1:U1"]
    kinds = [one["kind"] for one in await crm.listed(f"/contacts/{contact['id']}/interactions")]
    assert sorted(kinds) == ["form", "form", "mail", "message", "message", "payment"]
    for merge in await crm.listed("/merges"):
        assert (await crm.get(f"/contacts/{merge['merged_id']}"))["id"] == contact["id"]
