"""Take Gmail's notice that a mailbox has changed: Pub/Sub delivers it with an identity token, which is verified."""

from shared_layer.gmail.watching import take_push
from shared_layer.triggers import Message, Unit, on_event


@on_event(("gmail-push",), raw=True, max_attempts=20, emits=("gmail_history_due",))
async def take_gmail_push(message: Message, unit: Unit) -> None:
    await take_push(message, unit)
