"""Opportunities computed anew where what they rest on changed, and held against those that are known.

Each has an id of what it is about. What is found and was not there is told of once; what is gone three times in a row
is resolved; what somebody dismissed or snoozed gets its new numbers and keeps quiet.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from shared_layer.aso.content import pieces_of
from shared_layer.aso.curve import Curve
from shared_layer.aso.days import Span
from shared_layer.aso.detecting.cannibalisation import cannibalisation, suspects
from shared_layer.aso.detecting.click_gap import click_gap
from shared_layer.aso.detecting.decay import decay
from shared_layer.aso.detecting.missing_spoke import Hub, Wanted, missing_spokes
from shared_layer.aso.detecting.striking import striking_distance
from shared_layer.aso.detecting.window import Window
from shared_layer.aso.keyword import COLLECTION as KEYWORDS
from shared_layer.aso.opportunity import COLLECTION, KINDS, Finding, Opportunity, opportunity_document, opportunity_id
from shared_layer.aso.reading_window import read_days, read_window
from shared_layer.aso.settings import AsoSettings, read_settings
from shared_layer.aso.site import COLLECTION as SITES
from shared_layer.aso.site import Site, site_document
from shared_layer.core import clock
from shared_layer.messaging.events.aso import AsoOpportunitiesDue, OpportunityChanged, OpportunityFound
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot, tenant_collection, tenant_document
from shared_layer.storage.gcp_clients import firestore
from shared_layer.storage.generations import advance

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

CURVES: Final = "aso_curves"
MOST_OF_A_KIND: Final = 50
MISSES: Final = 3
AT_ONCE: Final = 200
KEYWORDS_READ: Final = 2000
NO_VALUE: Final = (
    "A click's value is not known: set value_per_click_minor (PUT /api/v1/aso/settings). Revenue by attribution takes "
    "its place once there is any."
)


async def begin_recomputing(unit: Unit) -> int:
    """Tell of every site whose numbers changed, and wake what was snoozed until now; how many sites there are."""
    from google.cloud.firestore import FieldFilter

    changed = firestore().collection_group(SITES).where(filter=FieldFilter("changed", "==", True)).limit(AT_ONCE)
    found = [snapshot async for snapshot in changed.select([]).stream()]
    for snapshot in found:
        unit.emit(AsoOpportunitiesDue(site_id=snapshot.id), snapshot.reference.parent.parent.id)
    await _wake(unit)
    return len(found)


async def _wake(unit: Unit) -> None:
    from google.cloud.firestore import FieldFilter

    due = (
        firestore()
        .collection_group(COLLECTION)
        .where(filter=FieldFilter("status", "==", "snoozed"))
        .where(filter=FieldFilter("snoozed_until", "<=", clock.utcnow()))
        .limit(AT_ONCE)
    )
    async for snapshot in due.stream():
        tenant_id, one = snapshot.reference.parent.parent.id, from_snapshot(snapshot, Opportunity)
        part = Unit(unit.context, tenant_id, unit.emits)
        one.status, one.snoozed_until = "open", None
        part.replace(opportunity_document(tenant_id, one.id), one)
        part.emit(OpportunityChanged(opportunity_id=one.id, site_id=one.site_id, status="open"))
        part.after_commit(partial(advance, part.tenant_id, COLLECTION))
        await part.commit()


async def recompute(due: AsoOpportunitiesDue, unit: Unit) -> int:
    """Stage a site's opportunities as they are now; how many are new. Conflict where the site was pulled meanwhile."""
    reference = site_document(unit.tenant_id, due.site_id)
    snapshot = await reference.get()
    if not snapshot.exists:
        return 0
    site, moment = from_snapshot(snapshot, Site), clock.utcnow()
    unit.patch_unchanged(reference, {"changed": False, "opportunities_at": moment}, snapshot.update_time)
    if site.data_date is None:
        return 0
    settings = await read_settings(unit.tenant_id)
    window = await read_window(site, site.data_date, settings.brand_terms, unit.tenant_id)
    findings = await _findings(site, window, unit.tenant_id)
    fresh = await _hold_against_known(findings, site, window.span, settings, unit)
    unit.put(_curve_document(unit.tenant_id, site.id), _curves(site.id, window, moment))
    unit.after_commit(partial(advance, unit.tenant_id, COLLECTION))
    return fresh


async def _findings(site: Site, window: Window, tenant_id: str) -> list[Finding]:
    """What the window shows, at most 50 of each kind, the greatest first."""
    days = await read_days(site, window.span, suspects(window), tenant_id)
    hubs, wanted = await _graph(tenant_id)
    found = [
        *striking_distance(window),
        *click_gap(window),
        *decay(window),
        *cannibalisation(window, days),
        *missing_spokes(window, hubs, wanted),
    ]
    found = without_symptoms(found)
    found.sort(key=lambda one: (-one.extra_clicks, one.subject))
    return [one for kind in KINDS for one in [each for each in found if each.kind == kind][:MOST_OF_A_KIND]]


