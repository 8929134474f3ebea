"""A page of the ledger: what one instance spent for one tenant within a second or so, stored as one document.

`tenants/{t}/ai_ledger/{page}` holds the entries as JSON: a document for each call would cost ten times the CPU of the
call itself. In the same commit each page is added to `tenants/{t}/ai_usage`, the sums by day, operation, principal and
model, so that the sums are the ledger's at any moment. A page is created once: whoever comes second with the same page
(the instance, or the sweeper that takes it for dead) writes only what is missing.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import orjson

from shared_layer.core import clock
from shared_layer.core.ids import new_id
from shared_layer.storage.documents import tenant_document
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncWriteBatch

LEDGER: Final = "ai_ledger"
USAGE: Final = "ai_usage"
COMMIT_SECONDS: Final = 10.0
DIMENSIONS: Final = ("operation", "principal", "provider", "model")
SUMS: Final = (
    *("calls", "hits", "prompt_tokens", "completion_tokens", "tokens_saved"),
    *("cost_micros", "baseline_micros", "sent_micros", "hit_baseline_micros"),
)
CASCADE: Final = ("checks_passed", "checks_failed", "check_micros", "spared_micros")
"""Sums of the verified cascade: cheap answers that stood the checks or did not, what checks and answers that were not
given cost, and what answers that would have gone to a strong model otherwise were cheaper by."""
SEMANTIC: Final = ("semantic_hits", "semantic_checked", "semantic_wrong")
"""Sums of answers to like questions: given, compared with the model's own, and found to be others."""
_NOT_GIVEN: Final = ("invalid", "doubted", "check", "outrun")

Entry = dict[str, Any]


@dataclass(slots=True)
class Page:
    """Entries of one tenant. `stream_ids` are their copies in Redis, to be removed once the page is stored."""

    tenant_id: str
    id: str = field(default_factory=lambda: new_id("page"))
    entries: list[Entry] = field(default_factory=list)
    stream_ids: list[bytes] = field(default_factory=list)
    stored: asyncio.Event = field(default_factory=asyncio.Event)

    def document(self) -> dict[str, Any]:
        """As it is stored; `call_ids` is what an entry is found by."""
        return {
            "id": self.id,
            "tenant_id": self.tenant_id,
            "created_at": clock.utcnow(),
            "call_ids": [entry["call_id"] for entry in self.entries],
            "cost_micros": sum(entry["cost_micros"] for entry in self.entries),
            "entries": orjson.dumps(self.entries).decode(),
            "told_at": None,
        }


def entries_of(document: dict[str, Any]) -> list[Entry]:
    """The entries of a stored page."""
    found: list[Entry] = orjson.loads(document["entries"])
    return found


async def store(pages: Sequence[Page]) -> None:
    """Store pages in one commit; where some are there already, what is missing of each. Raises Firestore's errors."""
    from google.api_core.exceptions import AlreadyExists

    try:
        await _commit(pages)
    except AlreadyExists:
        for page in pages:
            await _complete(page)


async def _commit(pages: Sequence[Page]) -> None:
    batch = firestore().batch()
    for page in pages:
        batch.create(tenant_document(page.tenant_id, LEDGER, page.id), page.document())
        _add_up(batch, page)
    await batch.commit(timeout=COMMIT_SECONDS)


async def _complete(page: Page) -> None:
    """Store the entries of `page` that no stored page has, under an id that they make up themselves."""
    stored = await tenant_document(page.tenant_id, LEDGER, page.id).get()
    known = set(stored.get("call_ids")) if stored.exists else set()
    missing = [entry for entry in page.entries if entry["call_id"] not in known]
    if not missing:
        return
    if stored.exists:
        digest = hashlib.sha256("".join(sorted(entry["call_id"] for entry in missing)).encode()).hexdigest()[:16]
        await _complete(Page(page.tenant_id, f"{page.id}-{digest}", missing))
    else:
        await store([page])


def _add_up(batch: AsyncWriteBatch, page: Page) -> None:
    """Add the page to the sums that it belongs to."""
    from google.cloud.firestore import Increment

    sums: dict[tuple[Any, ...], dict[str, int]] = {}
    for entry in page.entries:
        amounts = sums.setdefault((int(entry["at"] // 86_400), *[entry[name] for name in DIMENSIONS]), {})
        for name, amount in _amounts(entry).items():
            amounts[name] = amounts.get(name, 0) + amount
    for (number, *values), amounts in sums.items():
        day = datetime.fromtimestamp(number * 86_400, UTC).strftime("%Y-%m-%d")
        digest = hashlib.sha256(orjson.dumps(values)).hexdigest()[:20]
        reference = tenant_document(page.tenant_id, USAGE, f"{day}:{digest}")
        known = {"day": day, **dict(zip(DIMENSIONS, values, strict=True))}
        added = {name: Increment(amounts.get(name, 0)) for name in (*SUMS, *CASCADE, *SEMANTIC)}
        batch.set(reference, known | added, merge=True)


def _amounts(entry: Entry) -> dict[str, int]:
    """What an entry adds to each sum: tokens and money of answers from the cache are counted apart."""
    if entry["cached"]:
        like = int(entry.get("semantic") == "hit")
        return {"hits": 1, "hit_baseline_micros": entry["baseline_micros"], "semantic_hits": like}
    if verdict := entry.get("semantic"):
        return {"semantic_checked": 1, "semantic_wrong": int(verdict == "other")}
    usage = entry["usage"]
    return {
        "calls": int(entry["outcome"] not in _NOT_GIVEN),
        **_of_cascade(entry),
        "prompt_tokens": usage["prompt_tokens"],
        "completion_tokens": usage["completion_tokens"],
        **{name: entry[name] for name in ("tokens_saved", "cost_micros", "baseline_micros", "sent_micros")},
    }


def _of_cascade(entry: Entry) -> dict[str, int]:
    """What an entry adds to the cascade's sums."""
    if entry["outcome"] in ("doubted", "check"):
        return {"checks_failed": int(entry["outcome"] == "doubted"), "check_micros": entry["cost_micros"]}
    routed = entry.get("routed", {})
    if not routed.get("verified"):
        return {}
    spared = entry["sent_micros"] - entry["cost_micros"] if routed["kind"] in ("strong", "complex") else 0
    return {"checks_passed": 1, "spared_micros": spared}
