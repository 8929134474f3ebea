"""The systems around the agency: each signs its calls as its documentation says, and sends them to the receivers."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import uuid
from datetime import datetime
from typing import Any

import httpx

Signed = tuple[bytes, dict[str, str]]


def form(secret: str, fields: dict[str, str]) -> Signed:
    """A website's form: `X-Webhook-Signature` over the time and the body."""
    raw, stamp = json.dumps(fields).encode(), _stamp()
    signature = _hex(secret, stamp.encode() + b"." + raw)
    return raw, {
        "Content-Type": "application/json",
        "X-Webhook-Timestamp": stamp,
        "X-Webhook-Signature": f"v1={signature}",
    }


def stripe(secret: str, kind: str, moment: datetime, subject: dict[str, Any], **data: Any) -> Signed:
    """Stripe: `Stripe-Signature` with t= and v1=."""
    event = {
        "id": f"evt_{kind}_{subject['id']}",
        "object": "event",
        "type": kind,
        "created": int(moment.timestamp()),
        "data": {"object": subject, **data},
    }
    raw, stamp = json.dumps(event).encode(), _stamp()
    signature = _hex(secret, stamp.encode() + b"." + raw)
    return raw, {"Content-Type": "application/json", "Stripe-Signature": f"t={stamp},v1={signature}"}


def slack(secret: str, team_id: str, event: dict[str, Any]) -> Signed:
    """Slack's Events API: `v0:{time}:{body}`; every call has an event id of its own, also a second one of the same."""
    call = {
        "type": "event_callback",
        "team_id": team_id,
        "api_app_id": "A0DEMO",
        "event_id": f"Ev{uuid.uuid4().hex[:10].upper()}",
        "event_time": int(float(event["event_ts"])),
        "event": event,
    }
    raw, stamp = json.dumps(call).encode(), _stamp()
    signature = _hex(secret, b"v0:" + stamp.encode() + b":" + raw)
    return raw, {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={signature}",
    }


def send(url: str, signed: Signed) -> httpx.Response:
    """One call."""
    return httpx.post(url, content=signed[0], headers=signed[1], timeout=30, trust_env=False)


def _stamp() -> str:
    return str(int(time.time()))


def _hex(secret: str, signed: bytes) -> str:
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
