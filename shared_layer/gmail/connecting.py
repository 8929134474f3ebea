"""Connecting a mailbox by OAuth 2.0 with PKCE (RFC 7636): begun by a caller, finished by the browser that comes back,
once the person before it has read whom the mailbox goes to (`consent`).

The `state` is sealed by the platform and good once, for ten minutes; it names the tenant, so that nothing of the
address that Google sends the browser to is believed otherwise. Without an OAuth client the made-up mailbox is connected
over the same two steps.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from datetime import datetime, timedelta
from typing import Annotated, Final
from urllib.parse import urlencode

import orjson
from pydantic import EmailStr, Field

from shared_layer.access.google_oauth import OAuthFailed, authorization_url, exchange, forget, oauth_client
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import IllegalTransition, InvalidRequest, NotFound, ProviderFailed, Unavailable
from shared_layer.core.ids import new_id
from shared_layer.core.models import Entity, Model, Query
from shared_layer.core.settings import settings
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
from shared_layer.messaging.events.gmail import GmailHistoryDue, GmailMailboxConnected, GmailMailboxDisconnected
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import read, tenant_document
from shared_layer.storage.sealing import knows, seal, unseal

COLLECTION: Final = "gmail_connects"
SCOPES: Final = (
    "https://www.googleapis.com/auth/gmail.readonly",
    "https://www.googleapis.com/auth/gmail.compose",
)
GOOD_FOR: Final = timedelta(minutes=10)
CALLBACK: Final = "/api/xynergyos/v2/gmail/callback"
MADE_UP: Final = "made-up"
_STATE: Final = "gmail oauth state"


class NewConnect(Model):
    """How a mailbox is to be connected."""

    login_hint: EmailStr | None = Field(default=None, description="The address that Google should offer first.")
    visibility: Visibility | None = Field(
        default=None,
        description="What others than the owner see; left out, everything of the company's, metadata of a person's.",
    )


class Connect(Entity):
    """A connection that was begun. `verifier` is PKCE's, sealed; `browser` the digest of the one browser's cookie."""

    id: str
    owner: str
    visibility: Visibility
    verifier: str
    browser: str | None = None
    expires_at: datetime
    done: bool = False


class Begun(Model):
    """Send a browser to `authorization_url`; it comes back to us, and the mailbox is connected."""

    authorization_url: str
    expires_at: datetime
    mode: str


class CallbackQuery(Query):
    """What Google sends the browser back with."""

    state: Annotated[str, Field(min_length=1, max_length=2000)]
    code: Annotated[str, Field(max_length=1000)] | None = None
    error: Annotated[str, Field(max_length=200)] | None = None
    scope: Annotated[str, Field(max_length=2000)] | None = None
    authuser: Annotated[str, Field(max_length=20)] | None = None
    prompt: Annotated[str, Field(max_length=40)] | None = None
    hd: Annotated[str, Field(max_length=255)] | None = None
    iss: Annotated[str, Field(max_length=255)] | None = None


async def begin(new: NewConnect, caller: Caller, unit: Unit) -> Begun:
    """Stage a connection, and answer where the browser has to go. Raises IllegalTransition for too many mailboxes."""
    if len(await mailboxes_of(caller.tenant_id)) >= MAILBOXES_AT_MOST:
        raise IllegalTransition(f"{MAILBOXES_AT_MOST} mailboxes are connected. Disconnect one first.")
    moment, owner = clock.utcnow(), owner_of(caller)
    verifier = base64.urlsafe_b64encode(os.urandom(48)).decode()
    connect = Connect(
        id=new_id("gco"),
        owner=owner,
        visibility=new.visibility or ("everything" if owner == "company" else "metadata"),
        verifier=seal(verifier, f"{_STATE} {caller.tenant_id}"),
        expires_at=moment + GOOD_FOR,
        created_at=moment,
        updated_at=moment,
    )
    unit.create(tenant_document(caller.tenant_id, COLLECTION, connect.id), connect.model_dump())
    state = seal(orjson.dumps({"tenant": caller.tenant_id, "connect": connect.id}).decode(), _STATE)
    client = oauth_client()
    if client is None:
        url = f"{redirect_uri()}?{urlencode({'state': state, 'code': MADE_UP})}"
        return Begun(authorization_url=url, expires_at=connect.expires_at, mode="mock")
    url = authorization_url(client[0], redirect_uri(), SCOPES, state, verifier, new.login_hint)
    return Begun(authorization_url=url, expires_at=connect.expires_at, mode="live")


async def finish(query: CallbackQuery, cookie: str | None, outer: Unit) -> Mailbox:
    """Connect the mailbox that Google gave the tokens of. Raises InvalidRequest for a state, code or browser that is
    none of this connection.
    """
    tenant_id, connect, code = await begun(query)
    if connect.browser is None or not is_browser(connect, cookie):
        raise InvalidRequest("Another browser came back from Google. Begin again with POST /connect.")
    unit = Unit(outer.context, tenant_id, outer.emits)
    outer.context.tenant_id = tenant_id
    if oauth_client() is None and code == MADE_UP:
        from shared_layer.gmail.opening import open_mock

        mailbox = await open_mock(tenant_id)
    else:
        mailbox = await _granted(code, connect, unit)
    connect.done = True
    unit.replace(tenant_document(tenant_id, COLLECTION, connect.id), connect)
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


def digest(cookie: str) -> str:
    """What is kept of a browser's cookie."""
    return hashlib.sha256(cookie.encode()).hexdigest()


