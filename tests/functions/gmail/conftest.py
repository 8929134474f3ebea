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
from tests.support import desk as desk_of
from tests.support.eventually import eventually
from tests.support.gmail_double import CLIENT, GmailDouble, gmail_double
from tests.support.platform import LocalPlatform


@dataclass(slots=True)
class Desk(desk_of.Desk):
    """A tenant at work with Gmail."""

    BASE = "/api/xynergyos/v2/gmail"

    async def browse(self, query: dict[str, Any]) -> httpx.Response:
        """The owner's browser comes back from Google, and its owner presses the button; what refuses, where it does."""
        asked = await self.come_back(query)
        return asked if asked.status_code != 200 else await self.press(asked)

    async def come_back(self, query: dict[str, Any], cookie: str = "") -> httpx.Response:
        """A browser comes back from Google."""
        headers = {"Cookie": cookie} if cookie else {}
        return await self.platform.gateway.get(f"{self.BASE}/callback", params=query, headers=headers)

    async def press(self, asked: httpx.Response, cookie: str | None = None) -> httpx.Response:
        """The button of the page is pressed, in the browser that it was shown to, or in one with another cookie."""
        [action] = re.findall(r'action="([^"]+)"', asked.text)
        own = asked.headers["set-cookie"].partition(";")[0] if cookie is None else cookie
        self.platform.gateway.cookies.clear()
        return await self.platform.gateway.post(html.unescape(action), headers={"Cookie": own} if own else {})

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
