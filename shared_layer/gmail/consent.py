"""The last word before a mailbox is connected: one browser, and the person before it, who reads where the mail goes.

Whoever begins a connection can send its address to somebody else, whose mail would then be his (RFC 6819, 4.4.1.8).
So what Google sends back connects nothing yet. The first browser that comes back gets a cookie and a page that names
the tenant; only the button on that page, pressed in that browser, connects.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from shared_layer.core.errors import InvalidRequest
from shared_layer.core.settings import settings
from shared_layer.gmail.connecting import CALLBACK, COLLECTION, GOOD_FOR, CallbackQuery, begun, digest, is_browser
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document
from shared_layer.storage.gcp_clients import firestore

COOKIE: Final = "xynergy-gmail-connect"


@dataclass(frozen=True, slots=True)
class Question:
    """What the page asks: whether the tenant called so may read the mail; `action` is where its button leads."""

    tenant: str
    everybody: bool
    action: str
    cookie: str

    def set_cookie(self) -> str:
        """The header that gives the browser its cookie: for ten minutes, for this address alone, for no script."""
        secure = "; Secure" if settings().gateway_url.startswith("https://") else ""
        seconds = int(GOOD_FOR.total_seconds())
        return f"{COOKIE}={self.cookie}; Path={CALLBACK}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


async def ask(query: CallbackQuery, cookie: str | None, unit: Unit) -> Question:
    """Stage that this browser is the one. Raises InvalidRequest for a second one, or a state that is none."""
    tenant_id, connect, code = await begun(query)
    if connect.browser is not None and not is_browser(connect, cookie):
        raise InvalidRequest("Another browser opened this address first. Begin again with POST /connect.")
    if connect.browser is None or cookie is None:
        cookie = secrets.token_urlsafe(32)
        connect.browser = digest(cookie)
        unit.replace(tenant_document(tenant_id, COLLECTION, connect.id), connect)
    tenant = await firestore().collection("tenants").document(tenant_id).get(["name"])
    given = {"state": query.state, "code": code}
    return Question(
        tenant=(tenant.to_dict() or {}).get("name", tenant_id),
        everybody=connect.visibility == "everything",
        action=f"{CALLBACK}?{urlencode(given)}",
        cookie=cookie,
    )
