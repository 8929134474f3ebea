"""Decide the tests that have run long enough, begin second rounds, and end what is over: each once."""

from shared_layer.marketing.results.weighing import weigh_due
from shared_layer.triggers import Unit, on_schedule


@on_schedule(
    "*/15 * * * *",
    emits=("campaign_test_decided", "campaign_release_due", "campaign_resend_due", "campaign_status_changed"),
)
async def weigh_campaigns(unit: Unit) -> None:
    await weigh_due(unit)
