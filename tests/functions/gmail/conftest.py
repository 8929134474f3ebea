"""A Gmail on loopback that the platform talks to, and a tenant whose mailbox it is."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from shared_layer.core.settings import settings
from shared_layer.storage.gcp_clients import publisher
from shared_layer.storage.topics import topic_path
from tests.support.eventually import eventually
from tests.support.gmail_double import CLIENT, GmailDouble, gmail_double
from tests.support.platform import LocalPlatform

BASE = "/api/xynergyos/v2/gmail"


@dataclass(slots=True)
class Desk:
    """A tenant at work: calls of the Gmail operations by its key."""

    platform: LocalPlatform
    tenant_id: str
    key: str

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.platform.gateway.get(BASE + path, params=query, headers={"X-API-Key": self.key})

    async def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        sent = {"X-API-Key": self.key, **headers}
        return await self.platform.gateway.post(BASE + path, json=body, headers=sent)

    async def delete(self, path: str) -> httpx.Response:
        return await self.platform.gateway.delete(BASE + path, headers={"X-API-Key": self.key})

    async def browse(self, query: dict[str, Any]) -> httpx.Response:
        """The owner's browser comes back from Google, and its owner presses the button; what refuses, where it does."""
        asked = await self.come_back(query)
        return asked if asked.status_code != 200 else await self.press(asked)

    async def come_back(self, query: dict[str, Any], cookie: str = "") -> httpx.Response:
        """A browser comes back from Google."""
        headers = {"Cookie": cookie} if cookie else {}
        return await self.platform.gateway.get(f"{BASE}/callback", params=query, headers=headers)

    async def press(self, asked: httpx.Response, cookie: str | None = None) -> httpx.Response:
        """The button of the page is pressed, in the browser that it was shown to, or in one with another cookie."""
        [action] = re.findall(r'action="([^"]+)"', asked.text)
        own = asked.headers["set-cookie"].partition(";")[0] if cookie is None else cookie
        self.platform.gateway.cookies.clear()
        return await self.platform.gateway.post(html.unescape(action), headers={"Cookie": own} if own else {})

    async def events(self, *types: str) -> list[dict[str, Any]]:
        """The payloads of the tenant's events of these types, oldest first."""
        from shared_layer.storage.documents import tenant_collection

        found = [one.to_dict() async for one in tenant_collection(self.tenant_id, "events").stream()]
        kept = [event for event in found if event["event_type"] in types]
        return [event["payload"] for event in sorted(kept, key=lambda event: event["timestamp"])]

    async def subjects(self) -> list[str]:
        """The subjects of the mail in the index, newest first."""
        return [one["subject"] for one in (await self.get("/messages", limit=200)).json()["items"]]


async def push(email: str, history_id: int) -> None:
    """Gmail's notice, through Pub/Sub."""
    data = json.dumps({"emailAddress": email, "historyId": history_id}).encode()
    await publisher().publish(topic=topic_path("gmail-push"), messages=[{"data": data}])


@pytest.fixture
def gmail(platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch) -> Iterator[GmailDouble]:
    with gmail_double() as double:
        monkeypatch.setenv("XYNERGY_GMAIL_URL", double.url)
        monkeypatch.setenv("XYNERGY_GOOGLE_TOKEN_URL", f"{double.url}/token")
        monkeypatch.setenv("XYNERGY_GOOGLE_OAUTH", json.dumps(CLIENT))
        settings.cache_clear()
        yield double
    settings.cache_clear()


@pytest.fixture(autouse=True)
def settings_as_they_were() -> Iterator[None]:
    yield
    settings.cache_clear()


@pytest_asyncio.fixture
async def desk(platform: LocalPlatform) -> Desk:
    """A tenant without Gmail."""
    tenant_id, key = await platform.tenant()
    return Desk(platform, tenant_id, key)


@pytest_asyncio.fixture
async def connected(desk: Desk, gmail: GmailDouble) -> Desk:
    """A tenant whose mailbox is `gmail`, read to its end."""
    begun = await desk.post("/connect", {})
    assert begun.status_code == 200, begun.text
    page = await desk.browse(gmail.consent(begun.json()["authorization_url"]))
    assert page.status_code == 200, page.text

    async def read() -> bool:
        return all(one["cursor"] is not None for one in (await desk.get("/status")).json()["mailboxes"])

    await eventually(read)
    return desk
