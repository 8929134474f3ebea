"""What the business asks of its content: how much was published, and how much passes at the first look."""

from __future__ import annotations

from typing import Any

from tests.support.content import new_newsroom
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

METRICS = ["content_pieces_published", "validation_pass_rate"]


async def test_what_is_published_and_what_passes_is_counted(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    piece = await newsroom.approved()
    await newsroom.done("POST", f"{piece['id']}:publish", json={})
    for text in ("Mail jane@home.example.", "Mail me.", "Mail us."):
        await newsroom.done("POST", "/api/v1/validations", json={"text": text})

    async def asked() -> dict[str, Any]:
        answer = await newsroom.done("POST", "/api/v1/analytics:query", json={"metrics": METRICS})
        return dict(zip(METRICS, [answer["items"][0][name] for name in METRICS], strict=True))

    async def are_counted() -> bool:
        return await asked() == {"content_pieces_published": 1, "validation_pass_rate": 0.75}

    await eventually(are_counted)
