"""Queue the scheduled mails, and those that Gmail could not take, whose time has come."""

from shared_layer.gmail.delivering import post_due
from shared_layer.triggers import Unit, on_schedule


@on_schedule("* * * * *", deadline=55, emits=("gmail_message_due",))
async def queue_due_gmail(unit: Unit) -> None:
    await post_due(unit)
