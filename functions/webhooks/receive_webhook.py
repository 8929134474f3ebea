"""Take a signed call of Stripe, GitHub, a form or any sender of Standard Webhooks.

The address names tenant and source. The signature is checked over the raw body, with a window of five minutes; the same
event is taken once. The answer comes as soon as the event is committed; what it means is found out afterwards.
"""

from starlette.requests import Request

from shared_layer.front_door import PUBLIC, Resources, Unit, endpoint
from shared_layer.front_door.raw_body import raw_body
from shared_layer.webhooks.receiving import BODY_LIMIT, WebhookReceipt, receive
from shared_layer.webhooks.signatures import Provider
from shared_layer.webhooks.source import Token


@endpoint(
    "POST",
    "/api/v1/webhooks/in/{provider}/{token}",
    scope=PUBLIC,
    tier="none",
    body_limit=BODY_LIMIT,
    emits=("webhook_received",),
    resources=Resources(min_instances=1, secrets=("xynergy-seal-key",)),
)
async def receive_webhook(provider: Provider, token: Token, request: Request, unit: Unit) -> WebhookReceipt:
    return await receive(provider, token, await raw_body(request, BODY_LIMIT), request.headers, unit)
