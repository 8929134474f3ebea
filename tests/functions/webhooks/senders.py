"""Senders of webhooks, each signing as its provider documents."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from typing import Any

import httpx

from tests.support.platform import LocalPlatform


def hex_hmac(secret: str, signed: bytes) -> str:
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def stripe(secret: str, event: dict[str, Any], moment: float | None = None) -> tuple[bytes, dict[str, str]]:
    raw, stamp = json.dumps(event).encode(), str(int(moment or time.time()))
    return raw, {"Stripe-Signature": f"t={stamp},v1={hex_hmac(secret, stamp.encode() + b'.' + raw)}"}


def github(secret: str, kind: str, body: dict[str, Any], delivery: str = "") -> tuple[bytes, dict[str, str]]:
    raw = json.dumps(body).encode()
    return raw, {
        "X-GitHub-Event": kind,
        "X-GitHub-Delivery": delivery or str(uuid.uuid4()),
        "X-Hub-Signature-256": f"sha256={hex_hmac(secret, raw)}",
        "Content-Type": "application/json",
    }


def standard(secret: str, message_id: str, body: Any, moment: float | None = None) -> tuple[bytes, dict[str, str]]:
    raw, stamp = json.dumps(body).encode(), str(int(moment or time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = base64.b64encode(hmac.digest(key, f"{message_id}.{stamp}.".encode() + raw, "sha256")).decode()
    return raw, {"webhook-id": message_id, "webhook-timestamp": stamp, "webhook-signature": f"v1,{signed}"}


def form(secret: str, raw: bytes, content_type: str, moment: float | None = None) -> tuple[bytes, dict[str, str]]:
    stamp = str(int(moment or time.time()))
    return raw, {
        "Content-Type": content_type,
        "X-Webhook-Timestamp": stamp,
        "X-Webhook-Signature": f"v1={hex_hmac(secret, stamp.encode() + b'.' + raw)}",
    }


async def source(platform: LocalPlatform, key: str, provider: str, **fields: str) -> dict[str, Any]:
    """A new source, with its address and secret."""
    made = await platform.gateway.post(
        "/api/v1/webhook-sources",
        json={"provider": provider, "name": f"{provider} of the tests", **fields},
        headers={"X-API-Key": key},
    )
    assert made.status_code == 201, made.text
    answer: dict[str, Any] = made.json()
    return answer


async def send(platform: LocalPlatform, url: str, sent: tuple[bytes, dict[str, str]]) -> httpx.Response:
    """One call to a source's address, which is at the gateway."""
    assert url.startswith(platform.url)
    return await platform.gateway.post(url.removeprefix(platform.url), content=sent[0], headers=sent[1])
