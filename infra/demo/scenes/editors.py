"""Two people change one campaign: whoever has not seen the other's change is told so, and loses nothing."""

from __future__ import annotations

from infra.demo.api import told
from infra.demo.stage import Stage


def two_editors(stage: Stage) -> None:
    """Both read, the first one saves, the second one's ETag is stale; after reading again it fits."""
    story, planned, company = stage.story, stage.day.two_editors, stage.company
    story.scene("Two people, one campaign")
    path = f"/api/v1/campaigns/{stage.campaigns[planned.campaign]['id']}"
    etag = company.call("GET", path).headers["etag"]
    first = company.call("PATCH", path, {"name": planned.first}, if_match=etag)
    words = f"{told(first)}, ETag {etag} becomes {first.headers.get('etag')}"
    story.step(f"Mara renames it to “{planned.first}”", words, first.status_code == 200)
    stale = company.call("PATCH", path, {"name": planned.second}, if_match=etag)
    story.step(f"Ben, who read {etag} too, names it otherwise", told(stale), stale.status_code == 412)
    fresh = company.call("GET", path).headers["etag"]
    second = company.call("PATCH", path, {"name": planned.second}, if_match=fresh)
    good = second.status_code == 200 and second.json()["name"] == planned.second
    story.step(f"Ben reads {fresh}, and saves", told(second), good)
    if good:
        stage.campaigns[planned.campaign] = second.json()
