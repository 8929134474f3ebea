"""Which contacts, in which order: every list walks one index, and reads no more of it than it answers.

An answer reads at most 400 documents, however many contacts there are: where a search must look closer at what its
term found, a page may hold fewer items than asked for and still name the next cursor. Firestore serves a list from
one composite index for each pair of an equality (`status`, `stage`, `owner`, `source`, `company_domain`, `terms`,
`tags`) and an order, which it merges: https://firebase.google.com/docs/firestore/query-data/index-overview
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import Field

from shared_layer.core.caller import Caller
from shared_layer.core.errors import ValidationFailed
from shared_layer.core.ids import Id
from shared_layer.core.models import Page, PageQuery
from shared_layer.crm.contact import COLLECTION, Contact, Email, StoredContact
from shared_layer.crm.people import find
from shared_layer.crm.segments import SegmentRules, get_segment
from shared_layer.crm.terms import plan_search
from shared_layer.storage.documents import page, tenant_collection

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncQuery

Sort = Literal[
    "name", "-name", "created_at", "-created_at", "updated_at", "-updated_at",
    "last_contacted_at", "-last_contacted_at", "score", "-score",
]  # fmt: skip
Fits = Callable[[StoredContact], bool]

STORED_AS: Final = {"name": "sort_name", "last_contacted_at": "last_contacted_us"}
EQUALITIES: Final = ("stage", "owner", "source", "company_domain")
MOST_READ: Final = 400


class ContactFilter(SegmentRules, PageQuery):
    """Which contacts, and in which order. `segment` adds a saved segment's rules to those of the query."""

    segment: Id | None = None
    email: Email | None = None
    status: Literal["active", "deleted"] = "active"
    sort: Sort | None = Field(default=None, description="-created_at, where no range demands its own order.")


@dataclass(slots=True)
class ListPlan:
    """How a list is answered: conditions that indexes decide, what is left to check on each contact, and the order."""

    conditions: list[tuple[str, str, Any]]
    order: str
    checks: list[Fits] = field(default_factory=list)

    def query(self, tenant_id: str) -> AsyncQuery:
        """The conditions as a query, without its order."""
        from google.cloud.firestore import FieldFilter

        found = tenant_collection(tenant_id, COLLECTION)
        for name, operator, value in self.conditions:
            found = found.where(filter=FieldFilter(name, operator, value))
        return found

    def fits(self, contact: StoredContact) -> bool:
        """Whether a contact that the conditions found is wanted."""
        return all(check(contact) for check in self.checks)


async def list_contacts(wanted: ContactFilter, caller: Caller) -> Page[Contact]:
    """The contacts that fit. Raises ValidationFailed for a range together with another order than its own."""
    plan = await planned(wanted, caller)
    if plan is None:
        return Page[Contact](items=[])
    found = await fitting(plan, wanted, caller.tenant_id)
    return Page[Contact](items=[contact.answer() for contact in found.items], next_cursor=found.next_cursor)


async def planned(wanted: ContactFilter, caller: Caller) -> ListPlan | None:
    """The plan for a filter with its segment and its address looked up; None where nothing can fit."""
    wanted = await _with_segment(wanted, caller)
    plan = plan_list(wanted)
    if plan is None or wanted.email is None:
        return plan
    owners = sorted(set(await find(caller.tenant_id, [wanted.email])))
    plan.conditions.append(("id", "in", owners))
    return plan if owners else None


async def fitting(plan: ListPlan, paging: PageQuery, tenant_id: str) -> Page[StoredContact]:
    """One page of a plan. Asks for as many as are wanted still, so that the cursor is always the last one read."""
    items: list[StoredContact] = []
    cursor, unread = paging.cursor, MOST_READ
    while True:
        part = PageQuery(limit=min(paging.limit - len(items), unread), cursor=cursor)
        found = await page(plan.query(tenant_id), StoredContact, part, [plan.order])
        items += [contact for contact in found.items if plan.fits(contact)]
        cursor, unread = found.next_cursor, unread - len(found.items)
        if cursor is None or len(items) == paging.limit or unread <= 0:
            return Page[StoredContact](items=items, next_cursor=cursor)


def plan_list(wanted: ContactFilter) -> ListPlan | None:
    """The plan for a filter; None where nothing can fit."""
    conditions: list[tuple[str, str, Any]] = [("status", "==", wanted.status)]
    conditions += [(name, "==", value) for name in EQUALITIES if (value := getattr(wanted, name)) is not None]
    ranges = _ranges(wanted)
    order = _order(wanted, ranges)
    plan = ListPlan([*conditions, *ranges], order)
    if wanted.q is None:
        if wanted.tag is not None:
            plan.conditions.append(("tags", "array_contains", wanted.tag))
        return plan
    search = plan_search(wanted.q)
    if search is None:
        return None
    plan.conditions.append(("terms", "array_contains", search.term))
    if search.fits is not None:
        plan.checks.append(search.fits)
    if (tag := wanted.tag) is not None:
        plan.checks.append(lambda contact: tag in contact.tags)
    return plan


def _ranges(wanted: ContactFilter) -> list[tuple[str, str, Any]]:
    ranges: list[tuple[str, str, Any]] = []
    if wanted.min_score is not None:
        ranges.append(("score", ">=", wanted.min_score))
    for operator, moment in ((">=", wanted.contacted_since), ("<", wanted.contacted_before)):
        if moment is not None:
            ranges.append(("last_contacted_us", operator, int(moment.timestamp() * 1_000_000)))
    return ranges


def _order(wanted: ContactFilter, ranges: list[tuple[str, str, Any]]) -> str:
    """The order, which a range decides: one index cannot be walked by one field and cut off by another."""
    fields = {name for name, _, _ in ranges}
    if len(fields) > 1:
        raise ValidationFailed("Ask for a range of the score or of the last contact, not of both.")
    sort = wanted.sort or (f"-{next(iter(fields))}" if fields else "-created_at")
    minus, name = ("-", sort[1:]) if sort.startswith("-") else ("", sort)
    name = STORED_AS.get(name, name)
    if fields and name not in fields:
        raise ValidationFailed("A list with a range is sorted by what the range is of: leave sort out, or name that.")
    return minus + name


async def _with_segment(wanted: ContactFilter, caller: Caller) -> ContactFilter:
    if wanted.segment is None:
        return wanted
    rules = (await get_segment(wanted.segment, caller)).rules
    added = {
        name: value
        for name in SegmentRules.model_fields
        if (value := getattr(rules, name)) is not None and getattr(wanted, name) is None
    }
    return wanted.model_copy(update=added)
