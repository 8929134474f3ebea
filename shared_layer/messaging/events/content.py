"""Events of content and its assets."""

from __future__ import annotations

from datetime import datetime

from shared_layer.messaging.registry import EventPayload, event_type


@event_type("content_created")
class ContentCreated(EventPayload):
    content_id: str
    content_type: str
    locale: str


@event_type("content_updated")
class ContentUpdated(EventPayload):
    content_id: str
    revision: int
    changed: list[str]


@event_type("content_submitted")
class ContentSubmitted(EventPayload):
    content_id: str
    revision: int
    ruleset_id: str


@event_type("content_reviewed")
class ContentReviewed(EventPayload):
    content_id: str
    revision: int
    outcome: str


@event_type("content_scheduled")
class ContentScheduled(EventPayload):
    content_id: str
    revision: int
    publication_id: str
    publish_at: datetime


@event_type("content_published")
class ContentPublished(EventPayload):
    content_id: str
    revision: int
    publication_id: str
    content_type: str
    locale: str
    slug: str
    url: str | None = None


@event_type("content_unpublished")
class ContentUnpublished(EventPayload):
    content_id: str
    content_type: str
    locale: str
    slug: str
    url: str | None = None


@event_type("asset_ready")
class AssetReady(EventPayload):
    asset_id: str
    kind: str
    size: int
    same_as: str | None = None


@event_type("asset_refused")
class AssetRefused(EventPayload):
    asset_id: str
    reason: str
