"""Google's OAuth 2.0 with PKCE (RFC 6749, RFC 7636), for whatever a tenant connects: where consent is asked for, what
its code is exchanged for, and access tokens of an hour each, kept in the process.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

import httpx
import orjson

from shared_layer.access.mounted import mounted_text
from shared_layer.core import clock
from shared_layer.core.settings import settings

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


def authorization_url(
    client_id: str, redirect_uri: str, scopes: Sequence[str], state: str, verifier: str, login_hint: str | None = None
) -> str:
    """Where a browser is sent for the owner's consent, offline and with PKCE."""
    given = {
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": " ".join(scopes),
        "access_type": "offline",
        "prompt": "consent",
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
        **({"login_hint": login_hint} if login_hint else {}),
    }
    return f"{settings().google_authorization_url}?{urlencode(given)}"


def challenge(verifier: str) -> str:
    """PKCE's S256 challenge."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


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


async def access_token(name: str, refresh_token: str) -> str:
    """A token that is valid for at least a minute; `name` is what it is kept under. Raises OAuthFailed."""
    if token := known_token(name):
        return token
    told = await exchange({"grant_type": "refresh_token", "refresh_token": refresh_token})
    _known[name] = (clock.now() + float(told.get("expires_in", 3600)), str(told["access_token"]))
    return _known[name][1]


def known_token(name: str) -> str:
    """The token kept under `name` while it is valid for a minute more; empty otherwise."""
    until, token = _known.get(name, (0.0, ""))
    return token if until > clock.now() + _EARLIER else ""


def forget(name: str) -> None:
    """Have the next call ask for a new token."""
    _known.pop(name, None)
