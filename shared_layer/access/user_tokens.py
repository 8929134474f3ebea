"""Firebase ID tokens: what a person's browser or app calls with, as Authorization: Bearer.

Checked as Firebase's documentation asks: issuer and audience of this project, a subject, a sign-in in the past, RS256
by a key of Google's secure token service. https://firebase.google.com/docs/auth/admin/verify-id-tokens
"""

from __future__ import annotations

from functools import cache
from typing import Final

from shared_layer.access.key_sets import KeySet
from shared_layer.access.signed_tokens import LEEWAY_SECONDS, Claims, verified_claims
from shared_layer.core import clock
from shared_layer.core.errors import Unauthenticated
from shared_layer.core.settings import settings

ISSUER: Final = "https://securetoken.google.com/"
SUBJECT_LIMIT: Final = 128


def is_token(credential: str) -> bool:
    """Whether a credential is a JSON Web Token, and no API key."""
    return credential.startswith("eyJ")


async def verify_user(token: str) -> Claims:
    """The claims of a person's valid token; `sub` is the user's id. Raises Unauthenticated, Unavailable."""
    project = settings().project
    claims = await verified_claims(token, _keys(settings().user_certificates), (f"{ISSUER}{project}",))
    if claims["aud"] != project:
        raise Unauthenticated("The identity token is meant for another project.")
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_LIMIT:
        raise Unauthenticated("The identity token names no user.")
    signed_in = claims.get("auth_time")
    if (
        isinstance(signed_in, bool)
        or not isinstance(signed_in, int | float)
        or signed_in > clock.now() + LEEWAY_SECONDS
    ):
        raise Unauthenticated("The identity token tells of no sign-in.")
    return claims


@cache
def _keys(url: str) -> KeySet:
    return KeySet(url)
