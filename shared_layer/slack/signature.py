"""Who really calls: Slack's signature over the request's raw bytes, `v0:{timestamp}:{body}`.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from shared_layer.access.mounted import mounted
from shared_layer.core import clock
from shared_layer.core.errors import Unauthenticated, Unavailable

SECRET: Final = "xynergy-slack-signing-secret"  # noqa: S105 (a name, not a secret)
TOLERANCE: Final = 300
"""Seconds that a call may be old, or from the future."""


def verify(body: bytes, timestamp: str | None, signature: str | None) -> None:
    """Raises Unauthenticated for a call that Slack did not sign within five minutes, Unavailable without a secret."""
    if not timestamp or not signature:
        raise Unauthenticated("Events come from Slack alone, signed: X-Slack-Signature or its timestamp is missing.")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        raise Unauthenticated("X-Slack-Request-Timestamp is no time.")
    if abs(clock.now() - int(timestamp)) > TOLERANCE:
        raise Unauthenticated("The call is older than five minutes, or from the future.")
    if not (secrets := mounted(SECRET)):
        raise Unavailable(f"The secret {SECRET} is not mounted: no call of Slack's can be verified.")
    given = signature.encode("latin-1", "replace")
    matches = [hmac.compare_digest(signed(secret, timestamp, body).encode(), given) for secret in secrets]
    if not any(matches):
        raise Unauthenticated("The signature is not that of this body at that time.")


def signed(secret: str, timestamp: str, body: bytes) -> str:
    """The signature of a call."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
