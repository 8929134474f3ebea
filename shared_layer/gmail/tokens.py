"""Access tokens of connected mailboxes: an hour's each, kept in the process, renewed by the sealed refresh token."""

from __future__ import annotations

from typing import Any, Final

import httpx
import orjson

from shared_layer.access.mounted import mounted_text
from shared_layer.core import clock
from shared_layer.core.settings import settings
from shared_layer.gmail.mailbox import Mailbox, purpose_of
from shared_layer.storage.sealing import unseal

SECRET: Final = "xynergy-google-oauth"  # noqa: S105 (a name, not a secret)
SECONDS: Final = 10.0
_EARLIER: Final = 60.0

_known: dict[str, tuple[float, str]] = {}


class OAuthFailed(Exception):
    """Google gave no token: `reason` is OAuth's error code, `unreachable` where no answer came."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def oauth_client() -> tuple[str, str] | None:
    """The id and secret of the platform's OAuth client: `{"client_id", "client_secret"}`, or Google's own file."""
    text = mounted_text(SECRET)
    if not text.strip():
        return None
    told: dict[str, Any] = orjson.loads(text)
    told = told.get("web", told)
    return str(told["client_id"]), str(told["client_secret"])


async def access_token(mailbox: Mailbox, tenant_id: str) -> str:
    """A token that is valid for at least a minute. Raises GmailError where Google gives none."""
    from shared_layer.gmail.api import GmailError

    until, token = _known.get(mailbox.id, (0.0, ""))
    if until > clock.now() + _EARLIER:
        return token
    if mailbox.refresh_token is None:
        raise GmailError(401, "invalid_grant")
    refresh_token = unseal(mailbox.refresh_token, purpose_of(tenant_id, mailbox.id))
    try:
        told = await exchange({"grant_type": "refresh_token", "refresh_token": refresh_token})
    except OAuthFailed as error:
        raise GmailError(0 if error.reason == "unreachable" else 401, error.reason) from None
    _known[mailbox.id] = (clock.now() + float(told.get("expires_in", 3600)), str(told["access_token"]))
    return _known[mailbox.id][1]


async def exchange(given: dict[str, str]) -> dict[str, Any]:
    """The answer of Google's token endpoint (RFC 6749). Raises OAuthFailed."""
    client = oauth_client()
    if client is None:
        raise OAuthFailed("unconfigured")
    url = settings().google_token_url
    form = given | {"client_id": client[0], "client_secret": client[1]}
    async with httpx.AsyncClient(timeout=SECONDS, trust_env=not url.startswith("http://")) as http:
        try:
            answer = await http.post(url, data=form)
            told: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise OAuthFailed("unreachable") from error
    if answer.status_code != 200 or "access_token" not in told:
        raise OAuthFailed("unreachable" if answer.status_code >= 500 else str(told.get("error", "refused")))
    return told


def forget(mailbox_id: str) -> None:
    """Have the next call ask for a new token."""
    _known.pop(mailbox_id, None)
