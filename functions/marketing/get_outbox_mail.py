"""Get one mail of the mock's outbox, whole: headers, HTML and text."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.marketing.mail import outbox
from shared_layer.marketing.mail.outbox import OutboxMail


@endpoint("GET", "/api/v1/outbox/{mail_id}", scope="marketing:read")
async def get_outbox_mail(mail_id: Id, caller: Caller) -> OutboxMail:
    return await outbox.get_outbox_mail(mail_id, caller)
