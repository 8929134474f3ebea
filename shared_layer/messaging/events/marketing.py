"""Events of campaigns."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from shared_layer.messaging.registry import EventPayload, event_type


@event_type("campaign_created")
class CampaignCreated(EventPayload):
    campaign_id: str
    data: dict[str, Any]


@event_type("campaign_updated")
class CampaignUpdated(EventPayload):
    campaign_id: str
    version: int
    changed: list[str]


@event_type("campaign_status_changed")
class CampaignStatusChanged(EventPayload):
    campaign_id: str
    status: str
    former_status: str


@event_type("marketing_segment_created")
class MarketingSegmentCreated(EventPayload):
    segment_id: str


@event_type("campaign_audience_due")
class CampaignAudienceDue(EventPayload):
    """The next part of a campaign's audience, behind the contact `after`, is to be taken."""

    campaign_id: str
    after: str | None = None


@event_type("campaign_send_due")
class CampaignSendDue(EventPayload):
    """Mails of a campaign may leave; each turn sends some and tells of the next."""

    campaign_id: str
    turn: int


@event_type("campaign_release_due")
class CampaignReleaseDue(EventPayload):
    """A test was decided: those who wait for its winner are let go, part by part."""

    campaign_id: str
    part: int


@event_type("campaign_resend_due")
class CampaignResendDue(EventPayload):
    """The second round, to those behind the mail `after` who did not click, is to be prepared, part by part."""

    campaign_id: str
    after: str | None = None


@event_type("campaign_mail_sent")
class CampaignMailSent(EventPayload):
    """A provider took a mail of a campaign. `round` 2 is the one to those who had not clicked."""

    campaign_id: str
    mail_id: str
    contact_id: str
    variant: str
    round: int
    subject: str
    sent_at: datetime


@event_type("campaign_mail_clicked")
class CampaignMailClicked(EventPayload):
    """A person followed a link of a mail for the first time."""

    campaign_id: str
    mail_id: str
    contact_id: str
    variant: str
    url: str
    clicked_at: datetime


@event_type("campaign_mail_feedback")
class CampaignMailFeedback(EventPayload):
    """A provider told what became of a mail. A `bounced` one came back for good, a `deferred` one may still arrive."""

    campaign_id: str
    mail_id: str
    provider: str
    outcome: Literal["delivered", "bounced", "deferred", "complained", "unsubscribed"]
    detail: str = ""
    told_at: datetime


@event_type("campaign_unsubscribed")
class CampaignUnsubscribed(EventPayload):
    """Somebody wants no more campaign mail; told by the link of that mail."""

    campaign_id: str
    mail_id: str
    contact_id: str | None = None
    variant: str = ""


@event_type("campaign_test_decided")
class CampaignTestDecided(EventPayload):
    """What an A/B test came to, and which variant the rest gets."""

    campaign_id: str
    verdict: str
    variant: str
    proven: bool


@event_type("campaign_test_mail_due")
class CampaignTestMailDue(EventPayload):
    """A template is to be tried on an address of the tenant's own."""

    mail_id: str


@event_type("marketing_suppression_changed")
class MarketingSuppressionChanged(EventPayload):
    """An address gets no more campaign mail, or gets it again."""

    suppression_id: str
    change: Literal["added", "removed"]
