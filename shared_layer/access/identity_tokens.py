"""OIDC identity tokens of Google's: API Gateway, Pub/Sub push, Eventarc and Scheduler call with one.

Checked: RS256 by a published key, issuer, expiry, audience, and the service account's verified address. Nothing in a
token says where its key is found: `jku` and `x5u` are ignored, and other algorithms are refused.
"""

from __future__ import annotations

import asyncio
import json
import urllib.request
from typing import Any, Final

from shared_layer.core import clock
from shared_layer.core.errors import Unauthenticated, Unavailable
from shared_layer.core.settings import settings

KEYS_SECONDS: Final = 3600.0
FAILED_FETCH_SECONDS: Final = 5.0
REMEMBERED: Final = 1000

_keys: dict[str, Any] = {}
_keys_until = float("-inf")
_verified: dict[str, tuple[float, dict[str, Any]]] = {}


async def verify_identity(token: str, audience_host: str) -> dict[str, Any]:
    """The claims of a valid token for a URL on `audience_host`. Raises Unauthenticated, or Unavailable without keys.

    A token seen before is looked up until it expires: verification costs ~60 µs, a look-up none.
    """
    known = _verified.get(token)
    if known is None or known[0] <= clock.now():
        claims = await _verify(token)
        if len(_verified) >= REMEMBERED:
            _verified.clear()
        _verified[token] = (float(claims["exp"]), claims)
    else:
        claims = known[1]
    audience = str(claims.get("aud", ""))
    if audience.partition("://")[2].partition("/")[0] != audience_host:
        raise Unauthenticated("The identity token is meant for another audience.")
    return claims


async def _verify(token: str) -> dict[str, Any]:
    import jwt

    try:
        key_id = jwt.get_unverified_header(token).get("kid", "")
        key = await _key(key_id)
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            issuer=[settings().oidc_issuer, settings().oidc_issuer.removeprefix("https://")],
            options={
                "verify_aud": False,
                "verify_exp": False,
                "verify_iat": False,
                "require": ["exp", "iss", "aud", "email"],
            },
        )
    except jwt.PyJWTError as error:
        raise Unauthenticated(f"The identity token is not valid: {error}.") from None
    if float(claims["exp"]) <= clock.now():
        raise Unauthenticated("The identity token has expired.")
    if claims.get("email_verified") is not True:
        raise Unauthenticated("The identity token's address is not verified.")
    return claims


async def _key(key_id: str) -> Any:
    global _keys, _keys_until
    if clock.now() > _keys_until or (key_id not in _keys and clock.now() > _keys_until - KEYS_SECONDS + 5):
        try:
            _keys = await asyncio.to_thread(_fetch, settings().oidc_certificates)
            _keys_until = clock.now() + KEYS_SECONDS
        except (OSError, ValueError) as error:
            if not _keys:
                raise Unavailable("The keys that identity tokens are checked with cannot be read.") from error
            _keys_until = clock.now() + FAILED_FETCH_SECONDS
    if key_id not in _keys:
        raise Unauthenticated("The identity token is signed with an unknown key.")
    return _keys[key_id]


def _fetch(url: str) -> dict[str, Any]:
    from jwt import PyJWK

    with urllib.request.urlopen(url, timeout=3) as answer:  # noqa: S310 (the address is the deployment's, not a caller's)
        published = json.load(answer)
    return {key["kid"]: PyJWK(key).key for key in published["keys"] if key.get("kty") == "RSA"}
