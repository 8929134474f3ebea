"""Renew the watch of every mailbox, daily: Gmail's notices end after seven days."""

from shared_layer.gmail.watching import renew_watches
from shared_layer.triggers import Resources, Unit, on_schedule


@on_schedule(
    "0 3 * * *",
    deadline=1500,
    emits=("gmail_history_due", "gmail_watch_expiring"),
    resources=Resources(max_instances=1, secrets=("xynergy-seal-key", "xynergy-google-oauth")),
)
async def renew_gmail_watches(unit: Unit) -> None:
    await renew_watches(unit)