def without_symptoms(found: list[Finding]) -> list[Finding]:
    """Striking distance is left out where another finding tells why the search stands there, and what to do."""
    searches = {one.query for one in found if one.kind == "cannibalisation"}
    pages = {one.page for one in found if one.kind == "decay"}
    topics = {row.get("query") for one in found if one.kind == "missing_spoke" for row in one.evidence}
    return [
        one
        for one in found
        if one.kind != "striking_distance"
        or (one.query not in searches and one.query not in topics and one.page not in pages)
    ]


async def _graph(tenant_id: str) -> tuple[list[Hub], list[Wanted]]:
    """The tenant's hubs with what they and their spokes answer, and the keywords that have a volume."""
    from google.cloud.firestore import FieldFilter

    pieces = await pieces_of(tenant_id)
    answered = frozenset(keyword.cluster_id for piece in pieces for keyword in piece.keywords)
    hubs = [
        Hub(piece.id, piece.url, piece.title, piece.topic, answered)
        for piece in pieces
        if piece.kind == "hub" and piece.topic
    ]
    if not hubs:
        return [], []
    keywords = tenant_collection(tenant_id, KEYWORDS).where(filter=FieldFilter("volume", ">", 0))
    keywords = keywords.order_by("volume", direction="DESCENDING").limit(KEYWORDS_READ)
    told = [one.to_dict() or {} async for one in keywords.select(["text", "volume", "branded"]).stream()]
    return hubs, [Wanted(one["text"], one["volume"]) for one in told if not one["branded"]]


async def _hold_against_known(
    findings: list[Finding], site: Site, span: Span, settings: AsoSettings, unit: Unit
) -> int:
    from google.cloud.firestore import FieldFilter

    stored = tenant_collection(unit.tenant_id, COLLECTION).where(filter=FieldFilter("site_id", "==", site.id))
    known = {one.id: from_snapshot(one, Opportunity) async for one in stored.stream()}
    fresh = 0
    for finding in findings:
        one = opportunity_id(site.id, finding.kind, finding.subject)
        former = known.pop(one, None)
        facts = _facts(finding, span, settings)
        reference = opportunity_document(unit.tenant_id, one)
        if former is None or former.status == "resolved":
            _tell(_made(one, site.id, finding, facts), former, unit)
            fresh += 1
        elif (again := former.model_copy(update=facts)) != former:
            unit.replace(reference, again)
    _miss(known.values(), unit)
    return fresh


def _made(one: str, site_id: str, finding: Finding, facts: dict[str, Any]) -> Opportunity:
    moment = clock.utcnow()
    about = {"id": one, "site_id": site_id, "kind": finding.kind, "subject": finding.subject}
    return Opportunity.model_validate(about | facts | {"found_at": moment, "created_at": moment, "updated_at": moment})


def _facts(finding: Finding, span: Span, settings: AsoSettings) -> dict[str, Any]:
    """What changes each time that an opportunity is found again."""
    value = settings.value_per_click_minor
    told = finding.model_dump(exclude={"kind", "subject"})
    return told | {
        "revenue_minor": None if value is None else round(finding.extra_clicks * value),
        "currency": settings.currency,
        "revenue_note": NO_VALUE if value is None else None,
        "since": span.since,
        "until": span.until,
        "misses": 0,
    }


def _tell(one: Opportunity, former: Opportunity | None, unit: Unit) -> None:
    """Stage an opportunity that is new, or there again, with its event."""
    reference = opportunity_document(unit.tenant_id, one.id)
    if former is None:
        unit.create(reference, one.model_dump())
    else:
        facts = {name: value for name, value in one if name not in ("version", "created_at")}
        unit.replace(reference, former.model_copy(update=facts))
    unit.emit(
        OpportunityFound(
            opportunity_id=one.id,
            site_id=one.site_id,
            kind=one.kind,
            subject=one.query or one.page or one.subject,
            extra_clicks=one.extra_clicks,
            revenue_minor=one.revenue_minor,
        )
    )


def _miss(gone: Any, unit: Unit) -> None:
    """Resolve what was not found three times in a row: one that lies at a threshold is not told of again and again."""
    for one in gone:
        if one.status not in ("open", "snoozed"):
            continue
        one.misses += 1
        if one.misses >= MISSES:
            one.status = "resolved"
            unit.emit(OpportunityChanged(opportunity_id=one.id, site_id=one.site_id, status="resolved"))
        unit.replace(opportunity_document(unit.tenant_id, one.id), one)


def _curve_document(tenant_id: str, site_id: str) -> AsyncDocumentReference:
    return tenant_document(tenant_id, CURVES, site_id)


def _curves(site_id: str, window: Window, moment: datetime) -> dict[str, Any]:
    def told(curve: Curve | None) -> dict[str, Any] | None:
        return curve.model_dump() if curve else None

    return {
        "site_id": site_id,
        "not_branded": told(window.curve),
        "branded": told(window.branded_curve),
        "since": window.span.since.isoformat(),
        "until": window.span.until.isoformat(),
        "fitted_at": moment,
    }
