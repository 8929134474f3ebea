"""Saved segments: rules under a name, applied anew whenever a list asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.ids import Id, new_id
from shared_layer.core.models import Entity, Model, Page, PageQuery
from shared_layer.crm.contact import Name, Owner, Source, Stage, Tag
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, read, tenant_collection, tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "crm_segments"


class SegmentRules(Model):
    """Who belongs to a segment: everything that is given must hold.

    `q` is full text: words, the beginning of one, an address or a number.
    """

    q: Annotated[str, StringConstraints(min_length=2, max_length=100), Field(examples=["ada"])] | None = None
    stage: Stage | None = None
    owner: Owner | None = None
    source: Source | None = None
    tag: Tag | None = None
    company_domain: (
        Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]{3,253}$"), Field(examples=["acme.com"])] | None
    ) = None
    min_score: Annotated[int, Field(ge=0, le=100)] | None = None
    contacted_since: AwareDatetime | None = None
    contacted_before: AwareDatetime | None = None


class SegmentDraft(Model):
    """A segment to save."""

    name: Name
    rules: SegmentRules = Field(examples=[{"stage": "customer"}])


class Segment(Entity, SegmentDraft):
    """A saved segment."""

    model_config = ConfigDict(extra="ignore")

    id: str
    created_by: str


def _segment_document(tenant_id: str, segment_id: str) -> AsyncDocumentReference:
    return tenant_document(tenant_id, COLLECTION, segment_id)


async def create_segment(draft: SegmentDraft, caller: Caller, unit: Unit) -> Segment:
    """Stage a segment."""
    moment = clock.utcnow()
    segment = Segment(
        id=new_id("seg"),
        name=draft.name,
        rules=draft.rules,
        created_by=caller.principal,
        created_at=moment,
        updated_at=moment,
    )
    unit.create(_segment_document(caller.tenant_id, segment.id), segment.model_dump())
    return segment


async def get_segment(segment_id: Id, caller: Caller) -> Segment:
    """One segment. Raises NotFound."""
    return await read(_segment_document(caller.tenant_id, segment_id), Segment)


async def list_segments(query: PageQuery, caller: Caller) -> Page[Segment]:
    """The tenant's segments, the newest first."""
    return await page(tenant_collection(caller.tenant_id, COLLECTION), Segment, query, ["-created_at"])


async def delete_segment(segment_id: Id, caller: Caller, unit: Unit) -> None:
    """Forget a segment; its contacts stay. Raises NotFound."""
    segment = await get_segment(segment_id, caller)
    unit.delete(_segment_document(caller.tenant_id, segment.id))
