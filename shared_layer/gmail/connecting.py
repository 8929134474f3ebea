"""Connecting a mailbox by its owner's consent (`google_consent`): begun by a caller, finished by the browser that comes
back, once the person before it has read whom the mailbox goes to.

Without an OAuth client the made-up mailbox is connected over the same two steps.
"""

from __future__ import annotations

from typing import Final

from pydantic import EmailStr, Field, TypeAdapter

from shared_layer.access.google_oauth import forget
from shared_layer.core.caller import Caller
from shared_layer.core.errors import IllegalTransition, InvalidRequest, NotFound, ProviderFailed
from shared_layer.core.models import Model
from shared_layer.gmail.mailbox import (
    MAILBOXES_AT_MOST,
    Mailbox,
    Visibility,
    mailbox_document,
    mailboxes_of,
    new_mailbox,
    owner_of,
    purpose_of,
    stored_mailbox,
)
from shared_layer.google_consent import grant
from shared_layer.google_consent.grant import Begun, CallbackQuery, GoogleConnect, Purpose
from shared_layer.messaging.events.gmail import GmailHistoryDue, GmailMailboxConnected, GmailMailboxDisconnected
from shared_layer.messaging.unit import Unit
from shared_layer.storage.sealing import seal

PURPOSE: Final = Purpose(
    name="gmail",
    callback="/api/xynergyos/v2/gmail/callback",
    scopes=(
        "https://www.googleapis.com/auth/gmail.readonly",
        "https://www.googleapis.com/auth/gmail.compose",
    ),
    again="POST /connect",
)


class NewConnect(Model):
    """How a mailbox is to be connected."""

    login_hint: EmailStr | None = Field(default=None, description="The address that Google should offer first.")
    visibility: Visibility | None = Field(
        default=None,
        description="What others than the owner see; left out, everything of the company's, metadata of a person's.",
    )


async def begin(new: NewConnect, caller: Caller, unit: Unit) -> Begun:
    """Stage a connection, and answer where the browser has to go. Raises IllegalTransition for too many mailboxes."""
    if len(await mailboxes_of(caller.tenant_id)) >= MAILBOXES_AT_MOST:
        raise IllegalTransition(f"{MAILBOXES_AT_MOST} mailboxes are connected. Disconnect one first.")
    owner = owner_of(caller)
    visibility = new.visibility or ("everything" if owner == "company" else "metadata")
    return await grant.begin(PURPOSE, owner, {"visibility": visibility}, unit, new.login_hint)


async def finish(query: CallbackQuery, cookie: str | None, outer: Unit) -> Mailbox:
    """Connect the mailbox that Google gave the tokens of. Raises InvalidRequest for a state, code or browser that is
    none of this connection.
    """
    tenant_id, connect, code = await grant.proven(PURPOSE, query, cookie)
    unit = Unit(outer.context, tenant_id, outer.emits)
    outer.context.tenant_id = tenant_id
    if grant.is_made_up(code):
        from shared_layer.gmail.opening import open_mock

        mailbox = await open_mock(tenant_id)
    else:
        mailbox = await _granted(code, connect, unit)
    grant.finish(connect, unit)
    told = GmailMailboxConnected(mailbox_id=mailbox.id, mailbox=mailbox.email, visibility=mailbox.visibility)
    unit.emit(told)
    await unit.commit()
    return mailbox


async def disconnect(mailbox_id: str, caller: Caller, unit: Unit) -> None:
    """Stage the end of a mailbox: its token and its mail are forgotten. Raises NotFound."""
    mailbox = await stored_mailbox(caller.tenant_id, mailbox_id)
    if mailbox is None or not (mailbox.owner == owner_of(caller) or caller.operator):
        raise NotFound()
    forget(mailbox.id)
    unit.delete(mailbox_document(caller.tenant_id, mailbox_id))
    unit.emit(GmailMailboxDisconnected(mailbox_id=mailbox_id, mailbox=mailbox.email))


async def _granted(code: str, connect: GoogleConnect, unit: Unit) -> Mailbox:
    """The mailbox of a code: a new one, or the one with that address, with its new token."""
    from shared_layer.gmail.api import GmailError, call
    from shared_layer.gmail.watching import watch

    token = await grant.refresh_token_of(PURPOSE, connect, code, unit.tenant_id)
    mailbox = new_mailbox("unknown@invalid", connect.owner, visibility_of(connect), "live")
    mailbox.refresh_token = seal(token, purpose_of(unit.tenant_id, mailbox.id))
    try:
        profile = await call(mailbox, unit.tenant_id, "GET", "/profile")
        mailbox.email = str(profile["emailAddress"]).lower()
        await watch(mailbox, unit.tenant_id)
    except GmailError as error:
        raise ProviderFailed(f"Gmail refuses the mailbox: {error.reason}.") from error
    return await _kept(mailbox, token, unit)


async def _kept(mailbox: Mailbox, token: str, unit: Unit) -> Mailbox:
    """Stage the mailbox in the place of the same one, and of the made-up one."""
    connected = await mailboxes_of(unit.tenant_id)
    for one in connected:
        if one.mode == "mock":
            unit.delete(mailbox_document(unit.tenant_id, one.id))
            unit.emit(GmailMailboxDisconnected(mailbox_id=one.id, mailbox=one.email))
    known = [one for one in connected if one.email == mailbox.email and one.mode == "live"]
    same = [one for one in known if one.owner == mailbox.owner]
    if known and not same:
        raise InvalidRequest("Somebody else of the company has connected this mailbox already.")
    kept = mailbox
    if same:
        kept = same[0]
        kept.refresh_token = seal(token, purpose_of(unit.tenant_id, kept.id))
        kept.visibility, kept.problem, kept.watch_expires_at = mailbox.visibility, None, mailbox.watch_expires_at
        forget(kept.id)
        unit.replace(mailbox_document(unit.tenant_id, kept.id), kept)
    else:
        unit.create(mailbox_document(unit.tenant_id, kept.id), kept.model_dump())
    unit.emit(GmailHistoryDue(mailbox_id=kept.id, history_id="0"))
    return kept


def visibility_of(connect: GoogleConnect) -> Visibility:
    """What others than the owner will see of the mailbox."""
    return TypeAdapter[Visibility](Visibility).validate_python(connect.details["visibility"])
