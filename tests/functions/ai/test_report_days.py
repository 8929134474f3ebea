"""Reports over days: what no report can be about is refused, never an error of ours."""

from __future__ import annotations

import pytest

from tests.support.platform import LocalPlatform


@pytest.mark.parametrize("path", ["/api/v1/ai/usage", "/api/v1/ai/savings", "/api/v1/attribution/channels"])
@pytest.mark.parametrize("days", ["until=0001-01-10", "since=9999-12-31", "since=2026-03-02&until=2026-03-01"])
async def test_days_that_no_report_is_about_are_refused(platform: LocalPlatform, path: str, days: str) -> None:
    _, key = await platform.tenant()
    answer = await platform.gateway.get(f"{path}?{days}", headers={"X-API-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
