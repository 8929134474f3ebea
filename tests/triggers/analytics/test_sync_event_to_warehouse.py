"""The warehouse holds each event once, as it was committed."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson

from shared_layer.core.settings import settings
from shared_layer.storage.gcp_clients import bigquery
from shared_layer.storage.warehouse import EVENTS, table_id
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform


async def rows_of(tenant_id: str) -> list[dict[str, Any]]:
    from google.cloud.bigquery import QueryJobConfig, ScalarQueryParameter

    sql = f"SELECT * FROM `{table_id(settings().project, EVENTS)}` WHERE tenant_id = @t AND timestamp > '2020-01-01'"
    config = QueryJobConfig(query_parameters=[ScalarQueryParameter("t", "STRING", tenant_id)])
    found = await asyncio.to_thread(lambda: list(bigquery().query_and_wait(sql, job_config=config)))
    return [dict(row.items()) for row in found]


async def test_each_event_of_a_command_becomes_one_row(platform: LocalPlatform) -> None:
    tenant_id, api_key = await platform.tenant()
    stored = (await platform.gateway.get("/api/v1/events", headers={"X-API-Key": api_key})).json()["items"]

    async def synced() -> bool:
        return len(await rows_of(tenant_id)) == len(stored)

    await eventually(synced)
    rows = {row["event_id"]: row for row in await rows_of(tenant_id)}
    for event in stored:
        row = rows[event["event_id"]]
        assert (row["event_type"], row["source_service"]) == (event["event_type"], event["source_service"])
        assert row["timestamp"].isoformat().replace("+00:00", "Z") == event["timestamp"]
        assert row["correlation_id"] == event["metadata"]["correlation_id"]
        payload = row["payload"]
        assert (orjson.loads(payload) if isinstance(payload, str) else payload) == event["payload"]
        assert row["synced_at"] >= row["timestamp"]
