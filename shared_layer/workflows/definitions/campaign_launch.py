"""A campaign from its brief to the street: planned, launched, announced in Slack, with a task to look at the results.

Cancelled, its task is deleted, the announcement is taken back by another message, and the campaign is ended. The plan
itself stays: it cost money, and a campaign that never ran harms nobody.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from shared_layer.core.models import Model
from shared_layer.crm.contact import Owner
from shared_layer.marketing.brief import CampaignBrief
from shared_layer.workflows.definition import Definition, Step

ChannelName = Annotated[
    str, StringConstraints(pattern=r"^(#[^\s#]{1,80}|[CG][A-Z0-9]{2,20})$"), Field(examples=["#general"])
]


class CampaignLaunch(Model):
    """A campaign to launch. `announce_in` is a Slack channel; left out, nobody is told."""

    brief: CampaignBrief
    announce_in: ChannelName | None = None
    review_after_days: Annotated[int, Field(ge=1, le=90)] = 14
    assignee: Owner | None = None


CAMPAIGN_LAUNCH = Definition(
    name="campaign_launch",
    version=1,
    summary="Plan a campaign, launch it, announce it in Slack, and have somebody review it.",
    given=CampaignLaunch,
    scopes=("crm:write", "marketing:write", "slack:write"),
    steps=(
        Step("plan", ("create_campaign",)),
        Step("launch", ("launch_campaign",), undone=True),
        Step("announce", ("post_slack_message",), undone=True),
        Step("follow_up", ("create_crm_task",), undone=True),
    ),
)
