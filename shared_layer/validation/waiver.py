"""Waivers: somebody takes responsibility for one finding, with a reason; of a piece it holds for its later versions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field, StringConstraints

from shared_layer.core.ids import Id
from shared_layer.core.models import Model, PageQuery
from shared_layer.storage.documents import tenant_collection, tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "validation_waivers"


class NewWaiver(Model):
    """Which finding, and why it may stay."""

    finding_id: Id = Field(examples=["fnd_00000000000000000000"])
    reason: Annotated[str, StringConstraints(min_length=3, max_length=1000)] = Field(
        examples=["The number is our own, of 2026's accounts."]
    )


class Waiver(Model):
    """A finding that somebody took responsibility for. `subject`: the piece, or the validation of a text."""

    id: str
    subject: str
    finding_id: str
    rule: str
    reason: str
    by: str
    at: datetime


class WaiverFilter(PageQuery):
    """Which waivers, the newest first."""

    subject: Id | None = None


def waiver_document(tenant_id: str, waiver_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/validation_waivers/{waiver}`."""
    return tenant_document(tenant_id, COLLECTION, waiver_id)


def waiver_id(subject: str, finding_id: str) -> str:
    """One for each finding of a piece."""
    return f"{subject}-{finding_id}"


async def waived_of(tenant_id: str, subject: str) -> set[str]:
    """The findings of a piece that are waived."""
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(tenant_id, COLLECTION).where(filter=FieldFilter("subject", "==", subject))
    return {snapshot.get("finding_id") async for snapshot in found.select(["finding_id"]).stream()}
