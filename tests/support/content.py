"""Content through the gateway: what its tests call again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

CONTENT = "/api/v1/content"
TEXT = (
    "<p>Slow bread tastes of more. We let the dough rest for a night, and bake it in the morning.</p>"
    "<h2>Why slow bread</h2><p>Time does what no powder can. The crust cracks, and the crumb stays soft for days.</p>"
)
BLOG = {"title": "Slow bread, and why we wait for it", "body": {"type": "blog", "html": TEXT}}


@dataclass(frozen=True, slots=True)
class Newsroom:
    """One tenant's content."""

    platform: LocalPlatform
    tenant_id: str
    key: str

    async def ask(self, method: str, path: str, version: int | None = None, **options: Any) -> httpx.Response:
        """Any call; a path without a leading slash is one below a piece of content."""
        headers = {"X-API-Key": self.key} | ({"If-Match": f'"{version}"'} if version is not None else {})
        whole = path if path.startswith("/") else f"{CONTENT}/{path}"
        return await self.platform.gateway.request(method, whole, headers=headers, **options)

    async def done(self, method: str, path: str, version: int | None = None, **options: Any) -> dict[str, Any]:
        """What a call answers that must succeed."""
        answer = await self.ask(method, path, version, **options)
        assert answer.is_success, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def write(self, **changes: Any) -> dict[str, Any]:
        """A new article."""
        return await self.done("POST", CONTENT, json=BLOG | changes)

    async def settings(self, **wanted: Any) -> dict[str, Any]:
        """The rules of the review."""
        return await self.done("PUT", "/api/v1/content-settings", json=wanted)

    async def validated(self, piece_id: str) -> dict[str, Any]:
        """A submitted piece, once its validation came out."""

        async def is_out() -> bool:
            check = (await self.done("GET", piece_id))["validation"]
            return check is not None and check["outcome"] != "pending"

        await eventually(is_out)
        return await self.done("GET", piece_id)

    async def approved(self, **changes: Any) -> dict[str, Any]:
        """An article that was written, submitted, validated and approved."""
        piece = await self.write(**changes)
        await self.done("POST", f"{piece['id']}:submit")
        await self.validated(piece["id"])
        return await self.done("POST", f"{piece['id']}:approve", json={})

    async def another(self) -> Newsroom:
        """The same tenant by another key."""
        made = await self.ask("POST", "/api/v1/api-keys", json={"name": "editor", "scopes": SCOPES})
        assert made.status_code == 201, made.text
        return Newsroom(self.platform, self.tenant_id, made.json()["key"])


SCOPES = ["content:read", "content:write", "content:publish", "validation:read", "validation:use", "validation:manage"]


async def new_newsroom(platform: LocalPlatform) -> Newsroom:
    """The content of a new tenant."""
    return Newsroom(platform, *await platform.tenant())
