"""A campaign's mail to one contact: its texts filled in, its links tracked, its way out of the list beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from shared_layer.crm.contact import StoredContact
from shared_layer.marketing.campaign import Campaign
from shared_layer.marketing.mail.letter import Letter
from shared_layer.marketing.mail.setup import MailSetup, MailVariant
from shared_layer.marketing.templates.links import exchanged, fault_of, with_utm
from shared_layer.marketing.templates.rendering import Made, make
from shared_layer.marketing.templates.values import contact_values
from shared_layer.marketing.tracking.tokens import TrackedMail, url_of

UTM: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_content")
_BODY_END: Final = re.compile(r"</body>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who gets a mail: the mail's id says which it is, `contact` what to say."""

    tenant_id: str
    mail_id: str
    email: str
    contact: dict[str, Any]

    @classmethod
    def of(cls, tenant_id: str, mail_id: str, email: str, contact: StoredContact) -> Addressee:
        """A contact."""
        return cls(tenant_id, mail_id, email, contact_values(contact, email))

    @property
    def unsubscribe_url(self) -> str:
        """The address's own way out of the list."""
        return url_of("unsubscribe", TrackedMail(self.tenant_id, self.mail_id))


def values_for(campaign: Campaign, setup: MailSetup, addressee: Addressee) -> dict[str, Any]:
    """What the templates can say."""
    return {
        "contact": addressee.contact,
        "campaign": {"name": campaign.name, "title": campaign.plan.title},
        "sender": {"name": setup.sender.name, "email": setup.sender.email},
        "landing_url": setup.landing_url or "",
        "postal_address": setup.postal_address,
        "unsubscribe_url": addressee.unsubscribe_url,
    }


def made_for(campaign: Campaign, setup: MailSetup, variant: MailVariant, addressee: Addressee, round: int) -> Made:
    """The mail's parts before its links are tracked. Raises TemplateInvalid."""
    resent = setup.resend.subject if setup.resend and round > 1 else None
    subject = resent or variant.subject
    return make(subject, variant.body, variant.text, values_for(campaign, setup, addressee))


def letter_for(campaign: Campaign, setup: MailSetup, made: Made, addressee: Addressee, variant: str) -> Letter:
    """The mail as the provider takes it; the same for the same contact, however often it is composed."""
    tenant_id, mail_id, out = addressee.tenant_id, addressee.mail_id, addressee.unsubscribe_url
    utm = email_utm(campaign, variant)

    def tracked(link: str) -> str:
        if link == out or fault_of(link):
            return link
        return url_of("click", TrackedMail(tenant_id, mail_id, with_utm(link, utm)))

    picture = url_of("open", TrackedMail(tenant_id, mail_id))
    pixel = f'<img src="{picture}" width="1" height="1" alt="" style="display:none"></body>'
    return Letter(
        key=mail_id,
        sender_email=setup.sender.email,
        sender_name=setup.sender.name,
        to=addressee.email,
        subject=made.subject,
        html=_BODY_END.sub(lambda _: pixel, exchanged(made.html, tracked), count=1),
        text=made.text if out in made.text else f"{made.text}\n\nUnsubscribe: {out}",
        reply_to=setup.reply_to,
        headers=list_headers(out),
        tags={"xynergy_tenant": tenant_id, "xynergy_mail": mail_id},
    )


def list_headers(unsubscribe_url: str) -> dict[str, str]:
    """RFC 2369 and RFC 8058: the way out, and that one POST is enough."""
    return {
        "List-Unsubscribe": f"<{unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def email_utm(campaign: Campaign, variant: str) -> dict[str, str]:
    """The plan's parameters of its e-mail channel, with the variant; made alike where the plan has no such channel."""
    planned = next((channel.utm for channel in campaign.plan.channels if channel.channel == "email"), None)
    if planned is None:
        first = (
            campaign.plan.channels[0].utm.get("utm_campaign", campaign.id) if campaign.plan.channels else campaign.id
        )
        planned = {"utm_source": "email", "utm_medium": "email", "utm_campaign": first}
    given = planned | {"utm_content": variant}
    return {name: given[name] for name in (*UTM, *sorted(given.keys() - set(UTM))) if name in given}
