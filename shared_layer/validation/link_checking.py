"""Links looked at: HEAD, and GET where that does not say yes; twice before one is called dead.

What a server answers to machines is not what it shows to people: 401, 403, 429, 451 and 999 are "blocked", never
"broken" (lychee and the W3C's checker make the same difference). Only the public internet is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from shared_layer.core import clock
from shared_layer.core.errors import Conflict, DeadlineExceeded, FetchFailed, UrlRefused, VersionMismatch
from shared_layer.core.settings import settings
from shared_layer.messaging.events.validation import LinkBroken, LinkCheckDue
from shared_layer.messaging.unit import Unit
from shared_layer.outbound import Outbound
from shared_layer.storage.gcp_clients import firestore
from shared_layer.validation.hosts import turn
from shared_layer.validation.link import (
    COLLECTION,
    LOOK_AGAIN,
    STRIKES,
    StoredLink,
    link_document,
    read_links,
)

BLOCKED: Final = frozenset({401, 403, 407, 429, 451, 999})
SECONDS: Final = 10.0
PAGE_LIMIT: Final = 2 << 20
KEPT: Final = timedelta(days=90)
DUE_AT_ONCE: Final = 200
AGENT: Final = {"user-agent": "Xynergy-LinkCheck/1", "accept": "text/html,*/*;q=0.8"}


async def check_links(due: LinkCheckDue, unit: Unit) -> dict[str, list[str]]:
    """Look at the links of an event, one host's; answers those that are decided, with the validations that wait.

    Each answer is kept as soon as it is there: a delivery that comes again asks only for the rest.
    """
    decided: dict[str, list[str]] = {}
    for link in (await read_links(unit.tenant_id, due.link_ids)).values():
        if not link.known and not _too_early(link):
            await turn(link.host)
            await _look(link)
            await _keep(link, unit)
        if link.known:
            decided[link.id] = link.waiting
    return decided


async def queue_second_looks(unit: Unit) -> int:
    """Have the links looked at again that did not answer the first time, of all tenants; answers how many."""
    from google.cloud.firestore import FieldFilter

    suspects = (
        firestore()
        .collection_group(COLLECTION)
        .where(filter=FieldFilter("state", "==", "suspect"))
        .where(filter=FieldFilter("look_again_at", "<=", clock.utcnow()))
        .order_by("look_again_at")
        .limit(DUE_AT_ONCE)
    )
    queued = 0
    async for snapshot in suspects.stream():
        link = StoredLink.model_validate(snapshot.to_dict())
        step = Unit(unit.context, snapshot.reference.parent.parent.id, unit.emits)
        # Put off, not forgotten: should the event's handler fail for good, the next hour asks again.
        later = {"look_again_at": clock.utcnow() + timedelta(hours=1)}
        step.patch_unchanged(snapshot.reference, later, snapshot.update_time)
        step.emit(LinkCheckDue(host=link.host, link_ids=[link.id]))
        try:
            await step.commit()
        except (Conflict, VersionMismatch):
            continue
        queued += 1
    return queued


def _too_early(link: StoredLink) -> bool:
    """Whether the first strike is so young that a second one would say nothing new."""
    return link.state == "suspect" and link.checked_at is not None and link.checked_at > clock.utcnow() - LOOK_AGAIN


async def _look(link: StoredLink) -> None:
    """Ask, and note what the answer means."""
    link.checked_at, link.detail, link.http_status = clock.utcnow(), "", None
    try:
        link.http_status = await _status(link.url)
    except UrlRefused as error:
        link.state, link.detail = "refused", error.detail
        return
    except (FetchFailed, DeadlineExceeded) as error:
        link.detail = error.detail
    if link.http_status in BLOCKED:
        link.state, link.strikes = "blocked", 0
    elif link.http_status is not None and link.http_status < 400:
        link.state, link.strikes = "ok", 0
    else:
        link.strikes += 1
        link.state = "broken" if link.strikes >= STRIKES else "suspect"
    link.look_again_at = clock.utcnow() + LOOK_AGAIN if link.state == "suspect" else None


async def _status(url: str) -> int:
    """The status that counts: HEAD's where it is a yes or asks to be left alone, else GET's."""
    client = Outbound(seconds=SECONDS, limit=PAGE_LIMIT, trusted=settings().webhook_receivers)
    try:
        head = (await client.fetch(url.partition("#")[0], method="HEAD", headers=AGENT)).status
    except FetchFailed:
        head = 0
    if 200 <= head < 400 or head == 429:
        return head
    try:
        return (await client.fetch(url.partition("#")[0], headers=AGENT)).status
    except FetchFailed as error:
        if "more than" in error.detail and "bytes" in error.detail:
            return 200  # it is there, and larger than what is read
        raise


async def _keep(link: StoredLink, outer: Unit) -> None:
    """Commit what a look brought, and tell of an address that died."""
    fields = link.model_dump(include={"state", "http_status", "detail", "strikes", "checked_at", "look_again_at"})
    unit = Unit(outer.context, outer.tenant_id, outer.emits)
    unit.patch(link_document(unit.tenant_id, link.id), fields | {"expires_at": clock.utcnow() + KEPT})
    if link.state == "broken":
        unit.emit(LinkBroken(link_id=link.id, state=link.state, http_status=link.http_status))
    await unit.commit()


def due_events(links: Sequence[StoredLink], validation_id: str | None, at_once: int = 20) -> list[LinkCheckDue]:
    """The events that have links looked at: each of one host, of at most 20 links."""
    by_host: dict[str, list[str]] = {}
    for link in links:
        by_host.setdefault(link.host, []).append(link.id)
    return [
        LinkCheckDue(host=host, link_ids=ids[start : start + at_once], validation_id=validation_id)
        for host, ids in by_host.items()
        for start in range(0, len(ids), at_once)
    ]
