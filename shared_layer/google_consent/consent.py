"""The last word before an account is connected: one browser, and the person before it, who reads whom it goes to.

Whoever begins a connection can send its address to somebody else, whose account would then be his (RFC 6819, 4.4.1.8).
So what Google sends back connects nothing yet. The first browser that comes back gets a cookie and a page that names
the tenant; only the button on that page, pressed in that browser, connects.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from shared_layer.core.errors import InvalidRequest
from shared_layer.core.settings import settings
from shared_layer.google_consent.grant import (
    COLLECTION,
    GOOD_FOR,
    CallbackQuery,
    GoogleConnect,
    Purpose,
    begun,
    digest,
    is_browser,
)
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document
from shared_layer.storage.gcp_clients import firestore


@dataclass(frozen=True, slots=True)
class Question:
    """What the page asks: whether the tenant called so may have the account; `action` is where its button leads."""

    tenant: str
    connect: GoogleConnect
    purpose: Purpose
    action: str
    cookie: str

    def set_cookie(self) -> str:
        """The header that gives the browser its cookie: for ten minutes, for this address alone, for no script."""
        secure = "; Secure" if settings().gateway_url.startswith("https://") else ""
        seconds, name = int(GOOD_FOR.total_seconds()), self.purpose.cookie
        path = self.purpose.callback
        return f"{name}={self.cookie}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


async def ask(purpose: Purpose, query: CallbackQuery, cookie: str | None, unit: Unit) -> Question:
    """Stage that this browser is the one. Raises InvalidRequest for a second one, or a state that is none."""
    tenant_id, connect, code = await begun(purpose, query)
    if connect.browser is not None and not is_browser(connect, cookie):
        raise InvalidRequest(f"Another browser opened this address first. Begin again with {purpose.again}.")
    if connect.browser is None or cookie is None:
        cookie = secrets.token_urlsafe(32)
        connect.browser = digest(cookie)
        unit.replace(tenant_document(tenant_id, COLLECTION, connect.id), connect)
    tenant = await firestore().collection("tenants").document(tenant_id).get(["name"])
    given = {"state": query.state, "code": code}
    return Question(
        tenant=(tenant.to_dict() or {}).get("name", tenant_id),
        connect=connect,
        purpose=purpose,
        action=f"{purpose.callback}?{urlencode(given)}",
        cookie=cookie,
    )
