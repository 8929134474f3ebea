"""The signatures of providers, by the examples that they document, and what is no signature."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from shared_layer.core.errors import SignatureRefused
from shared_layer.webhooks.signatures import (
    check_form,
    check_github,
    check_standard,
    check_stripe,
    hex_signature,
    standard_signature,
)

STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # pragma: allowlist secret
STANDARD = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",  # pragma: allowlist secret
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
STANDARD_BODY = b'{"test": 2432232314}'
GITHUB = {"x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}
GITHUB_SECRET = "It's a Secret to Everybody"
STRIPE_SECRET = "whsec_test_secret"  # pragma: allowlist secret
STRIPE_BODY = b'{"id":"evt_1","type":"ping"}'
STRIPE_HEX = "e5ed9864798a9a81a5d75ea6ca8bccebc3d12f2d07f2f000c72fd86fc5b46dc7"
"""Made by `openssl dgst -sha256 -hmac whsec_test_secret` over `1492774577.` and the body, as Stripe describes it."""
STRIPE = {"stripe-signature": f"t=1492774577,v1={STRIPE_HEX},v0=6ffbb59b2300aae63f272406069a9788598b792a944a07ab"}


def test_the_example_of_standard_webhooks_holds() -> None:
    check_standard(STANDARD, STANDARD_BODY, [STANDARD_SECRET], 1614265330.0)
    older = {name.replace("webhook", "svix"): value for name, value in STANDARD.items()}
    check_standard(older, STANDARD_BODY, [STANDARD_SECRET], 1614265330.0)


def test_the_example_of_github_holds() -> None:
    check_github(GITHUB, b"Hello, World!", [GITHUB_SECRET], 0.0)


def test_a_signature_made_as_stripe_describes_holds() -> None:
    check_stripe(STRIPE, STRIPE_BODY, [STRIPE_SECRET], 1492774577.0)


def test_what_we_sign_the_library_of_standard_webhooks_verifies() -> None:
    stamp = str(int(datetime.now(UTC).timestamp()))
    signature = standard_signature(STANDARD_SECRET, "msg_1", stamp, STANDARD_BODY)
    headers = {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": f"v1,{signature}"}
    Webhook(STANDARD_SECRET).verify(STANDARD_BODY, headers)


Given = tuple[Callable[..., None], dict[str, str], bytes, str, float]
FORM_SECRET = "sixteen characters"  # pragma: allowlist secret
FORM = {
    "x-webhook-timestamp": "1700000000",
    "x-webhook-signature": "v1=" + hex_signature(FORM_SECRET.encode(), b"1700000000.email=a"),
}
KNOWN: dict[str, Given] = {
    "stripe": (check_stripe, STRIPE, STRIPE_BODY, STRIPE_SECRET, 1492774577.0),
    "github": (check_github, GITHUB, b"Hello, World!", GITHUB_SECRET, 0.0),
    "standard": (check_standard, STANDARD, STANDARD_BODY, STANDARD_SECRET, 1614265330.0),
    "form": (check_form, FORM, b"email=a", FORM_SECRET, 1700000000.0),
}


@pytest.mark.parametrize("given", KNOWN.values(), ids=KNOWN.keys())
def test_any_other_body_secret_or_header_is_refused(given: Given) -> None:
    check, headers, body, secret, moment = given
    check(headers, body, ["whsec_AAAA", secret], moment)
    wrong: list[tuple[dict[str, str], bytes, list[str]]] = [
        (headers, body + b" ", [secret]),
        (headers, body, ["whsec_AAAA"]),
        (headers, body, []),
        ({}, body, [secret]),
        *(({**headers, name: ""}, body, [secret]) for name in headers),
        *(({**headers, name: value[:-1]}, body, [secret]) for name, value in headers.items() if "sig" in name),
        *(({**headers, name: value[:-1] + "\xff"}, body, [secret]) for name, value in headers.items()),
    ]
    if check is check_stripe:  # its v0 is of another scheme
        wrong.append(({"stripe-signature": headers["stripe-signature"].replace("v1=", "v0=")}, body, [secret]))
        wrong = [each for each in wrong if each[0].get("stripe-signature") != headers["stripe-signature"][:-1]]
        wrong = [each for each in wrong if not each[0].get("stripe-signature", "").endswith("\xff")]
    for sent, raw, secrets in wrong:
        with pytest.raises(SignatureRefused):
            check(sent, raw, secrets, moment)


@pytest.mark.parametrize("name", ["stripe", "standard", "form"])
def test_five_minutes_are_the_window_to_both_sides(name: str) -> None:
    check, headers, body, secret, moment = KNOWN[name]
    for apart in (-300, 300):
        check(headers, body, [secret], moment + apart)
    for apart in (-301, 301, -86_400, 86_400):
        with pytest.raises(SignatureRefused, match="five minutes"):
            check(headers, body, [secret], moment + apart)


@pytest.mark.parametrize("stamp", ["nan", "inf", "-inf", "1e400", "", "now", "１６１４２６５３３０", "0x60"])
def test_a_time_that_is_none_is_refused_however_well_it_is_signed(stamp: str) -> None:
    key = base64.b64decode(STANDARD_SECRET[6:])
    signed = hmac.digest(key, f"msg.{stamp.strip()}.".encode() + b"{}", "sha256")
    headers = {
        "webhook-id": "msg",
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(signed).decode(),
    }
    with pytest.raises(SignatureRefused):
        check_standard(headers, b"{}", [STANDARD_SECRET], 1614265330.0)
