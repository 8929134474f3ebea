"""Events of the ASO engine."""

from __future__ import annotations

from datetime import date

from shared_layer.core.models import Model
from shared_layer.messaging.registry import EventPayload, event_type


class DetectedKeyword(Model):
    """A keyword as it was first seen."""

    keyword_id: str
    keyword: str
    intent: str
    branded: bool
    cluster_id: str


@event_type("keyword_detected")
class KeywordDetected(EventPayload):
    """Keywords that the tenant did not have before, up to 100 in an event; `origin` is csv, search_console or api."""

    origin: str
    keywords: list[DetectedKeyword]


@event_type("aso_sync_due")
class AsoSyncDue(EventPayload):
    """A site's search performance is to be pulled for the days from `since` to `until`, both included."""

    site_id: str
    since: date
    until: date


@event_type("search_performance_synced")
class SearchPerformanceSynced(EventPayload):
    """Days of a site were pulled; `changed_days` of them differ from what was there. `data_date` is the newest day."""

    site_id: str
    since: date
    until: date
    changed_days: int
    data_date: date | None


@event_type("aso_opportunities_due")
class AsoOpportunitiesDue(EventPayload):
    """A site's opportunities are to be computed anew, since what they rest on changed."""

    site_id: str


@event_type("opportunity_found")
class OpportunityFound(EventPayload):
    """An opportunity that was not there before; told once for as long as it lasts.

    `extra_clicks` and `revenue_minor` are for 28 days; the revenue is null where a click's value is not known.
    """

    opportunity_id: str
    site_id: str
    kind: str
    subject: str
    extra_clicks: float
    revenue_minor: int | None


@event_type("opportunity_changed")
class OpportunityChanged(EventPayload):
    """Somebody decided on an opportunity, or it is gone by itself (`resolved`)."""

    opportunity_id: str
    site_id: str
    status: str


@event_type("aso_site_changed")
class AsoSiteChanged(EventPayload):
    """A site was `added` or `removed`."""

    site_id: str
    change: str
    mode: str


@event_type("aso_content_changed")
class AsoContentChanged(EventPayload):
    """A piece of content was created, changed or removed, or a keyword attached to it."""

    content_id: str
    change: str


@event_type("page_audited")
class PageAudited(EventPayload):
    """`score` is 0 to 100; `critical` counts the findings that keep the page from being found."""

    audit_id: str
    score: int
    critical: int
