"""Signed identity tokens, as Google's token service gives them to service accounts."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import jwt
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from infra.local.clock import Clock, SystemClock
from infra.local.identity.key import load_or_create, public_jwk

GOOGLE = "https://accounts.google.com"

# A token is handed out again until so many seconds before it expires.
_MARGIN = 300
_CACHED = 4096


class Issuer:
    """Issues RS256 OpenID Connect tokens and publishes the key that checks them.

    `folder` keeps the key from one start to the next; `issuer` is the `iss` claim.
    """

    def __init__(self, folder: Path, clock: Clock | None = None, issuer: str = GOOGLE) -> None:
        self.issuer = issuer
        self._clock = clock or SystemClock()
        self._key = load_or_create(folder)
        self._jwk = public_jwk(self._key)
        self._issued: dict[tuple[object, ...], tuple[float, str]] = {}

    def token(self, audience: str, email: str, lifetime: int = 3600, **claims: Any) -> str:
        """A token for the service account `email` to show to `audience`, valid for `lifetime` seconds.

        The same one is given again until five minutes before it expires; `claims` are added to the standard ones.
        """
        now = self._clock.now()
        asked = (audience, email, lifetime, repr(sorted(claims.items())))
        reuse_until, token = self._issued.get(asked, (0.0, ""))
        if now < reuse_until:
            return token
        token = self._sign(audience, email, int(now), lifetime, claims)
        if len(self._issued) >= _CACHED:
            self._issued.clear()
        self._issued[asked] = (now + lifetime - _MARGIN, token)
        return token

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The JSON Web Key Set (RFC 7517) that a verifier needs."""
        return {"keys": [dict(self._jwk)]}

    def routes(self) -> list[BaseRoute]:
        """The key set, where Google serves its own: /oauth2/v3/certs."""
        return [Route("/oauth2/v3/certs", self._certs, methods=["GET"])]

    def _sign(self, audience: str, email: str, now: int, lifetime: int, claims: dict[str, Any]) -> str:
        payload = {
            "iss": self.issuer,
            "aud": audience,
            "sub": _subject(email),
            "email": email,
            "email_verified": True,
            "iat": now,
            "exp": now + lifetime,
            **claims,
        }
        return jwt.encode(payload, self._key, algorithm="RS256", headers={"kid": self._jwk["kid"]})

    async def _certs(self, _request: Request) -> Response:
        return JSONResponse(self.jwks(), headers={"Cache-Control": "public, max-age=3600, must-revalidate"})


def _subject(email: str) -> str:
    """A service account's unique id: 21 digits, the same for the same account."""
    digest = hashlib.sha256(email.encode()).digest()
    return str(10**20 + int.from_bytes(digest[:8], "big"))
