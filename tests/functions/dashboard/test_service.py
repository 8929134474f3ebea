"""One service in depth, through the gateway: its budget, its burn, its last hour."""

from __future__ import annotations

import pytest

from shared_layer.core.services import SERVICES
from shared_layer.dashboard.burn_rate import Window
from shared_layer.dashboard.service_detail import budget_of
from shared_layer.storage import metrics
from tests.support.platform import LocalPlatform


async def test_a_service_is_shown_with_its_last_hour_its_budget_and_five_burn_rates(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    for _ in range(3):
        await platform.gateway.get("/api/v1/campaigns/none", headers={"X-API-Key": key})
    await metrics.flush()
    path = "/api/v1/dashboard/services/marketing-engine"
    answer = await platform.gateway.get(path, headers={"X-API-Key": key})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["health"]["name"] == "marketing-engine"
    assert len(found["history"]) == 60
    assert found["history"][0]["at"] < found["history"][-1]["at"]
    assert sum(minute["requests"] for minute in found["history"]) >= 3
    assert found["budget"]["requests"] >= 3
    assert found["budget"]["objective"] == 0.999
    assert {name for name in found["burn"] if name.startswith("burn_")} == {
        *("burn_5m", "burn_30m", "burn_1h", "burn_6h", "burn_3d")
    }


async def test_every_service_has_its_page_and_what_is_none_is_not_found(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    for name in (*[service.name for service in SERVICES.values()], "no-such-service"):
        answer = await platform.gateway.get(f"/api/v1/dashboard/services/{name}", headers={"X-API-Key": key})
        assert answer.status_code == (404 if name == "no-such-service" else 200)


@pytest.mark.parametrize(
    ("requests", "failures", "left"), [(0, 0, 1.0), (1000, 0, 1.0), (10_000, 5, 0.5), (1000, 1, 0.0), (1000, 4, -3.0)]
)
def test_the_error_budget_is_what_the_objective_allows_less_what_failed(
    requests: int, failures: int, left: float
) -> None:
    assert budget_of(4320, Window(requests, failures)).left == pytest.approx(left)
