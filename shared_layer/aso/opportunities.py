"""Opportunities listed, and decided on: dismissed, snoozed, opened again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from pydantic import Field

from shared_layer.aso.curve import Curve
from shared_layer.aso.opportunity import (
    COLLECTION,
    Dismissal,
    Opportunity,
    OpportunityFilter,
    Snooze,
    Status,
    opportunity_document,
)
from shared_layer.aso.sites import chosen_site
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import IllegalTransition, ValidationFailed
from shared_layer.core.ids import Id
from shared_layer.core.models import Model, Page, Query
from shared_layer.messaging.events.aso import OpportunityChanged
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, read, tenant_collection, tenant_document
from shared_layer.storage.generations import advance, cached_until_changed

LONGEST_SNOOZE: Final = timedelta(days=3653)
METHOD: Final = (
    "Isotonic regression over half positions, weighted by impressions, with a power law fitted to the same data as 200 "
    "impressions of prior evidence for each; searches that the law does not explain are left out of the second fit."
)


class CurveQuery(Query):
    """The site; the oldest where none is named."""

    site_id: Id | None = Field(default=None, examples=["site_1"])


class ClickCurve(Model):
    """A site's own click rates by position; null where its data is too thin to say anything."""

    site_id: str
    since: date | None
    until: date | None
    fitted_at: datetime | None
    not_branded: Curve | None
    branded: Curve | None
    method: str = METHOD


async def list_opportunities(wanted: OpportunityFilter, caller: Caller) -> Page[Opportunity]:
    """Opportunities with the most clicks first."""
    parts = (wanted.model_dump_json(),)
    found = await cached_until_changed(caller.tenant_id, COLLECTION, parts, lambda: _listed(wanted, caller.tenant_id))
    return Page[Opportunity].model_validate(found)


async def _listed(wanted: OpportunityFilter, tenant_id: str) -> dict[str, Any]:
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(tenant_id, COLLECTION).where(filter=FieldFilter("status", "==", wanted.status or "open"))
    if wanted.site_id is not None:
        found = found.where(filter=FieldFilter("site_id", "==", wanted.site_id))
    if wanted.kind is not None:
        found = found.where(filter=FieldFilter("kind", "==", wanted.kind))
    return (await page(found, Opportunity, wanted, ["-extra_clicks"])).model_dump(mode="json")


async def get_opportunity(opportunity_id: Id, caller: Caller) -> Opportunity:
    """One opportunity with its evidence. Raises NotFound."""
    return await read(opportunity_document(caller.tenant_id, opportunity_id), Opportunity)


async def dismiss(opportunity_id: Id, given: Dismissal, caller: Caller, unit: Unit) -> Opportunity:
    """Stage that it is none. Raises NotFound, IllegalTransition for one that is resolved."""
    return await _decide(opportunity_id, "dismissed", given.note, None, caller, unit)


async def snooze(opportunity_id: Id, given: Snooze, caller: Caller, unit: Unit) -> Opportunity:
    """Stage that it is not to be seen until then. Raises ValidationFailed for a moment that is over or too far."""
    await get_opportunity(opportunity_id, caller)
    if not clock.utcnow() < given.until < clock.utcnow() + LONGEST_SNOOZE:
        raise ValidationFailed("until must lie ahead, and at most ten years.")
    return await _decide(opportunity_id, "snoozed", given.note, given.until, caller, unit)


async def reopen(opportunity_id: Id, caller: Caller, unit: Unit) -> Opportunity:
    """Stage that a dismissed or snoozed one is open again."""
    return await _decide(opportunity_id, "open", None, None, caller, unit)


async def _decide(
    opportunity_id: Id, status: Status, note: str | None, until: datetime | None, caller: Caller, unit: Unit
) -> Opportunity:
    one = await get_opportunity(opportunity_id, caller)
    if one.status == "resolved":
        raise IllegalTransition("It is resolved: the numbers do not show it any more.", status_now=one.status)
    one.status, one.snoozed_until, one.note = status, until, note or one.note
    unit.replace(opportunity_document(caller.tenant_id, one.id), one)
    unit.emit(OpportunityChanged(opportunity_id=one.id, site_id=one.site_id, status=status))
    unit.after_commit(partial(advance, unit.tenant_id, COLLECTION))
    return one


async def get_click_curve(wanted: CurveQuery, caller: Caller) -> ClickCurve:
    """The curve that opportunities are held against. Raises NotFound without a site."""
    site = await chosen_site(wanted.site_id, caller.tenant_id)
    snapshot = await tenant_document(caller.tenant_id, "aso_curves", site.id).get()
    nothing = dict.fromkeys(("since", "until", "fitted_at", "not_branded", "branded"))
    return ClickCurve.model_validate({"site_id": site.id, **nothing, **(snapshot.to_dict() or {})})
