"""Publishing: at once or at a time, exactly the revision that was approved; and taking it back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from shared_layer.content.body import WEB
from shared_layer.content.piece import Piece, Pin, StoredPiece, piece_document
from shared_layer.content.pieces import existing, read_version
from shared_layer.content.publication import (
    Publication,
    PublishedPiece,
    PublishRequest,
    publication_document,
    published_document,
)
from shared_layer.content.settings import ContentSettings, read_settings
from shared_layer.content.slugs import claim, redirect
from shared_layer.content.tracking import utm_of, with_tracking
from shared_layer.content.version import ContentVersion
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import IllegalTransition
from shared_layer.core.ids import new_id
from shared_layer.core.models import Model
from shared_layer.messaging.events.content import ContentPublished, ContentScheduled, ContentUnpublished
from shared_layer.messaging.unit import Unit
from shared_layer.storage.cache import forget

CACHED = "published_pages"


class Unpublishing(Model):
    """Where readers are sent who still come: a path of the site, or a URL."""

    redirect_to: Annotated[str, StringConstraints(pattern=r"^(/|https?://)\S{0,1000}$")] = Field(
        default="/", examples=["/blog"]
    )


async def publish_piece(piece_id: str, wanted: PublishRequest, caller: Caller, unit: Unit) -> Piece:
    """Stage a revision for its readers: now, or as due at its time.

    Raises IllegalTransition for one that is not approved, NotFound, ValidationFailed for a time that is past.
    """
    piece, moment = await existing(piece_id, caller), wanted.moment()
    settings = await read_settings(caller.tenant_id)
    revision = _publishable(piece, wanted.revision, settings)
    version = await read_version(caller.tenant_id, piece.id, revision)
    publication = Publication(
        id=new_id("pbl"),
        piece_id=piece.id,
        revision=revision,
        state="waiting",
        publish_at=moment or clock.utcnow(),
        timezone=wanted.timezone,
        slug=version.text.slug,
        by=caller.principal,
    )
    if piece.scheduled is not None:
        cancel(piece.scheduled, unit)
        piece.scheduled = None
    if moment is None:
        fields = await stage_published(publication, piece, version, settings, unit)
        piece.published = Pin.model_validate(fields["published"])
    else:
        await claim(unit, piece.id, piece.locale, version.text.slug)
        piece.scheduled = pin_of(publication, piece, settings)
        unit.emit(
            ContentScheduled(
                content_id=piece.id, revision=revision, publication_id=publication.id, publish_at=publication.publish_at
            )
        )
    unit.create(publication_document(caller.tenant_id, publication.id), publication.model_dump())
    unit.replace(piece_document(caller.tenant_id, piece.id), piece)
    return piece.shown()


async def stage_published(
    publication: Publication, piece: StoredPiece, version: ContentVersion, settings: ContentSettings, unit: Unit
) -> dict[str, Any]:
    """Stage what readers see, its address and its event; answers the fields that the piece and its record change by."""
    moment, former = clock.utcnow(), piece.published
    text, slug = version.text, version.text.slug
    publication.state, publication.published_at = "published", moment
    await claim(unit, piece.id, piece.locale, slug)
    pin = pin_of(publication, piece, settings)
    if former is not None and former.slug != slug:
        redirect(unit, piece.id, piece.locale, former.slug, pin.url or slug)
        unit.after_commit(lambda: forget(unit.tenant_id, CACHED, piece.locale, former.slug))
    utm = utm_of(text.body, slug, text.campaign_id, settings.utm_source)
    shown = PublishedPiece(
        **text.model_dump(include={"title", "seo", "tags"}),
        body=with_tracking(text.body, settings.site_url, utm),
        piece_id=piece.id,
        publication_id=publication.id,
        type=piece.type,
        locale=piece.locale,
        slug=slug,
        url=pin.url,
        revision=publication.revision,
        first_published_at=await _first_published(unit.tenant_id, piece, moment),
        published_at=moment,
        web=piece.type in WEB,
        utm=utm,
    )
    unit.put(published_document(unit.tenant_id, piece.id), shown.model_dump())
    unit.after_commit(lambda: forget(unit.tenant_id, CACHED, piece.locale, slug))
    place = {"locale": piece.locale, "slug": slug, "url": pin.url}
    what = {"content_id": piece.id, "content_type": piece.type, "publication_id": publication.id}
    unit.emit(ContentPublished(**what, **place, revision=publication.revision))
    return {"published": pin.model_dump(), "scheduled": None}


async def unpublish_piece(piece_id: str, wanted: Unpublishing, caller: Caller, unit: Unit) -> Piece:
    """Stage that readers see a piece no more, and are sent on from its address. Raises IllegalTransition."""
    piece = await existing(piece_id, caller)
    pin = piece.published
    if pin is None:
        raise IllegalTransition("The piece is not published.", status_now=piece.status)
    piece.published = None
    unit.delete(published_document(caller.tenant_id, piece.id))
    redirect(unit, piece.id, piece.locale, pin.slug, wanted.redirect_to)
    unit.replace(piece_document(caller.tenant_id, piece.id), piece)
    unit.after_commit(lambda: forget(caller.tenant_id, CACHED, piece.locale, pin.slug))
    unit.emit(
        ContentUnpublished(
            content_id=piece.id, content_type=piece.type, locale=piece.locale, slug=pin.slug, url=pin.url
        )
    )
    return piece.shown()


async def unschedule_piece(piece_id: str, caller: Caller, unit: Unit) -> Piece:
    """Stage that a publication that waits does not happen. Raises IllegalTransition where none waits."""
    piece = await existing(piece_id, caller)
    if piece.scheduled is None:
        raise IllegalTransition("The piece is not scheduled.", status_now=piece.status)
    cancel(piece.scheduled, unit)
    piece.scheduled = None
    unit.replace(piece_document(caller.tenant_id, piece.id), piece)
    return piece.shown()


def cancel(pin: Pin, unit: Unit) -> None:
    """Stage that a scheduled publication does not happen."""
    unit.patch(publication_document(unit.tenant_id, pin.publication_id), {"state": "cancelled"})


def pin_of(publication: Publication, piece: StoredPiece, settings: ContentSettings) -> Pin:
    """What a piece tells of its publication."""
    return Pin(
        revision=publication.revision,
        at=publication.published_at or publication.publish_at,
        publication_id=publication.id,
        slug=publication.slug,
        url=settings.url_of(piece.locale, publication.slug) if piece.type in WEB else None,
    )


def _publishable(piece: StoredPiece, asked: int | None, settings: ContentSettings) -> int:
    """The revision to publish. Raises IllegalTransition where the tenant's rules do not allow it."""
    revision = asked or piece.revision
    if settings.require_approval:
        approved = piece.approved.revision if piece.approved else None
        if approved != revision:
            kept = f", or name revision {approved}, which is" if approved else ""
            raise IllegalTransition(
                f"Revision {revision} is not approved. Submit it and have it approved{kept}.", status_now=piece.status
            )
    elif settings.require_validation:
        check = piece.validation
        if check is None or check.revision != revision or check.outcome != "passed":
            raise IllegalTransition(
                f"Revision {revision} has passed no validation. Submit it first.", status_now=piece.status
            )
    return revision


async def _first_published(tenant_id: str, piece: StoredPiece, moment: datetime) -> datetime:
    if piece.published is None:
        return moment
    snapshot = await published_document(tenant_id, piece.id).get(["first_published_at"])
    return (snapshot.to_dict() or {}).get("first_published_at", moment) if snapshot.exists else moment
