"""The contacts of a segment, page by page by their ids: what an index can decide is never read to be thrown away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from shared_layer.crm.contact import COLLECTION, StoredContact
from shared_layer.marketing.audience.judging import belongs
from shared_layer.marketing.audience.rules import AllOf, AnyRule, FieldRule, parts_of
from shared_layer.storage.documents import from_snapshot, tenant_collection

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncQuery

PAGE: Final = 200
AT_ONCE: Final = 25
EQUALITIES: Final = ("stage", "owner", "source", "company_domain")
LOWER_CASE: Final = frozenset({"stage", "source", "company_domain", "tags"})
"""Stored in lower case, so that an equality of the index is the rule's own."""

Condition = tuple[str, str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """Some contacts of a segment: those that belong, how many were looked at, the last of them; `end`: no more."""

    contacts: list[StoredContact]
    looked_at: int
    last: str | None
    end: bool


def conditions_of(rule: AnyRule) -> tuple[list[Condition], bool]:
    """What indexes decide of a rule, and whether that is all of it. Firestore takes one array condition a query."""
    conditions: list[Condition] = []
    whole = True
    for part in _conjuncts(rule):
        condition = _condition(part)
        taken = condition is not None and condition[0] not in {name for name, _, _ in conditions}
        if condition is not None and taken:
            conditions.append(condition)
        whole = whole and taken
    return conditions, whole


def _conjuncts(rule: AnyRule) -> list[AnyRule]:
    if not isinstance(rule, AllOf):
        return [rule]
    return [one for part in parts_of(rule) for one in _conjuncts(part)]


def _condition(rule: AnyRule) -> Condition | None:
    if not isinstance(rule, FieldRule) or rule.op != "is" or not isinstance(rule.value, str):
        return None
    if rule.field not in LOWER_CASE:
        return None
    value = rule.value.casefold()
    return (rule.field, "array_contains" if rule.field == "tags" else "==", value)


def candidates(tenant_id: str, rule: AnyRule) -> AsyncQuery:
    """The active contacts that the rule's indexed part leaves."""
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(tenant_id, COLLECTION).where(filter=FieldFilter("status", "==", "active"))
    for name, operator, value in conditions_of(rule)[0]:
        found = found.where(filter=FieldFilter(name, operator, value))
    return found


async def counted(tenant_id: str, rule: AnyRule) -> int | None:
    """How many belong, by an aggregation that reads no document; None where rules are left that no index decides."""
    if not conditions_of(rule)[1]:
        return None
    [[found]] = await candidates(tenant_id, rule).count().get()
    return int(found.value)


async def next_part(tenant_id: str, rule: AnyRule, after: str | None, moment: datetime) -> Part:
    """The next page of candidates behind the id `after`, judged."""
    ordered = candidates(tenant_id, rule).order_by("__name__").limit(PAGE)
    if after is not None:
        ordered = ordered.start_after({"__name__": after})
    page = [from_snapshot(snapshot, StoredContact) async for snapshot in ordered.stream()]
    kept: list[StoredContact] = []
    for start in range(0, len(page), AT_ONCE):
        some = page[start : start + AT_ONCE]
        verdicts = await asyncio.gather(*[belongs(rule, one, tenant_id, moment) for one in some])
        kept += [one for one, verdict in zip(some, verdicts, strict=True) if verdict]
    return Part(kept, len(page), page[-1].id if page else after, len(page) < PAGE)


async def parts(tenant_id: str, rule: AnyRule, moment: datetime, most: int) -> AsyncIterator[Part]:
    """The first `most` pages."""
    after: str | None = None
    for _ in range(most):
        part = await next_part(tenant_id, rule, after, moment)
        yield part
        if part.end:
            return
        after = part.last
