"""Metrics, through the gateway: of services, of the business, of a tenant itself, and as Prometheus reads them."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from shared_layer.core.services import SERVICES
from shared_layer.storage import metrics, tenant_counts
from tests.support.platform import LocalPlatform

SAMPLE = re.compile(
    r'(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?P<labels>(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? '
    r"(?P<value>[0-9.eE+-]+|\+Inf|NaN)"
)
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')

Samples = dict[str, dict[tuple[tuple[str, str], ...], float]]


async def get(platform: LocalPlatform, path: str, key: str, **params: Any) -> Any:
    await metrics.flush()
    answer = await platform.gateway.get(path, params=params, headers={"X-API-Key": key})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def scraped(platform: LocalPlatform) -> Samples:
    """The exposition, read line by line as its format says: HELP, TYPE, then the family's samples, and nothing else."""
    await metrics.flush()
    answer = await platform.gateway.get("/api/v1/metrics", headers={"X-API-Key": platform.operator_key})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.text.endswith("\n")
    found: Samples = defaultdict(dict)
    family = ""
    for line in answer.text.splitlines():
        if line.startswith("# HELP "):
            family = line.split(" ")[2]
        elif line.startswith("# TYPE "):
            assert line.split(" ")[2] == family
            assert line.split(" ")[3] in ("counter", "gauge", "histogram")
        else:
            sample = SAMPLE.fullmatch(line)
            assert sample is not None, line
            assert sample["name"].startswith(family)
            labels = tuple(sorted(LABEL.findall(sample["labels"] or "")))
            assert labels not in found[sample["name"]], line
            found[sample["name"]][labels] = float(sample["value"])
    return found


async def test_each_services_requests_errors_and_latencies_are_shown(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    for _ in range(3):
        await platform.gateway.get("/api/v1/campaigns/none", headers={"X-API-Key": key})
    found = await get(platform, "/api/v1/metrics/services", key, minutes=120)
    assert {each["service"] for each in found["services"]} == {service.name for service in SERVICES.values()}
    marketing = next(each for each in found["services"] if each["service"] == "marketing-engine")
    assert marketing["client_errors"] >= 3
    timed = sum(bucket["count"] for bucket in marketing["latencies"])
    assert 3 <= timed <= marketing["requests"]  # deliveries, for which nobody waits, have no latency
    assert marketing["p50_ms"] <= marketing["p95_ms"] <= marketing["p99_ms"]
    assert marketing["mean_ms"] > 0
    assert {each["state"] for each in found["breakers"]} <= {"closed", "open", "half_open"}


async def test_a_tenants_calls_and_ai_costs_are_counted_and_seen_by_itself_and_the_operator(
    platform: LocalPlatform,
) -> None:
    tenant_id, key = await platform.tenant()
    _, stranger = await platform.tenant()
    for _ in range(3):
        await platform.gateway.get("/api/v1/campaigns", headers={"X-API-Key": key})
    tenant_counts.spent(tenant_id, 1_250_000)
    own = (await get(platform, "/api/v1/metrics/own", key))["days"]
    assert (own[0]["api_calls"], own[0]["ai_cost_usd"]) == (3, 1.25)
    assert [day["api_calls"] for day in own[1:]] == [0] * 6
    assert (await get(platform, "/api/v1/metrics/own", stranger))["days"][0]["ai_cost_usd"] == 0
    business = await get(platform, "/api/v1/metrics/business", platform.operator_key, limit=1000)
    (mine,) = [each for each in business["tenants"] if each["tenant_id"] == tenant_id]
    assert mine == {"tenant_id": tenant_id, "api_calls": 4, "ai_cost_usd": 1.25}
    assert "platform" not in {each["tenant_id"] for each in business["tenants"]}
    assert 2 <= business["active_tenants_1d"] <= business["active_tenants_7d"] <= business["active_tenants_30d"]
    assert [each["api_calls"] for each in business["tenants"]] == sorted(
        (each["api_calls"] for each in business["tenants"]), reverse=True
    )


async def test_no_tenant_sees_the_business(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    for path in ("/api/v1/metrics/business", "/api/v1/metrics"):
        assert (await platform.gateway.get(path, headers={"X-API-Key": key})).status_code == 403


async def test_prometheus_reads_every_metric_and_its_counters_only_grow(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant()
    first = await scraped(platform)
    await platform.gateway.get("/api/v1/campaigns", headers={"X-API-Key": key})
    second = await scraped(platform)
    service = (("service", "marketing-engine"),)
    assert second["xynergy_requests_total"][service] >= first["xynergy_requests_total"].get(service, 0) + 1
    for name, samples in first.items():
        if name.endswith(("_total", "_bucket", "_count", "_sum")):
            assert all(second[name][labels] >= value for labels, value in samples.items()), name
    assert second["xynergy_tenant_api_calls_total"][(("tenant", tenant_id),)] == 1
    assert (("days", "1"),) in second["xynergy_active_tenants"]
    assert (("service", "marketing-engine"), ("window_minutes", "4320")) in second["xynergy_slo_burn_rate"]
    states = second["xynergy_breaker_state"].values()
    assert sum(states) == len(states) / 3


async def test_a_histograms_buckets_rise_to_its_count(platform: LocalPlatform) -> None:
    found = await scraped(platform)
    counts = found["xynergy_request_duration_seconds_count"]
    for labels, count in counts.items():
        edges = {
            dict(bucket)["le"]: value
            for bucket, value in found["xynergy_request_duration_seconds_bucket"].items()
            if labels[0] in bucket
        }
        values = [value for _, value in sorted(edges.items(), key=lambda edge: float(edge[0]))]
        assert values == sorted(values)
        assert edges["+Inf"] == count
        assert len(edges) > 15
