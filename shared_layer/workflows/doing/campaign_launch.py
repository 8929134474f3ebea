"""A campaign from its brief to the street: planned, launched, announced in Slack, with a task to look at the results.

Cancelled, its task is deleted, the announcement is taken back by another message, and the campaign is ended. The plan
itself stays: it cost money, and a campaign that never ran harms nobody.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared_layer.core import clock
from shared_layer.core.errors import NotFound
from shared_layer.crm.task import CrmTaskDraft
from shared_layer.crm.todo import create_crm_task, delete_crm_task
from shared_layer.marketing.creation import create_campaign
from shared_layer.marketing.lifecycle import end_campaign, launch_campaign
from shared_layer.marketing.store import get_campaign
from shared_layer.slack.outgoing import NewMessage, post_message
from shared_layer.tenants.mail_quota import remaining_mails
from shared_layer.workflows.definition import Doing, Work


async def plan(work: Work) -> dict[str, Any]:
    campaign = await create_campaign(work.given.brief, work.caller, work.unit)
    work.cost_micros = campaign.ai.cost_micros
    return {"campaign_id": campaign.id, "name": campaign.name, "url": f"/api/v1/campaigns/{campaign.id}"}


async def launch(work: Work) -> dict[str, Any]:
    campaign_id = work.outputs["plan"]["campaign_id"]
    campaign = await launch_campaign(campaign_id, work.caller.tenant_id, work.unit, remaining_mails)
    return {"status": campaign.status}


async def end(work: Work, _output: dict[str, Any]) -> None:
    campaign = await get_campaign(work.outputs["plan"]["campaign_id"], work.caller)
    if campaign.status != "done":
        await end_campaign(campaign.id, work.caller, work.unit)


async def announce(work: Work) -> dict[str, Any]:
    if work.given.announce_in is None:
        return {"announced": False}
    campaign = await get_campaign(work.outputs["plan"]["campaign_id"], work.caller)
    text = f"The campaign “{campaign.name}” is running: {campaign.plan.summary}"
    message = await post_message(
        NewMessage(channel=work.given.announce_in, text=text[:3000]), work.caller, work.unit
    )  # fmt: skip
    return {"announced": True, "message_id": message.id}


async def withdraw(work: Work, output: dict[str, Any]) -> None:
    if output["announced"]:
        text = f"The campaign “{work.outputs['plan']['name']}” was cancelled."
        await post_message(NewMessage(channel=work.given.announce_in, text=text[:3000]), work.caller, work.unit)


async def follow_up(work: Work) -> dict[str, Any]:
    due = clock.utcnow() + timedelta(days=work.given.review_after_days)
    title = f"Review the campaign “{work.outputs['plan']['name']}”"[:200]
    task = await create_crm_task(
        CrmTaskDraft(title=title, due_at=due, assignee=work.given.assignee), work.caller, work.unit
    )
    return {"task_id": task.id}


async def drop_task(work: Work, output: dict[str, Any]) -> None:
    try:
        await delete_crm_task(output["task_id"], work.caller, work.unit)
    except NotFound:
        return  # somebody threw it away before


CAMPAIGN_LAUNCH = Doing(
    do={"plan": plan, "launch": launch, "announce": announce, "follow_up": follow_up},
    undo={"launch": end, "announce": withdraw, "follow_up": drop_task},
)
