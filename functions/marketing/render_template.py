"""Render a template of mail: MJML or HTML with Liquid to HTML and text, with what is missing, unsafe or spam-like.

A template that cannot be read is refused with line and column. `send_test_to` mails the result.
"""

from shared_layer.front_door import Caller, Resources, Unit, endpoint
from shared_layer.marketing.templates.preview import RenderedTemplate, TemplateTrial, try_template


@endpoint(
    "POST",
    "/api/v1/templates:render",
    scope="marketing:write",
    idempotency="optional",
    emits=("campaign_test_mail_due",),
    resources=Resources(memory=512, secrets=("xynergy-seal-key",)),
)
async def render_template(trial: TemplateTrial, caller: Caller, unit: Unit) -> RenderedTemplate:
    return await try_template(trial, caller, unit)
