"""How the connected mailboxes are: token, watch, and how far behind the index is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.models import Model
from shared_layer.gmail.mailbox import Mailbox, Visibility, mailboxes_of, owner_of, readable_mailboxes
from shared_layer.gmail.watching import ALERT

State = Literal["connected", "degraded", "mock"]


class MailboxStatus(Model):
    """A mailbox. `problem` is Google's error code: connect it again. `version` counts its writes, syncs among them."""

    id: str
    version: int
    email: str
    status: State
    mine: bool
    visibility: Visibility
    problem: str | None
    watch_expires_at: datetime | None
    watch_expires_soon: bool = Field(description="Whether less than 48 hours are left.")
    cursor: int | None = Field(description="The history id that the index reaches to; null until mail was read.")
    last_synced_at: datetime | None
    lag_seconds: int | None = Field(description="Seconds since the mailbox was last read to its end.")


class GmailStatus(Model):
    """All mailboxes that the caller may read, and the worst of their states."""

    status: State
    mailboxes: list[MailboxStatus]


async def gmail_status(caller: Caller) -> GmailStatus:
    """The state of the mailboxes that are the caller's, or the company's."""
    readable = {one.id for one in await readable_mailboxes(caller)}
    found = [mailbox_status(one, caller) for one in await mailboxes_of(caller.tenant_id) if one.id in readable]
    states = {one.status for one in found}
    worst: State = "degraded" if "degraded" in states else "connected" if "connected" in states else "mock"
    return GmailStatus(status=worst, mailboxes=found)


def mailbox_status(mailbox: Mailbox, caller: Caller) -> MailboxStatus:
    """The state of one mailbox."""
    moment, ends = clock.utcnow(), mailbox.watch_expires_at
    live = mailbox.mode == "live"
    soon = live and (ends is None or ends - moment < ALERT)
    return MailboxStatus(
        id=mailbox.id,
        version=mailbox.version,
        email=mailbox.email,
        status="mock" if not live else "degraded" if mailbox.problem or soon else "connected",
        mine=mailbox.owner == owner_of(caller),
        visibility=mailbox.visibility,
        problem=mailbox.problem,
        watch_expires_at=ends,
        watch_expires_soon=soon,
        cursor=mailbox.history_id,
        last_synced_at=mailbox.last_synced_at,
        lag_seconds=max(0, int((moment - mailbox.last_synced_at) / timedelta(seconds=1)))
        if mailbox.last_synced_at
        else None,
    )
