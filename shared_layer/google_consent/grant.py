"""A connection begun by a caller and finished by the browser that comes back from Google (RFC 6749, RFC 7636).

The `state` is sealed by the platform and good once, for ten minutes; it names the tenant and what is connected, so that
nothing of the address that Google sends the browser to is believed otherwise. Without an OAuth client the browser is
sent straight back, with a made-up code.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import orjson
from pydantic import Field

from shared_layer.access.google_oauth import OAuthFailed, authorization_url, exchange, oauth_client
from shared_layer.core import clock
from shared_layer.core.errors import InvalidRequest, NotFound, Unavailable
from shared_layer.core.ids import new_id
from shared_layer.core.models import Entity, Model, Query
from shared_layer.core.settings import settings
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import read, tenant_document
from shared_layer.storage.sealing import knows, seal, unseal

COLLECTION: Final = "google_connects"
GOOD_FOR: Final = timedelta(minutes=10)
MADE_UP: Final = "made-up"
_STATE: Final = "google oauth state"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What is connected: its name, where Google sends the browser back to, what is asked for, and how to begin anew."""

    name: str
    callback: str
    scopes: tuple[str, ...]
    again: str

    @property
    def redirect_uri(self) -> str:
        """The callback as it is registered with the OAuth client."""
        return f"{settings().gateway_url}{self.callback}"

    @property
    def cookie(self) -> str:
        """The cookie that the one browser is given."""
        return f"xynergy-{self.name}-connect"


class GoogleConnect(Entity):
    """A connection that was begun. `verifier` is PKCE's, sealed; `browser` the digest of the one browser's cookie;
    `details` what the purpose wants to know again.
    """

    id: str
    purpose: str
    owner: str
    details: dict[str, str]
    verifier: str
    browser: str | None = None
    expires_at: datetime
    done: bool = False


class Begun(Model):
    """Send a browser to `authorization_url`; it comes back to us, and the account is connected."""

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


async def begin(
    purpose: Purpose, owner: str, details: dict[str, str], unit: Unit, login_hint: str | None = None
) -> Begun:
    """Stage a connection, and answer where the browser has to go."""
    moment = clock.utcnow()
    verifier = base64.urlsafe_b64encode(os.urandom(48)).decode()
    connect = GoogleConnect(
        id=new_id("gco"),
        purpose=purpose.name,
        owner=owner,
        details=details,
        verifier=seal(verifier, _sealed_for(unit.tenant_id)),
        expires_at=moment + GOOD_FOR,
        created_at=moment,
        updated_at=moment,
    )
    unit.create(tenant_document(unit.tenant_id, COLLECTION, connect.id), connect.model_dump())
    told = {"tenant": unit.tenant_id, "connect": connect.id, "purpose": purpose.name}
    state = seal(orjson.dumps(told).decode(), _STATE)
    client = oauth_client()
    if client is None:
        url = f"{purpose.redirect_uri}?{urlencode({'state': state, 'code': MADE_UP})}"
        return Begun(authorization_url=url, expires_at=connect.expires_at, mode="mock")
    url = authorization_url(client[0], purpose.redirect_uri, purpose.scopes, state, verifier, login_hint)
    return Begun(authorization_url=url, expires_at=connect.expires_at, mode="live")


async def begun(purpose: Purpose, query: CallbackQuery) -> tuple[str, GoogleConnect, str]:
    """Tenant and connection of a state, with Google's code. Raises InvalidRequest for one that is none, or refused."""
    refused = InvalidRequest(f"This address is good once, for ten minutes. Begin again with {purpose.again}.")
    if not knows(query.state):
        raise refused
    try:
        told = orjson.loads(unseal(query.state, _STATE))
        connect = await read(tenant_document(told["tenant"], COLLECTION, told["connect"]), GoogleConnect)
    except (ValueError, NotFound):
        raise refused from None
    if connect.done or connect.purpose != purpose.name or connect.expires_at < clock.utcnow():
        raise refused
    if query.error or not query.code:
        raise InvalidRequest(f"Google says: {query.error or 'no code'}. Begin again with {purpose.again}.")
    return told["tenant"], connect, query.code


async def proven(purpose: Purpose, query: CallbackQuery, cookie: str | None) -> tuple[str, GoogleConnect, str]:
    """The same, from the one browser that was asked. Raises InvalidRequest for another."""
    tenant_id, connect, code = await begun(purpose, query)
    if connect.browser is None or not is_browser(connect, cookie):
        raise InvalidRequest(f"Another browser came back from Google. Begin again with {purpose.again}.")
    return tenant_id, connect, code


async def refresh_token_of(purpose: Purpose, connect: GoogleConnect, code: str, tenant_id: str) -> str:
    """What the code is exchanged for. Raises InvalidRequest, Unavailable where Google does not answer."""
    verifier = unseal(connect.verifier, _sealed_for(tenant_id))
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": purpose.redirect_uri}
    try:
        tokens: dict[str, Any] = await exchange(given | {"code_verifier": verifier})
    except OAuthFailed as error:
        if error.reason == "unreachable":
            raise Unavailable("Google's token endpoint does not answer. Open the address again.") from None
        raise InvalidRequest(f"Google refuses the code: {error.reason}. Begin again with {purpose.again}.") from None
    if "refresh_token" not in tokens:
        raise InvalidRequest("Google gave no refresh token. Remove the app's access there, then begin again.")
    return str(tokens["refresh_token"])


def is_made_up(code: str) -> bool:
    """Whether the browser was sent back without Google, since there is no OAuth client."""
    return code == MADE_UP and oauth_client() is None


def finish(connect: GoogleConnect, unit: Unit) -> None:
    """Stage that the connection is done, and its address good no more."""
    connect.done = True
    unit.replace(tenant_document(unit.tenant_id, COLLECTION, connect.id), connect)


def digest(cookie: str) -> str:
    """What is kept of a browser's cookie."""
    return hashlib.sha256(cookie.encode()).hexdigest()


def is_browser(connect: GoogleConnect, cookie: str | None) -> bool:
    """Whether the cookie is the one that the connection's browser was given."""
    return hmac.compare_digest(connect.browser or "", digest(cookie or ""))


def _sealed_for(tenant_id: str) -> str:
    return f"{_STATE} {tenant_id}"
