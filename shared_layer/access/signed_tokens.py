"""JSON Web Tokens (RFC 7519, with the advice of RFC 8725): verified whole, once, by keys that the token cannot choose.

Only RS256 by a published key counts. Nothing in a token says where its key is found: `jku`, `jwk`, `x5u` and `x5c` are
not read, and a header with `crit` is refused. Times are the platform's clock, with a minute for clocks that differ.
"""

from __future__ import annotations

import re
from typing import Any, Final

from shared_layer.access.key_sets import KeySet
from shared_layer.core import clock
from shared_layer.core.errors import Unauthenticated

LEEWAY_SECONDS: Final = 60.0
TOKEN_LIMIT: Final = 16_384
_FORM: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_KEY_ID: Final = re.compile(r"[A-Za-z0-9_.-]{1,128}")

Claims = dict[str, Any]


async def verified_claims(token: str, keys: KeySet, issuers: tuple[str, ...]) -> Claims:
    """The claims of a token that one of `issuers` signed and that is valid now. Raises Unauthenticated.

    The issuer is looked at before the keys are: a stranger's token never makes them be fetched. Whom the token is meant
    for (`aud`) and whom it names is the caller's to check.
    """
    import jwt

    if len(token) > TOKEN_LIMIT or not _FORM.fullmatch(token):
        raise Unauthenticated("The identity token is not a JSON Web Token.")
    try:
        key_id = _key_id(jwt.get_unverified_header(token))
        if key_id is None:
            raise Unauthenticated("The identity token is not signed with RS256 by a published key.")
        if jwt.decode(token, options={"verify_signature": False}).get("iss") not in issuers:
            raise Unauthenticated(
                "Send a valid API key as X-API-Key or as Authorization: Bearer, or a token of this platform's users."
            )
        claims: Claims = jwt.decode(
            token,
            await keys.key(key_id),
            algorithms=["RS256"],
            options={
                "require": ["exp", "iat", "iss", "aud", "sub"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "verify_aud": False,
                "verify_iss": False,
                "verify_sub": False,
                "verify_jti": False,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise Unauthenticated(f"The identity token is not valid ({type(error).__name__}).") from None
    _check_times(claims)
    return claims


def _key_id(header: dict[str, Any]) -> str | None:
    """The key's name, where the header is one that is accepted at all."""
    key_id = header.get("kid")
    if header.get("alg") != "RS256" or "crit" in header or not isinstance(key_id, str):
        return None
    return key_id if _KEY_ID.fullmatch(key_id) else None


def _check_times(claims: Claims) -> None:
    moment = clock.now()
    expires, issued = _moment(claims, "exp"), _moment(claims, "iat")
    if expires <= moment:
        raise Unauthenticated("The identity token has expired.")
    if issued > moment + LEEWAY_SECONDS or issued >= expires:
        raise Unauthenticated("The identity token was issued in the future.")
    if "nbf" in claims and _moment(claims, "nbf") > moment + LEEWAY_SECONDS:
        raise Unauthenticated("The identity token is not valid yet.")


def _moment(claims: Claims, name: str) -> float:
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e11:
        raise Unauthenticated(f"The identity token's {name} is no moment.")
    return float(value)
