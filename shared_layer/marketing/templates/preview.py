"""A template tried: rendered for a contact or an example, looked over, and mailed to oneself where that is asked."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import ConfigDict, EmailStr, Field

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.ids import Id, new_id
from shared_layer.core.models import Model, empty_list
from shared_layer.crm.contact import StoredContact, contact_document
from shared_layer.marketing.mail.mail import StoredMail, mail_document, mail_id, mailbox_key
from shared_layer.marketing.mail.setup import Body, Line, MailSender
from shared_layer.marketing.templates.lint import TemplateFinding, lint, spam_score
from shared_layer.marketing.templates.liquid import MissingVariable
from shared_layer.marketing.templates.rendering import Made, make
from shared_layer.marketing.templates.values import EXAMPLE, contact_values
from shared_layer.marketing.tracking.tokens import TrackedMail, url_of
from shared_layer.messaging.events.marketing import CampaignTestMailDue
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import read, tenant_document

DRAFTS: Final = "marketing_test_mails"
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class TemplateTrial(Model):
    """A template and whom to fill it in for: a contact, else an example. `values` replace what the contact says.

    `send_test_to` mails it there, `[Test]` before its subject.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "subject": "{{ contact.given_name | default: 'Hello' }}, fresh bread from Monday",
                    "body": '<p>Come and see.</p><p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>',
                }
            ]
        }
    )

    subject: Line = Field(examples=["Fresh bread from Monday"])
    body: Body = Field(examples=["<p>Come and see.</p>"], description="HTML, or MJML where it begins with <mjml>.")
    text: Body | None = Field(default=None, examples=["Come and see."])
    contact_id: Id | None = Field(default=None, examples=["con_00000000000000000000"])
    values: Annotated[dict[Name, Annotated[str, Field(max_length=500)]], Field(max_length=50)] = Field(
        default_factory=dict
    )
    sender: MailSender | None = None
    postal_address: Annotated[str, Field(max_length=300)] = ""
    landing_url: Annotated[str, Field(max_length=1000)] = "https://example.com/"
    send_test_to: EmailStr | None = Field(default=None, examples=["ada@engine.example"])


class RenderedTemplate(Model):
    """The mail, what was missing in it, and what readers and their filters will dislike (`spam_score` 0 to 10)."""

    subject: str
    html: str
    text: str
    html_bytes: int
    missing: list[MissingVariable] = Field(default_factory=empty_list)
    findings: list[TemplateFinding] = Field(default_factory=empty_list)
    spam_score: int
    test_mail_id: str | None = Field(default=None, description="The test mail; without a provider it is in the outbox.")


class DraftMail(Model):
    """A test mail as it waits to be sent."""

    id: str
    sender_email: str
    sender_name: str
    to: str
    subject: str
    html: str
    text: str
    unsubscribe_url: str


async def try_template(trial: TemplateTrial, caller: Caller, unit: Unit) -> RenderedTemplate:
    """The template rendered and looked over. Raises TemplateInvalid with line and column, NotFound for a contact."""
    test_id = mail_id(new_id("cmptest"), mailbox_key(caller.tenant_id, trial.send_test_to or "nobody@example.com"), 1)
    out = url_of("unsubscribe", TrackedMail(caller.tenant_id, test_id))
    made = make(trial.subject, trial.body, trial.text, await _values(trial, caller.tenant_id, out))
    findings = lint(made.subject, made.html, made.text, out, trial.postal_address)
    shown = RenderedTemplate(
        subject=made.subject,
        html=made.html,
        text=made.text,
        html_bytes=len(made.html.encode()),
        missing=made.missing,
        findings=findings,
        spam_score=spam_score(findings),
    )
    if trial.send_test_to is not None:
        _stage_test(trial, made, test_id, out, caller, unit)
        shown.test_mail_id = test_id
    return shown


async def _values(trial: TemplateTrial, tenant_id: str, unsubscribe_url: str) -> dict[str, Any]:
    person: dict[str, Any] = dict(EXAMPLE)
    if trial.contact_id is not None:
        contact = await read(contact_document(tenant_id, trial.contact_id), StoredContact)
        person = contact_values(contact, contact.emails[0] if contact.emails else "")
    sender = trial.sender
    return {
        "contact": person | trial.values,
        "campaign": {"name": "Test", "title": "Test"},
        "sender": {"name": sender.name if sender else "Your company", "email": sender.email if sender else ""},
        "landing_url": trial.landing_url,
        "postal_address": trial.postal_address,
        "unsubscribe_url": unsubscribe_url,
    }


def _stage_test(trial: TemplateTrial, made: Made, test_id: str, out: str, caller: Caller, unit: Unit) -> None:
    assert trial.send_test_to is not None
    draft = DraftMail(
        id=test_id,
        sender_email=trial.sender.email if trial.sender else trial.send_test_to,
        sender_name=trial.sender.name if trial.sender else "Test",
        to=trial.send_test_to,
        subject=f"[Test] {made.subject}",
        html=made.html,
        text=made.text,
        unsubscribe_url=out,
    )
    moment = clock.utcnow()
    mail = StoredMail(
        id=test_id,
        campaign_id=test_id.rsplit("-", 2)[0],
        contact_id=trial.contact_id or "",
        email=trial.send_test_to,
        variant="a",
        open=False,
        due_at=moment,
        created_at=moment,
        updated_at=moment,
    )
    unit.create(tenant_document(caller.tenant_id, DRAFTS, test_id), draft.model_dump())
    unit.create(mail_document(caller.tenant_id, test_id), mail.model_dump())
    unit.emit(CampaignTestMailDue(mail_id=test_id))
