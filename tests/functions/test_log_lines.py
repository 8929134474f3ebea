"""One JSON line a request and a delivery, with the fields that Google Cloud's logging reads and the platform's own."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from shared_layer.core import logs
from tests.support import staging
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

BRIEF = {"business_type": "Bakery", "target_audience": "Families nearby", "budget_range": "$5,000-$10,000"}
GOOGLES = {"severity", "message", "time", "logging.googleapis.com/trace", "logging.googleapis.com/spanId",
           "logging.googleapis.com/labels"}  # fmt: skip
OURS = {"event", "request_id", "service", "function", "tenant_id", "latency_ms", "level", "timestamp"}


def _lines(capfd: pytest.CaptureFixture[str], request_id: str) -> list[dict[str, Any]]:
    logs.flush()
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines() if line.startswith("{")]
    return [line for line in lines if line.get("request_id") == request_id]


async def test_each_request_and_each_delivery_is_one_line_with_googles_fields_and_our_own(
    platform: LocalPlatform, capfd: pytest.CaptureFixture[str]
) -> None:
    tenant_id, key = await platform.tenant()
    made = await platform.gateway.post("/api/v1/campaigns", json=BRIEF, headers={"X-API-Key": key})
    request_id = made.headers["x-request-id"]
    [line] = [one for one in _lines(capfd, request_id) if one["event"] == "request"]
    assert set(line) >= GOOGLES | OURS | {"httpRequest"}
    assert line["httpRequest"] == {
        "requestMethod": "POST",
        "requestUrl": "/api/v1/campaigns",
        "status": 201,
        "latency": line["httpRequest"]["latency"],
    }
    assert float(line["httpRequest"]["latency"].removesuffix("s")) == pytest.approx(line["latency_ms"] / 1000, abs=1e-3)
    assert (line["severity"], line["service"], line["tenant_id"]) == ("INFO", "marketing-engine", tenant_id)
    assert line["logging.googleapis.com/trace"].startswith("projects/xynergy-local/traces/")
    assert datetime.fromisoformat(line["time"]).tzinfo is not None
    refused = await platform.gateway.get("/api/v1/campaigns", headers={"X-API-Key": "xyn_live_no"})
    [warning] = _lines(capfd, refused.headers["x-request-id"])
    assert (warning["severity"], warning["httpRequest"]["status"]) == ("WARNING", 401)


async def test_a_delivery_goes_on_under_the_request_that_caused_it(
    platform: LocalPlatform, capfd: pytest.CaptureFixture[str]
) -> None:
    tenant_id, key = await platform.tenant()
    made = await platform.gateway.post("/api/v1/campaigns", json=BRIEF, headers={"X-API-Key": key})
    found: list[dict[str, Any]] = []

    async def recorded() -> bool:
        found.extend(_lines(capfd, made.headers["x-request-id"]))
        return any(one["event"] == "delivery" and one["function"] == "append_audit_event" for one in found)

    await eventually(recorded)
    for line in [one for one in found if one["event"] == "delivery"]:
        assert set(line) >= GOOGLES | OURS
        assert line["tenant_id"] == tenant_id
    assert len({one["logging.googleapis.com/trace"] for one in found}) == 1
    assert len(await staging.documents(tenant_id, "events")) >= 1
