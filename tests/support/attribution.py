"""Attribution through the gateway: what its tests call again and again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

BASE = "/api/v1/attribution"
PERIOD = {"since": "2026-03-01", "until": "2026-03-31", "currency": "USD"}


@dataclass(frozen=True, slots=True)
class Attribution:
    """One tenant's attribution."""

    platform: LocalPlatform
    tenant_id: str
    key: str

    async def ask(self, method: str, path: str, version: int | None = None, **options: Any) -> httpx.Response:
        """Any call below the service's path; `version` is sent as If-Match."""
        headers = {"X-API-Key": self.key} | ({"If-Match": f'"{version}"'} if version is not None else {})
        return await self.platform.gateway.request(method, BASE + path, headers=headers, **options)

    async def send(self, *events: dict[str, Any]) -> list[str]:
        """Send events in; the result of each."""
        answer = await self.ask("POST", "/events", json={"events": list(events)})
        assert answer.status_code == 202, answer.text
        return [item["result"] for item in answer.json()["items"]]

    async def get(self, path: str, **params: Any) -> dict[str, Any]:
        """What a GET answers."""
        found = await self.ask("GET", path, params=params)
        assert found.status_code == 200, found.text
        answer: dict[str, Any] = found.json()
        return answer

    async def channels(self, **params: Any) -> dict[str, Any]:
        """The report of channels in March 2026."""
        return await self.get("/channels", **PERIOD, **params)

    async def credits(self, model: str, **params: Any) -> dict[str, float]:
        """Conversions by channel, as a model says; those with none left out."""
        report = await self.channels(model=model, **params)
        return {row["channel"]: row["conversions"] for row in report["items"] if row["conversions"]}

    async def until(self, look: Callable[[], Awaitable[bool]]) -> None:
        """Wait for what handlers do."""
        await eventually(look, within=40)

    async def until_totals(self, conversions: float, revenue: float, spend: float = 0.0) -> dict[str, Any]:
        """The report, once its totals are these."""
        report: dict[str, Any] = {}

        async def there() -> bool:
            report.update(await self.channels())
            totals = report["totals"]
            return (totals["conversions"], totals["revenue"], totals["spend"]) == (conversions, revenue, spend)

        await self.until(there)
        return report


async def new_attribution(platform: LocalPlatform) -> Attribution:
    """The attribution of a new tenant."""
    return Attribution(platform, *await platform.tenant())


def touch(event_id: str, at: str, who: str, tags: str = "", **told: Any) -> dict[str, Any]:
    """A visit in March 2026: `at` is the rest of the moment; `tags` are `source/medium`."""
    source, _, medium = tags.partition("/")
    url = "https://shop.example/" + (f"?utm_source={source}&utm_medium={medium}" if tags else "")
    event = {"type": "touch", "event_id": event_id, "at": f"2026-03-{at}:00Z", "anonymous_id": who, "url": url}
    return {**event, **told}


def conversion(event_id: str, at: str, who: str, minor: int = 10_000, **told: Any) -> dict[str, Any]:
    """A purchase in March 2026."""
    event = {"type": "conversion", "event_id": event_id, "at": f"2026-03-{at}:00Z", "name": "purchase"}
    return {**event, "anonymous_id": who, "amount_minor": minor, "currency": "USD", **told}
