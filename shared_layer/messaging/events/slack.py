"""Events of Slack."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from shared_layer.messaging.registry import EventPayload, event_type


@event_type("slack_message_received")
class SlackMessageReceived(EventPayload):
    """A message in a channel that the platform hears. `ts` is Slack's own id of it within the channel."""

    team_id: str
    channel_id: str
    channel_name: str
    ts: str
    thread_ts: str | None = None
    user_id: str
    user_name: str
    user_email: str | None = None
    text: str
    sent_at: datetime


@event_type("slack_message_changed")
class SlackMessageChanged(EventPayload):
    """A message was edited (`text` is the new one) or deleted (`text` is empty)."""

    team_id: str
    channel_id: str
    ts: str
    change: Literal["edited", "deleted"]
    text: str = ""
    changed_at: datetime


@event_type("slack_message_due")
class SlackMessageDue(EventPayload):
    """A message waits to be posted: at once, or at `post_at`."""

    message_id: str
    channel_id: str


@event_type("slack_message_sent")
class SlackMessageSent(EventPayload):
    message_id: str
    channel_id: str
    ts: str


@event_type("slack_task_suggested")
class SlackTaskSuggested(EventPayload):
    """A question or a promise in a message of a known person that may be worth a task."""

    team_id: str
    channel_id: str
    ts: str
    contact_id: str
    kind: Literal["question", "commitment"]
    title: str


@event_type("slack_event_due")
class SlackEventDue(EventPayload):
    """An event that Slack sent is stored, and waits to be applied."""

    delivery_id: str
    kind: str


@event_type("slack_connect_due")
class SlackConnectDue(EventPayload):
    """A bot token waits to be shown to Slack: the workspace is connected once Slack knows it."""

    connection: str


@event_type("slack_connection_changed")
class SlackConnectionChanged(EventPayload):
    """A workspace was connected, lost its token, or was disconnected."""

    team_id: str
    status: Literal["connected", "degraded", "mock"]
    reason: str = ""


@event_type("slack_backfill_due")
class SlackBackfillDue(EventPayload):
    """A page of a channel's history waits to be read into the index."""

    channel_id: str
    cursor: str = ""
