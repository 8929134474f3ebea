"""Take a mail provider's events (delivered, bounced, complained): proven by its signature, each taken once."""

from starlette.requests import Request

from shared_layer.front_door import PUBLIC, Unit, endpoint
from shared_layer.front_door.raw_body import raw_body
from shared_layer.marketing.feedback.receiving import BODY_LIMIT, MailFeedbackReceipt, Provider, receive


@endpoint(
    "POST",
    "/api/v1/mail-feedback/{provider}",
    scope=PUBLIC,
    tier="none",
    body_limit=BODY_LIMIT,
    emits=("campaign_mail_feedback",),
)
async def receive_mail_feedback(provider: Provider, request: Request, unit: Unit) -> MailFeedbackReceipt:
    return await receive(provider, await raw_body(request, BODY_LIMIT), request.headers, unit)