def is_browser(connect: Connect, cookie: str | None) -> bool:
    """Whether the cookie is the one that the connection's browser was given."""
    return hmac.compare_digest(connect.browser or "", digest(cookie or ""))


async def begun(query: CallbackQuery) -> tuple[str, Connect, str]:
    """Tenant and connection of a state, with Google's code. Raises InvalidRequest for one that is none, or refused."""
    refused = InvalidRequest("This address is good once, for ten minutes. Begin again with POST /connect.")
    if not knows(query.state):
        raise refused
    try:
        told = orjson.loads(unseal(query.state, _STATE))
        connect = await read(tenant_document(told["tenant"], COLLECTION, told["connect"]), Connect)
    except (ValueError, NotFound):
        raise refused from None
    if connect.done or connect.expires_at < clock.utcnow():
        raise refused
    if query.error or not query.code:
        raise InvalidRequest(f"Google says: {query.error or 'no code'}. Begin again with POST /connect.")
    return told["tenant"], connect, query.code


async def _granted(code: str, connect: Connect, unit: Unit) -> Mailbox:
    """The mailbox of a code: a new one, or the one with that address, with its new token."""
    from shared_layer.gmail.api import GmailError, call
    from shared_layer.gmail.watching import watch

    verifier = unseal(connect.verifier, f"{_STATE} {unit.tenant_id}")
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri()}
    try:
        tokens = await exchange(given | {"code_verifier": verifier})
    except OAuthFailed as error:
        if error.reason == "unreachable":
            raise Unavailable("Google's token endpoint does not answer. Open the address again.") from None
        raise InvalidRequest(f"Google refuses the code: {error.reason}. Begin again with POST /connect.") from None
    if "refresh_token" not in tokens:
        raise InvalidRequest("Google gave no refresh token. Remove the app's access there, then begin again.")
    mailbox = new_mailbox("unknown@invalid", connect.owner, connect.visibility, "live")
    mailbox.refresh_token = seal(str(tokens["refresh_token"]), purpose_of(unit.tenant_id, mailbox.id))
    try:
        profile = await call(mailbox, unit.tenant_id, "GET", "/profile")
        mailbox.email = str(profile["emailAddress"]).lower()
        await watch(mailbox, unit.tenant_id)
    except GmailError as error:
        raise ProviderFailed(f"Gmail refuses the mailbox: {error.reason}.") from error
    return await _kept(mailbox, str(tokens["refresh_token"]), unit)


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


def redirect_uri() -> str:
    """Where Google sends the browser back to, as it is registered with the OAuth client."""
    return f"{settings().gateway_url}{CALLBACK}"
