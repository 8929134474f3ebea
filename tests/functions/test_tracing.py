"""One trace id from the HTTP request to the outbox, to the handlers and to every log line."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import defaultdict

import pytest

from shared_layer.core import logs
from tests.support import staging
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform
from tests.support.subscribers import subscribed

BRIEF = {"business_type": "Bakery", "target_audience": "Families nearby", "budget_range": "$5,000-$10,000"}
AT_ONCE = 10


@pytest.mark.parametrize("count", [50, pytest.param(500, marks=pytest.mark.long)])
async def test_each_requests_trace_reaches_the_outbox_the_handlers_and_the_log(
    platform: LocalPlatform, capfd: pytest.CaptureFixture[str], count: int
) -> None:
    tenant_id, key = await platform.tenant()
    sent: dict[str, str] = {}

    async def create(number: int) -> None:
        trace_id = uuid.uuid4().hex
        # every other caller speaks Google's dialect
        traced = (
            {"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01"}
            if number % 2
            else {"X-Cloud-Trace-Context": f"{trace_id}/1;o=1"}
        )
        brief = BRIEF | {"name": f"Campaign {number}"}
        made = await platform.gateway.post("/api/v1/campaigns", json=brief, headers={"X-API-Key": key} | traced)
        assert made.status_code == 201, made.text
        sent[made.json()["id"]] = trace_id

    async with subscribed(platform, "record_effect", "marketing-engine-events"):
        for start in range(0, count, AT_ONCE):
            await asyncio.gather(*[create(number) for number in range(start, min(count, start + AT_ONCE))])

        async def all_handled() -> bool:
            return len(await staging.documents(tenant_id, "effects")) >= count

        await eventually(all_handled, within=120)
    stored = {
        event["payload"]["campaign_id"]: event
        for event in await staging.documents(tenant_id, "events")
        if event["event_type"] == "campaign_created"
    }
    handled = {effect["event_id"]: effect["trace_id"] for effect in await staging.documents(tenant_id, "effects")}
    followed = [
        campaign
        for campaign, trace_id in sent.items()
        if stored[campaign]["metadata"]["traceparent"].split("-")[1] == trace_id
        and handled[stored[campaign]["event_id"]] == trace_id
    ]
    assert len(followed) == count

    logs.flush()
    told: dict[str, set[str]] = defaultdict(set)
    for line in capfd.readouterr().out.splitlines():
        if line.startswith("{"):
            entry = json.loads(line)
            told[entry.get("logging.googleapis.com/trace", "").rpartition("/")[2]].add(entry.get("function", ""))
    assert all({"create_campaign", "record_effect"} <= told[trace_id] for trace_id in sent.values())
