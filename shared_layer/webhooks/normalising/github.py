"""GitHub's events: pushes to the default branch, releases, merged pull requests.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from shared_layer.messaging.events.webhooks import CodeChanged
from shared_layer.webhooks.normalising.reading import at, moment, text, whole


def change_of(kind: str, body: dict[str, Any], received_at: datetime) -> CodeChanged | None:
    """The change that an event of `kind` (`push`, `release.published`, `pull_request.closed`) tells of, or None."""
    match kind:
        case "push":
            return _push(body, received_at)
        case "release.published":
            return _release(body, received_at)
        case "pull_request.closed" if at(body, "pull_request", "merged") is True:
            return _merge(body, received_at)
    return None


def _push(body: dict[str, Any], received_at: datetime) -> CodeChanged | None:
    branch, head = text(body, "repository", "default_branch"), at(body, "head_commit")
    if not isinstance(head, dict) or (branch and body.get("ref") != f"refs/heads/{branch}"):
        return None
    message, author = text(head, "message"), text(head, "author", "name") or text(body, "pusher", "name")
    return _change("push", body, text(body, "after"), message, author, moment(head.get("timestamp"), received_at))


def _release(body: dict[str, Any], received_at: datetime) -> CodeChanged | None:
    release = at(body, "release")
    tag = text(release, "tag_name")
    when = moment(at(release, "published_at"), received_at)
    return _change("release", body, tag, text(release, "name") or tag, text(release, "author", "login"), when)


def _merge(body: dict[str, Any], received_at: datetime) -> CodeChanged | None:
    request, number = at(body, "pull_request"), whole(body, "number")
    when = moment(at(request, "merged_at"), received_at)
    reference = f"#{number}" if number is not None else None
    return _change("pull_request", body, reference, text(request, "title"), text(request, "user", "login"), when)


def _change(
    kind: str, body: dict[str, Any], reference: str | None, title: str | None, author: str | None, when: datetime
) -> CodeChanged | None:
    repository = text(body, "repository", "full_name")
    if repository is None or reference is None:
        return None
    first_line = (title or "").partition("\n")[0]
    return CodeChanged(
        kind=kind,
        repository=repository,
        reference=reference,
        title=first_line,
        author=author or "",
        happened_at=when,
    )
