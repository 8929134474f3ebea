"""A campaign's set-up checked when it is written, and completed from the plan's own wordings."""

from __future__ import annotations

from html import escape
from typing import Final

from shared_layer.core.errors import NotFound, ValidationFailed
from shared_layer.marketing.audience.segment import get_segment
from shared_layer.marketing.mail.setup import MailSetup, MailVariant
from shared_layer.marketing.plan import CampaignPlan, Variant
from shared_layer.marketing.templates.html import compiled, is_mjml
from shared_layer.marketing.templates.liquid import parsed

_BODY: Final = """\
<h1 style="font-family:sans-serif">{headline}</h1>
<p style="font-family:sans-serif">Hello {{{{ contact.given_name | default: "there" }}}},</p>
<p style="font-family:sans-serif">{body}</p>
<p><a style="font-family:sans-serif;background:#1a4fd6;color:#ffffff;padding:12px 20px;text-decoration:none"
 href="{{{{ landing_url }}}}">{call_to_action}</a></p>
<p style="font-family:sans-serif;font-size:12px;color:#555555">{{{{ sender.name }}}}<br>{{{{ postal_address }}}}<br>
<a href="{{{{ unsubscribe_url }}}}">Unsubscribe</a></p>
"""


async def checked_setup(setup: MailSetup, tenant_id: str) -> None:
    """Raises ValidationFailed for a segment that is not there or variants of which one cannot be read."""
    try:
        await get_segment(setup.segment_id, tenant_id)
    except NotFound:
        raise ValidationFailed(
            "There is no such segment. Create one with POST /api/v1/segments.",
            errors=[{"pointer": "/mail/segment_id", "in": "body", "detail": "no such segment"}],
        ) from None
    for variant in setup.variants:
        parsed(variant.subject, "subject", False)
        parsed(compiled(variant.body) if is_mjml(variant.body) else variant.body, "body", True)
        if variant.text is not None:
            parsed(variant.text, "text", False)


def with_wordings(setup: MailSetup, plan: CampaignPlan) -> MailSetup:
    """The set-up with the plan's variants, where it has none of its own. Two are enough for a test."""
    if setup.variants:
        return setup
    most = 4 if setup.test is not None else 1
    return setup.model_copy(update={"variants": [_wording(one) for one in plan.variants[:most]]})


def _wording(variant: Variant) -> MailVariant:
    return MailVariant.model_validate(
        {
            "label": variant.label,
            "subject": _plain(variant.headline)[:300],
            "body": _BODY.format(
                headline=escape(_plain(variant.headline)),
                body=escape(_plain(variant.body)),
                call_to_action=escape(_plain(variant.call_to_action)),
            ),
        }
    )


def _plain(text: str) -> str:
    """A model's words are no template: braces in them are taken out."""
    return " ".join(text.replace("{", "(").replace("}", ")").split())
