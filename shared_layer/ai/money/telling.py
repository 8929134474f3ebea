"""A page of the ledger told as events, once: the page's `told_at` is written in the same commit."""

from __future__ import annotations

import dataclasses

from shared_layer.ai.money.ledger_page import LEDGER, Entry, entries_of
from shared_layer.core import clock
from shared_layer.messaging.events.ai import AiAnswerVerified, AiCallCompleted
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document


async def tell_page(tenant_id: str, page_id: str, unit: Unit) -> None:
    """Stage the events of a page. The commit raises Conflict where another delivery came between."""
    reference = tenant_document(tenant_id, LEDGER, page_id)
    page = await reference.get()
    if not page.exists or page.get("told_at"):
        return
    unit.patch_unchanged(reference, {"told_at": clock.utcnow()}, page.update_time)
    handlers_own = unit.context
    entries = entries_of(page.to_dict())
    for event, entry in [*_events(entries), *_verdicts(entries)]:
        unit.context = dataclasses.replace(
            handlers_own, **{name: entry[name] for name in ("request_id", "trace_id", "span_id", "actor")}
        )
        unit.emit(event)
    unit.context = handlers_own


def _events(entries: list[Entry]) -> list[tuple[AiCallCompleted | AiAnswerVerified, Entry]]:
    """An event for each paid answer, and one for all answers from the cache that are alike."""
    alike: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries:
        key = (entry["operation"], entry["provider"], entry["model"]) if entry["cached"] else (entry["call_id"],)
        alike.setdefault(key, []).append(entry)
    return [(_event(group), group[0]) for group in alike.values()]


def _verdicts(entries: list[Entry]) -> list[tuple[AiAnswerVerified, Entry]]:
    """An event for each cheap answer that a cascade checked."""
    return [
        (
            AiAnswerVerified(
                call_id=entry["call_id"],
                outcome="passed" if entry["routed"]["verified"] else "escalated",
                check=entry["routed"]["check"],
                cost_micros=entry["cost_micros"],
            ),
            entry,
        )
        for entry in entries
        if "verified" in entry.get("routed", ())
    ]


def _event(group: list[Entry]) -> AiCallCompleted:
    first = group[0]
    return AiCallCompleted(
        **{name: first[name] for name in ("call_id", "operation", "provider", "model", "route", "cached")},
        prompt_tokens=sum(entry["usage"]["prompt_tokens"] for entry in group),
        completion_tokens=sum(entry["usage"]["completion_tokens"] for entry in group),
        cost_micros=sum(entry["cost_micros"] for entry in group),
        latency_ms=sum(entry["latency_ms"] for entry in group) / len(group),
        calls=len(group),
    )
