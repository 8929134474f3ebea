"""Launch the campaigns whose hour has come, and go on with mailings that waited or whose chain broke."""

from shared_layer.marketing.lifecycle import launch_campaign
from shared_layer.marketing.mail.due import launch_due, wake_due
from shared_layer.tenants.mail_quota import remaining_mails
from shared_layer.triggers import Resources, Unit, on_schedule


async def launch(campaign_id: str, unit: Unit) -> None:
    await launch_campaign(campaign_id, unit.tenant_id, unit, remaining_mails)


@on_schedule(
    "* * * * *",
    deadline=55,
    emits=("campaign_status_changed", "campaign_audience_due", "campaign_send_due"),
    resources=Resources(memory=512, secrets=("xynergy-seal-key",)),
)
async def queue_due_campaigns(unit: Unit) -> None:
    await launch_due(unit, launch)
    await wake_due(unit)
