"""Segments: a rule tree under a name, judged anew whenever it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator, ConfigDict, StringConstraints

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.ids import new_id
from shared_layer.core.models import Entity, Model, Page, PageQuery
from shared_layer.marketing.audience.rules import Rule, check_size
from shared_layer.messaging.events.marketing import MarketingSegmentCreated
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, read, tenant_collection, tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "marketing_segments"


class AudienceSegmentDraft(Model):
    """A segment to save. Rules: `all`, `any`, `none` of rules, and the leaves `field`, `did` and `campaign`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Customers who paid this quarter",
                    "rule": {
                        "all": [
                            {"field": "stage", "op": "is", "value": "customer"},
                            {"did": "payment", "within_days": 90},
                        ]
                    },
                }
            ]
        }
    )

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    rule: Annotated[Rule, AfterValidator(check_size)]


class AudienceSegment(Entity, AudienceSegmentDraft):
    """A saved segment."""

    model_config = ConfigDict(extra="ignore")

    id: str
    created_by: str


def segment_document(tenant_id: str, segment_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/marketing_segments/{id}`."""
    return tenant_document(tenant_id, COLLECTION, segment_id)


async def create_segment(draft: AudienceSegmentDraft, caller: Caller, unit: Unit) -> AudienceSegment:
    """Stage a segment and its event."""
    moment = clock.utcnow()
    segment = AudienceSegment(
        id=new_id("seg"),
        name=draft.name,
        rule=draft.rule,
        created_by=caller.principal,
        created_at=moment,
        updated_at=moment,
    )
    unit.create(segment_document(caller.tenant_id, segment.id), segment.model_dump())
    unit.emit(MarketingSegmentCreated(segment_id=segment.id))
    return segment


async def get_segment(segment_id: str, tenant_id: str) -> AudienceSegment:
    """One segment of the tenant. Raises NotFound."""
    return await read(segment_document(tenant_id, segment_id), AudienceSegment)


async def list_segments(query: PageQuery, caller: Caller) -> Page[AudienceSegment]:
    """The tenant's segments, newest first."""
    return await page(tenant_collection(caller.tenant_id, COLLECTION), AudienceSegment, query, ["-created_at"])
