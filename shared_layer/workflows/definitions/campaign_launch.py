"""A campaign from its brief to the street: planned, launched, announced in Slack, with a task to look at the results.

Cancelled, its task is deleted, the announcement is taken back by another message, and the campaign is ended. The plan
itself stays: it cost money, and a campaign that never ran harms nobody.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from shared_layer.core import clock
from shared_layer.core.errors import NotFound
from shared_layer.core.models import Model
from shared_layer.crm.contact import Owner
from shared_layer.crm.task import CrmTaskDraft
from shared_layer.crm.todo import create_crm_task, delete_crm_task
from shared_layer.marketing.brief import CampaignBrief
from shared_layer.marketing.creation import create_campaign
from shared_layer.marketing.lifecycle import launch_campaign, move_campaign
from shared_layer.marketing.store import get_campaign
from shared_layer.slack.outgoing import NewMessage, post_message
from shared_layer.workflows.definition import Definition, Step, Work

ChannelName = Annotated[
    str, StringConstraints(pattern=r"^(#[^\s#]{1,80}|[CG][A-Z0-9]{2,20})$"), Field(examples=["#general"])
]


class CampaignLaunch(Model):
    """A campaign to launch. `announce_in` is a Slack channel; left out, nobody is told."""

    brief: CampaignBrief
    announce_in: ChannelName | None = None
    review_after_days: Annotated[int, Field(ge=1, le=90)] = 14
    assignee: Owner | None = None


async def _plan(work: Work) -> dict[str, Any]:
    campaign = await create_campaign(work.given.brief, work.caller, work.unit)
    work.cost_micros = campaign.ai.cost_micros
    return {"campaign_id": campaign.id, "name": campaign.name, "url": f"/api/v1/campaigns/{campaign.id}"}


async def _launch(work: Work) -> dict[str, Any]:
    campaign = await launch_campaign(work.outputs["plan"]["campaign_id"], work.caller, work.unit)
    return {"status": campaign.status}


async def _end(work: Work, _output: dict[str, Any]) -> None:
    campaign = await get_campaign(work.outputs["plan"]["campaign_id"], work.caller)
    if campaign.status != "done":
        await move_campaign(campaign.id, "done", work.caller, work.unit)


async def _announce(work: Work) -> dict[str, Any]:
    if work.given.announce_in is None:
        return {"announced": False}
    campaign = await get_campaign(work.outputs["plan"]["campaign_id"], work.caller)
    text = f"The campaign “{campaign.name}” is running: {campaign.plan.summary}"
    message = await post_message(
        NewMessage(channel=work.given.announce_in, text=text[:3000]), work.caller, work.unit
    )  # fmt: skip
    return {"announced": True, "message_id": message.id}


async def _withdraw(work: Work, output: dict[str, Any]) -> None:
    if output["announced"]:
        text = f"The campaign “{work.outputs['plan']['name']}” was cancelled."
        await post_message(NewMessage(channel=work.given.announce_in, text=text[:3000]), work.caller, work.unit)


async def _follow_up(work: Work) -> dict[str, Any]:
    due = clock.utcnow() + timedelta(days=work.given.review_after_days)
    title = f"Review the campaign “{work.outputs['plan']['name']}”"[:200]
    task = await create_crm_task(
        CrmTaskDraft(title=title, due_at=due, assignee=work.given.assignee), work.caller, work.unit
    )
    return {"task_id": task.id}


async def _drop_task(work: Work, output: dict[str, Any]) -> None:
    try:
        await delete_crm_task(output["task_id"], work.caller, work.unit)
    except NotFound:
        return  # somebody threw it away before


DEFINITION = Definition(
    name="campaign_launch",
    version=1,
    summary="Plan a campaign, launch it, announce it in Slack, and have somebody review it.",
    given=CampaignLaunch,
    scopes=("crm:write", "marketing:write", "slack:write"),
    steps=(
        Step("plan", _plan, ("create_campaign",)),
        Step("launch", _launch, ("launch_campaign",), undo=_end),
        Step("announce", _announce, ("post_slack_message",), undo=_withdraw),
        Step("follow_up", _follow_up, ("create_crm_task",), undo=_drop_task),
    ),
    emits=("campaign_created", "campaign_status_changed", "slack_message_due", "crm_task_changed"),
)
