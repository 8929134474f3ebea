"""An article: written, refused by its validation, corrected, approved, published as exactly that version."""

from __future__ import annotations

from typing import Any, Final

from infra.demo.api import told
from infra.demo.stage import Stage, new_key

CONTENT: Final = "/api/v1/content"
WITHIN: Final = 30.0
TOLD: Final = {
    "content_created": 1,
    "content_updated": 2,
    "content_submitted": 2,
    "content_reviewed": 1,
    "content_published": 1,
    "validation_complete": 2,
}
"""The events of the scene, by type."""


def article(stage: Stage) -> None:
    """The whole way of a piece; what is saved after it was published is not what readers see."""
    story, planned, company = stage.story, stage.day.article, stage.company
    story.scene("An article for the company's site")
    settings = company.call("PUT", "/api/v1/content-settings", {"site_url": planned.site, "site_name": "Harbour Light"})
    body = {"type": "blog", "html": planned.html + planned.forgotten}
    new = {
        "title": planned.title,
        "slug": planned.slug,
        "body": body,
        "seo": {"keyphrase": planned.keyphrase},
        "sources": [{"title": "The roast log", "quote": planned.source}],
    }
    written = company.call("POST", CONTENT, new, idempotency_key=new_key())
    if written.status_code != 201:
        story.step("Mara writes it", told(written), good=False)
        return
    path = f"{CONTENT}/{written.json()['id']}"
    story.step("Mara writes it, with the passages that bear out its numbers", f"201 draft, /{planned.slug}", good=True)
    _fails(stage, path)
    etag = company.call("GET", path).headers["etag"]
    company.call(
        "PATCH", path, {"body": body | {"html": planned.html}, "note": "As the validation says"}, if_match=etag
    )
    passed = _validated(stage, path)
    story.step("She takes both out, and submits it again", f"revision 2: {passed['outcome']}", _came(passed, "passed"))
    approved = company.call("POST", f"{path}:approve", {"revision": 2})
    story.step("Ben approves the revision that he read", told(approved), approved.is_success)
    published = company.call("POST", f"{path}:publish", {}, idempotency_key=new_key())
    story.step("It is published", _told_place(published), published.is_success)
    later = company.call("PATCH", path, {"title": planned.later}, if_match=published.headers.get("etag", ""))
    page = f"/api/v1/sites/{settings.json()['site_key']}/pages/en/{planned.slug}"
    shown: dict[str, Any] = company.call("GET", page).json().get("page") or {}
    good = later.is_success and shown.get("title") == planned.title and shown.get("revision") == 2
    words = f"readers see revision {shown.get('revision')}, “{shown.get('title')}”"
    story.step("Mara saves another title, which is a draft again", words, good)


def _fails(stage: Stage, path: str) -> None:
    """The first validation finds what was forgotten, and approval is refused for it."""
    failed = _validated(stage, path)
    found = stage.company.call("GET", f"/api/v1/validations/{failed['validation_id']}").json()["findings"]
    errors = [f"{one['rule']} {one['excerpt']!r}" for one in found if one["severity"] == "error"]
    words = f"{failed['outcome']}: {'; '.join(errors)}"
    stage.story.step("She submits it; the validation reads along", words, _came(failed, "failed") and len(errors) == 2)
    refused = stage.company.call("POST", f"{path}:approve", {})
    stage.story.step("Ben wants to approve it as it is", told(refused), refused.status_code == 409)


def _validated(stage: Stage, path: str) -> dict[str, Any]:
    """How a revision's validation came out, once it is submitted."""
    stage.company.call("POST", f"{path}:submit", idempotency_key=new_key())
    check: dict[str, Any] = {}

    def is_out() -> bool:
        check.update(stage.company.call("GET", path).json()["validation"] or {})
        return check.get("outcome") in ("passed", "failed")

    stage.company.until(is_out, WITHIN)
    return check


def _came(check: dict[str, Any], outcome: str) -> bool:
    return bool(check.get("outcome") == outcome)


def _told_place(published: Any) -> str:
    return f"200 {published.json()['published']['url']}" if published.is_success else told(published)
