"""A Slack on loopback that the platform talks to, and a tenant that is connected to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from shared_layer.core.settings import settings
from shared_layer.slack.signature import SECRET
from tests.support import desk as desk_of
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform
from tests.support.slack_double import SlackDouble, callback, send, slack_double


@dataclass(slots=True)
class Desk(desk_of.Desk):
    """A tenant at work with Slack."""

    BASE = "/api/xynergyos/v2/slack"

    secret: str

    async def hear(self, team_id: str, event: dict[str, Any], event_id: str = "") -> None:
        """Slack tells of an event."""
        answer = await send(self.platform.gateway, self.secret, callback(team_id, event, event_id))
        assert answer.status_code == 200, answer.text


def signing_secret() -> str:
    return Path(settings().operator_keys_file).with_name(SECRET).read_text().strip()


@pytest.fixture
def slack(platform: LocalPlatform) -> Iterator[SlackDouble]:
    with slack_double() as double:
        former = os.environ.get("XYNERGY_SLACK_URL")
        os.environ["XYNERGY_SLACK_URL"] = double.url
        settings.cache_clear()
        yield double
        os.environ.pop("XYNERGY_SLACK_URL")
        if former is not None:
            os.environ["XYNERGY_SLACK_URL"] = former
        settings.cache_clear()


@pytest_asyncio.fixture
async def desk(platform: LocalPlatform) -> Desk:
    """A tenant without Slack."""
    tenant_id, key = await platform.tenant()
    return Desk(platform, tenant_id, key, signing_secret())


@pytest_asyncio.fixture
async def connected(desk: Desk, slack: SlackDouble) -> Desk:
    """A tenant whose workspace is `slack`."""
    offered = await desk.post("/connect", {"bot_token": slack.token})
    assert offered.status_code == 202, offered.text

    async def taken() -> bool:
        return (await desk.get("/status")).json()["status"] == "connected"

    await eventually(taken)
    return desk
