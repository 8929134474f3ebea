"""A test mail handed to the provider: once, by its own key."""

from __future__ import annotations

from shared_layer.core import clock
from shared_layer.core.errors import NotFound, ProviderFailed
from shared_layer.marketing.mail import outbox
from shared_layer.marketing.mail.composing import list_headers
from shared_layer.marketing.mail.letter import Letter
from shared_layer.marketing.mail.mail import mail_document, target_of
from shared_layer.marketing.mail.provider import MailRefused
from shared_layer.marketing.mail.providers import configured
from shared_layer.marketing.templates.preview import DRAFTS, DraftMail
from shared_layer.messaging.events.marketing import CampaignTestMailDue
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import read, tenant_document


async def send_test(due: CampaignTestMailDue, unit: Unit) -> None:
    """Send a test mail, and stage that it was. Raises ProviderFailed while the provider does not take it."""
    try:
        draft = await read(tenant_document(unit.tenant_id, DRAFTS, due.mail_id), DraftMail)
    except NotFound:
        return
    letter = Letter(
        key=draft.id,
        sender_email=draft.sender_email,
        sender_name=draft.sender_name,
        to=draft.to,
        subject=draft.subject,
        html=draft.html,
        text=draft.text,
        headers=list_headers(draft.unsubscribe_url),
        tags={"xynergy_tenant": unit.tenant_id, "xynergy_mail": draft.id},
    )
    provider = configured()
    told = {"state": "sent", "code": None, "sent_at": clock.utcnow(), "provider": provider.id if provider else "mock"}
    try:
        if provider is None:
            await outbox.take(letter, unit.tenant_id, target_of(draft.id).campaign_id, "")
        else:
            await provider.hand_over(letter)
    except MailRefused as refused:
        if refused.passing and not refused.doubtful:
            raise ProviderFailed(f"{provider.title if provider else ''} said {refused.code}.") from None
        if not refused.taken:
            told |= {"state": "in_doubt" if refused.doubtful else "failed", "code": refused.code, "sent_at": None}
    unit.patch(mail_document(unit.tenant_id, draft.id), told)
    unit.delete(tenant_document(unit.tenant_id, DRAFTS, draft.id))
