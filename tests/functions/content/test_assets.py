"""Assets: uploaded to a signed address, taken in by their bytes, shown by the site."""

from __future__ import annotations

from typing import Any

import httpx

from infra.local.options import ROOT
from tests.support.content import Newsroom, new_newsroom
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

PICTURES = ROOT / "tests" / "data" / "pictures"
ASSETS = "/api/v1/assets"


async def uploaded(newsroom: Newsroom, name: str, kind: str, data: bytes) -> dict[str, Any]:
    """An asset whose bytes were uploaded, once it was taken in or refused."""
    asked = {"filename": name, "content_type": kind, "size": len(data)}
    made = await newsroom.done("POST", ASSETS, json=asked)
    assert made["state"] == "awaiting_upload"
    async with httpx.AsyncClient() as anybody:
        put = await anybody.put(made["upload_url"], content=data, headers={"Content-Type": kind})
    assert put.status_code == 200, put.text

    async def is_decided() -> bool:
        return (await newsroom.done("GET", f"{ASSETS}/{made['id']}"))["state"] != "awaiting_upload"

    await eventually(is_decided)
    return await newsroom.done("GET", f"{ASSETS}/{made['id']}")


async def test_an_upload_is_taken_in_without_its_metadata_once_for_equal_bytes(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    site_key = (await newsroom.settings(site_url="https://www.bakery.example"))["site_key"]
    data = (PICTURES / "turned.jpg").read_bytes()
    first = await uploaded(newsroom, "slow-bread.jpg", "image/jpeg", data)
    assert (first["state"], first["width"], first["height"]) == ("ready", 24, 16)
    assert sorted(first["left_out"]) == ["EXIF", "comment"]
    second = await uploaded(newsroom, "again.jpg", "image/jpeg", data)
    assert (second["same_as"], second["sha256"]) == (first["id"], first["sha256"])
    shown = await platform.gateway.get(f"/api/v1/sites/{site_key}/assets/{second['id']}")
    assert (shown.status_code, shown.headers["content-type"], len(shown.content)) == (200, "image/jpeg", first["size"])
    assert b"SECRET" not in shown.content
    assert [one["id"] for one in (await newsroom.done("GET", f"{ASSETS}?state=ready"))["items"]] == [
        second["id"],
        first["id"],
    ]
    other = await new_newsroom(platform)
    other_key = (await other.settings(site_url="https://www.other.example"))["site_key"]
    assert (await platform.gateway.get(f"/api/v1/sites/{other_key}/assets/{first['id']}")).status_code == 404


async def test_bytes_that_are_not_what_was_announced_are_refused(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    png = (PICTURES / "told.png").read_bytes()
    lied = await uploaded(newsroom, "a.jpg", "image/jpeg", png)
    assert (lied["state"], lied["refused_because"]) == ("refused", "The bytes are image/png, not image/jpeg.")
    page = await uploaded(newsroom, "b.png", "image/png", b"<script>alert(1)</script>")
    assert page["state"] == "refused"
    site_key = (await newsroom.settings(site_url="https://www.bakery.example"))["site_key"]
    assert (await platform.gateway.get(f"/api/v1/sites/{site_key}/assets/{page['id']}")).status_code == 404
    svg = {"filename": "c.svg", "content_type": "image/svg+xml", "size": 10}
    assert (await newsroom.ask("POST", ASSETS, json=svg)).status_code == 422


async def test_an_alternative_text_is_proposed_and_taken_over_by_a_person(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    data = (PICTURES / "plain.jpg").read_bytes()
    asset = await uploaded(newsroom, "round-loaf_on_board.jpg", "image/jpeg", data)
    proposed = await newsroom.done("POST", f"{ASSETS}/{asset['id']}:suggest-alt")
    assert (proposed["alt_suggestion"]["text"], proposed["alt"]) == ("[mock] Round loaf on board", "")
    assert "mock" in proposed["alt_suggestion"]["notice"]
    taken = await newsroom.done(
        "PATCH", f"{ASSETS}/{asset['id']}", proposed["version"], json={"alt": "A round loaf on a board"}
    )
    assert taken["alt"] == "A round loaf on a board"
    stale = await newsroom.ask("PATCH", f"{ASSETS}/{asset['id']}", 1, json={"alt": "x"})
    assert stale.status_code == 412


async def test_a_draft_is_written_by_a_model_and_goes_the_way_of_every_draft(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    for kind in ("blog", "email", "social"):
        asked = {"type": kind, "topic": "Slow <bread> & rye", "trend": "rye is back", "network": "x"}
        piece = await newsroom.done("POST", "/api/v1/content:draft", json=asked)
        assert (piece["type"], piece["status"], piece["drafted_by_ai"]) == (kind, "draft", "xynergy-mock-1")
        assert piece["title"].startswith("[mock] ")
        text = piece["body"].get("html") or piece["body"]["text"]
        assert ("Slow &lt;bread&gt; &amp; rye" if kind != "social" else "Slow <bread> & rye") in text
    submitted = await newsroom.done("POST", f"{piece['id']}:submit")
    assert submitted["validation"]["outcome"] == "pending"
