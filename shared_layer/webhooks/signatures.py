"""Signatures of providers' calls: over the raw bytes, compared in constant time, at most five minutes old or early.

Stripe: https://docs.stripe.com/webhooks#verify-manually. GitHub: https://docs.github.com/en/webhooks/using-webhooks/
validating-webhook-deliveries. Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks (spec). Each
check takes every secret that is valid now (two while a rotation's grace lasts) and raises SignatureRefused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

from shared_layer.core.errors import SignatureRefused

Provider = Literal["form", "github", "standard", "stripe"]
Check = Callable[[Mapping[str, str], bytes, Sequence[str], float], None]
WINDOW_SECONDS: Final = 300
SIGNATURES: Final = 16
"""So many signatures of one call are looked at; a sender has one for each of its secrets."""


def check_stripe(headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], moment: float) -> None:
    """`Stripe-Signature: t=<seconds>,v1=<hex>[,v1=…]` over `{t}.{body}`; the secret is the whole `whsec_…` text."""
    pairs = [part.strip().partition("=") for part in headers.get("stripe-signature", "").split(",")]
    stamps = [value for name, _, value in pairs if name == "t"]
    given = [value for name, _, value in pairs if name == "v1"]
    if len(stamps) != 1 or not given:
        raise SignatureRefused("Stripe-Signature is missing or has no t= and v1=.")
    within_window(stamps[0], moment)
    signed = stamps[0].encode() + b"." + raw
    _one_of(given, [hex_signature(secret.encode(), signed) for secret in secrets])


def check_github(headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], moment: float) -> None:  # noqa: ARG001
    """`X-Hub-Signature-256: sha256=<hex>` over the body. GitHub signs no time: who replays sends known bytes."""
    scheme, _, given = headers.get("x-hub-signature-256", "").strip().partition("=")
    if scheme != "sha256" or not given:
        raise SignatureRefused("X-Hub-Signature-256 is missing. Give the webhook its secret at GitHub.")
    _one_of([given], [hex_signature(secret.encode(), raw) for secret in secrets])


def check_standard(headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], moment: float) -> None:
    """`webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64> …` over `{id}.{timestamp}.{body}`.

    `svix-id` and so on, which older senders use, mean the same.
    """
    message_id, stamp = standard_header(headers, "id"), standard_header(headers, "timestamp")
    versions = [part.partition(",") for part in standard_header(headers, "signature").split()]
    given = [value for version, _, value in versions if version == "v1"]
    if not message_id or not stamp or not given:
        raise SignatureRefused("webhook-id, webhook-timestamp or webhook-signature (v1,…) is missing.")
    within_window(stamp, moment)
    _one_of(given, [standard_signature(secret, message_id, stamp, raw) for secret in secrets])


def check_form(headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], moment: float) -> None:
    """`X-Webhook-Timestamp: <seconds>` and `X-Webhook-Signature: v1=<hex>` over `{timestamp}.{body}`."""
    stamp = headers.get("x-webhook-timestamp", "").strip()
    version, _, given = headers.get("x-webhook-signature", "").strip().partition("=")
    if not stamp or version != "v1" or not given:
        raise SignatureRefused("X-Webhook-Timestamp or X-Webhook-Signature (v1=…) is missing.")
    within_window(stamp, moment)
    _one_of([given], [hex_signature(secret.encode(), stamp.encode() + b"." + raw) for secret in secrets])


CHECKS: Final[Mapping[Provider, Check]] = {
    "form": check_form,
    "github": check_github,
    "standard": check_standard,
    "stripe": check_stripe,
}


def standard_header(headers: Mapping[str, str], name: str) -> str:
    """The value of `webhook-{name}`, or of its older name."""
    return (headers.get(f"webhook-{name}") or headers.get(f"svix-{name}") or "").strip()


def standard_signature(secret: str, message_id: str, timestamp: str, raw: bytes) -> str:
    """The base64 part of a Standard Webhooks signature by a secret (`whsec_` and base64, or base64 alone).

    Raises ValueError for a secret that is no base64.
    """
    signed = f"{message_id}.{timestamp}.".encode() + raw
    return base64.b64encode(hmac.digest(standard_key(secret), signed, "sha256")).decode()


def standard_key(secret: str) -> bytes:
    """The bytes that a Standard Webhooks secret stands for. Raises ValueError."""
    encoded = secret.removeprefix("whsec_")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except binascii.Error:
        raise ValueError("a Standard Webhooks secret is whsec_ and base64") from None
    if not key:
        raise ValueError("the secret is empty")
    return key


def hex_signature(key: bytes, signed: bytes) -> str:
    """HMAC-SHA256 in hex."""
    return hmac.new(key, signed, hashlib.sha256).hexdigest()


def within_window(stamp: str, moment: float) -> None:
    """Refuse what was signed more than 300 s before or after `moment`, and what is no time."""
    try:
        signed_at = float(stamp) if stamp.isascii() and len(stamp) <= 20 else math.nan
    except ValueError:
        signed_at = math.nan
    if not abs(signed_at - moment) <= WINDOW_SECONDS:
        raise SignatureRefused("It was signed too long ago, or in the future: the clocks may differ by five minutes.")


def _one_of(given: Sequence[str], expected: Sequence[str]) -> None:
    """Refuse unless some given signature is some expected one; every pair is compared, so that time tells nothing."""
    found = False
    for one in given[:SIGNATURES]:
        for other in expected:
            found |= hmac.compare_digest(one.encode("utf-8", "surrogateescape"), other.encode())
    if not found:
        raise SignatureRefused()
