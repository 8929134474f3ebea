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
from operator import itemgetter
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
ENTRY_BYTES: Final = 1_000
FULL_BYTES: Final = 600_000
PAID_TOGETHER: Final = 200
DIGITS: Final = 4
"""Of an entry's number in the id of an answer from the cache."""
_NOT_GIVEN: Final = ("invalid", "doubted", "check", "outrun")

Entry = dict[str, Any]
_dimensions: Final = itemgetter(*DIMENSIONS)


@dataclass(slots=True)
class Page:
    """Entries of one tenant. `stream_ids` are their copies in Redis, to be removed once the page is stored; `size` is
    about how many bytes they are.

    `numbered` is what the ids of its answers from the cache begin with. They are found by that: a list of two hundred
    ids would cost Google's client more than all else of a page.
    """

    tenant_id: str
    id: str = field(default_factory=lambda: new_id("page"))
    entries: list[Entry] = field(default_factory=list)
    stream_ids: list[bytes] = field(default_factory=list)
    stored: asyncio.Event = field(default_factory=asyncio.Event)
    numbered: str = field(default_factory=lambda: new_id("call"))
    size: int = 0
    paid: int = 0

    def add(self, entry: Entry) -> None:
        """One more entry: what it tells the router of its prompt may be as long as forty others."""
        self.entries.append(entry)
        self.size += ENTRY_BYTES + len(entry["routed"].get("features", "") if "routed" in entry else "")
        self.paid += not entry["cached"]

    @property
    def full(self) -> bool:
        """Whether the next entry belongs on another page: a document has 1 MiB, and each paid entry is an event."""
        return self.paid >= PAID_TOGETHER or self.size >= FULL_BYTES

    def next_call_id(self) -> str:
        """The call id of the next entry, where that is of an answer from the cache."""
        return f"{self.numbered}{len(self.entries):0{DIGITS}}"

    def document(self) -> dict[str, Any]:
        """As it is stored; `call_ids` and `numbered` are what entries are found by."""
        named = [entry["call_id"] for entry in self.entries if not entry["call_id"].startswith(self.numbered)]
        return {
            "id": self.id,
            "tenant_id": self.tenant_id,
            "created_at": clock.utcnow(),
            "call_ids": named,
            "numbered": self.numbered,
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
    known = {entry["call_id"] for entry in entries_of(stored.to_dict() or {})} if stored.exists else set()
    missing = [entry for entry in page.entries if entry["call_id"] not in known]
    if not missing:
        return
    if stored.exists:
        digest = hashlib.sha256("".join(sorted(entry["call_id"] for entry in missing)).encode()).hexdigest()[:16]
        await _complete(Page(page.tenant_id, f"{page.id}-{digest}", missing, numbered=page.numbered))
    else:
        await store([page])


def _add_up(batch: AsyncWriteBatch, page: Page) -> None:
    """Add the page to the sums that it belongs to."""
    from google.cloud.firestore import Increment

    sums: dict[tuple[Any, ...], dict[str, int]] = {}
    for entry in page.entries:
        of = (int(entry["at"] // 86_400), *_dimensions(entry))
        amounts = sums.get(of)
        if amounts is None:
            amounts = sums[of] = dict.fromkeys(SUMS, 0)
        for name, amount in _amounts(entry).items():
            amounts[name] = amounts.get(name, 0) + amount
    for (number, *values), amounts in sums.items():
        day = datetime.fromtimestamp(number * 86_400, UTC).strftime("%Y-%m-%d")
        digest = hashlib.sha256(orjson.dumps(values)).hexdigest()[:20]
        reference = tenant_document(page.tenant_id, USAGE, f"{day}:{digest}")
        known = {"day": day, **dict(zip(DIMENSIONS, values, strict=True))}
        added = {name: Increment(amount) for name, amount in amounts.items()}
        batch.set(reference, known | added, merge=True)


def _amounts(entry: Entry) -> dict[str, int]:
    """What an entry adds to each sum: tokens and money of answers from the cache are counted apart."""
    if entry["cached"]:
        like = {"semantic_hits": 1} if entry.get("semantic") == "hit" else {}
        return {"hits": 1, "hit_baseline_micros": entry["baseline_micros"], **like}
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
