"""Who a segment holds now: how many, ten of them, and why one contact does or does not belong.

What indexes decide alone is counted without reading a contact. Else the first 2,000 candidates are looked at while the
caller waits; where there are more, a task goes on counting, 1,000 a step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from pydantic import Field

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.ids import Id
from shared_layer.core.models import Model, empty_list
from shared_layer.crm.contact import StoredContact, contact_document
from shared_layer.marketing.audience.judging import RuleExplanation, explain
from shared_layer.marketing.audience.segment import AudienceSegment, get_segment
from shared_layer.marketing.audience.walking import PAGE, counted, next_part, parts
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import read

KIND: Final = "marketing.segment"
SAMPLES: Final = 10
PAGES_AT_ONCE: Final = 10
PAGES_A_STEP: Final = 5


class Followed(Protocol):
    """A task, of which only its address is of interest here."""

    url: str


StartTask = Callable[[str, dict[str, Any], Caller, Unit], Followed]
"""`shared_layer.runtime.tasks.start_task`, handed in by the function: the runtime stands beside the domains."""


class PreviewRequest(Model):
    """What to show beside the count: why this contact belongs, or does not."""

    contact_id: Id | None = None


class SegmentSample(Model):
    """A contact of the segment."""

    id: str
    name: str | None
    email: str | None
    stage: str


class SegmentPreview(Model):
    """A segment now. Where not `complete`, `matched` is what was found so far, and `task_url` counts on."""

    segment_id: str
    matched: int
    looked_at: int = Field(description="Contacts that were read; 0 where the index counted.")
    complete: bool
    samples: list[SegmentSample] = Field(default_factory=empty_list)
    explanation: RuleExplanation | None = None
    task_url: str | None = None


class CountStep(Model):
    """What a step of the task did: as `shared_layer.runtime.steps.Done`."""

    percent: int
    position: dict[str, Any]
    outcome: dict[str, Any]
    last: bool


async def preview(
    segment_id: str, wanted: PreviewRequest, caller: Caller, unit: Unit, start: StartTask
) -> SegmentPreview:
    """The segment's preview. Raises NotFound for a segment or a contact that is not there."""
    segment = await get_segment(segment_id, caller.tenant_id)
    moment = clock.utcnow()
    shown = await _counted(segment, caller.tenant_id) or await _walked(segment, caller.tenant_id)
    if wanted.contact_id is not None:
        contact = await read(contact_document(caller.tenant_id, wanted.contact_id), StoredContact)
        shown.explanation = await explain(segment.rule, contact, caller.tenant_id, moment)
    if not shown.complete:
        shown.task_url = start(KIND, {"segment_id": segment.id}, caller, unit).url
    return shown


async def _counted(segment: AudienceSegment, tenant_id: str) -> SegmentPreview | None:
    matched = await counted(tenant_id, segment.rule)
    if matched is None:
        return None
    part = await next_part(tenant_id, segment.rule, None, clock.utcnow())
    return SegmentPreview(
        segment_id=segment.id, matched=matched, looked_at=0, complete=True, samples=_samples(part.contacts)
    )


async def _walked(segment: AudienceSegment, tenant_id: str) -> SegmentPreview:
    shown = SegmentPreview(segment_id=segment.id, matched=0, looked_at=0, complete=False)
    async for part in parts(tenant_id, segment.rule, clock.utcnow(), PAGES_AT_ONCE):
        shown.matched += len(part.contacts)
        shown.looked_at += part.looked_at
        shown.samples += _samples(part.contacts)[: SAMPLES - len(shown.samples)]
        shown.complete = part.end
    return shown


def _samples(contacts: list[StoredContact]) -> list[SegmentSample]:
    return [
        SegmentSample(id=one.id, name=one.name, email=one.emails[0] if one.emails else None, stage=one.stage)
        for one in contacts[:SAMPLES]
    ]


async def count_step(given: dict[str, Any], position: dict[str, Any], tenant_id: str) -> CountStep:
    """Count the next 1,000 candidates of a segment. Raises NotFound."""
    segment = await get_segment(given["segment_id"], tenant_id)
    matched, looked_at, after = position.get("matched", 0), position.get("looked_at", 0), position.get("after")
    end = False
    for _ in range(PAGES_A_STEP):
        part = await next_part(tenant_id, segment.rule, after, clock.utcnow())
        matched, looked_at, after, end = matched + len(part.contacts), looked_at + part.looked_at, part.last, part.end
        if end:
            break
    told = {"matched": matched, "looked_at": looked_at}
    return CountStep(
        percent=100 if end else min(99, looked_at // PAGE), position=told | {"after": after}, outcome=told, last=end
    )
