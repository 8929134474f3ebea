"""That a call is the provider's: over the raw bytes, by what the provider documents.

Resend signs as Svix does (https://resend.com/docs/dashboard/webhooks/verify-webhooks-requests), which is Standard
Webhooks. SendGrid signs timestamp and body by ECDSA over P-256 (https://www.twilio.com/docs/sendgrid/for-developers/
tracking-events/getting-started-event-webhook-security-features). Postmark signs nothing: it sends the HTTP Basic
credentials of the address (https://postmarkapp.com/developer/webhooks/webhooks-overview).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import math
from collections.abc import Mapping
from typing import Final

from shared_layer.core.errors import SignatureRefused

WINDOW_SECONDS: Final = 300.0
MOST: Final = 16


def check_resend(headers: Mapping[str, str], raw: bytes, secrets: tuple[str, ...], moment: float) -> None:
    """`svix-id`, `svix-timestamp` and `svix-signature: v1,<base64> …` over `{id}.{timestamp}.{body}`."""
    message, stamp = headers.get("svix-id", ""), headers.get("svix-timestamp", "")
    given = [part.partition(",")[2] for part in headers.get("svix-signature", "").split()[:MOST]]
    if not message or not given:
        raise SignatureRefused("svix-id, svix-timestamp or svix-signature is missing.")
    _within_window(stamp, moment)
    signed = f"{message}.{stamp}.".encode() + raw
    expected = [base64.b64encode(hmac.digest(_key(one), signed, "sha256")).decode() for one in secrets]
    matches = [hmac.compare_digest(one.encode(), other.encode()) for one in given for other in expected]
    if not any(matches):
        raise SignatureRefused()


def check_sendgrid(headers: Mapping[str, str], raw: bytes, secrets: tuple[str, ...], moment: float) -> None:
    """`X-Twilio-Email-Event-Webhook-Signature` (base64 DER) over `{timestamp}{body}`, by the account's public key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    stamp = headers.get("x-twilio-email-event-webhook-timestamp", "")
    _within_window(stamp, moment)
    try:
        signature = base64.b64decode(headers.get("x-twilio-email-event-webhook-signature", ""), validate=True)
    except (binascii.Error, ValueError):
        raise SignatureRefused() from None
    for one in secrets:
        key = load_der_public_key(base64.b64decode(one))
        assert isinstance(key, EllipticCurvePublicKey)
        try:
            key.verify(signature, stamp.encode() + raw, ECDSA(SHA256()))
        except InvalidSignature:
            continue
        return
    raise SignatureRefused()


def check_postmark(headers: Mapping[str, str], raw: bytes, secrets: tuple[str, ...], moment: float) -> None:  # noqa: ARG001
    """`Authorization: Basic …`, whose decoded `user:password` is the secret."""
    scheme, _, encoded = headers.get("x-forwarded-authorization", headers.get("authorization", "")).partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        given = b""
    matches = [
        hmac.compare_digest(hashlib.sha256(given).digest(), hashlib.sha256(one.encode()).digest()) for one in secrets
    ]
    if scheme.lower() != "basic" or not any(matches):
        raise SignatureRefused("Put the webhook's user name and password into the address that Postmark calls.")


def _key(secret: str) -> bytes:
    encoded = secret.removeprefix("whsec_")
    return base64.b64decode(encoded + "=" * (-len(encoded) % 4))


def _within_window(stamp: str, moment: float) -> None:
    try:
        signed_at = float(stamp) if stamp.isascii() and len(stamp) <= 20 else math.nan
    except ValueError:
        signed_at = math.nan
    if not abs(signed_at - moment) <= WINDOW_SECONDS:
        raise SignatureRefused("It was signed too long ago, or in the future: the clocks may differ by five minutes.")
