"""A pair of contacts that may be one, with how sure that is and why."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from shared_layer.core.ids import Id
from shared_layer.core.models import Model, PageQuery
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "crm_duplicates"
Status = Literal["open", "dismissed"]


class DuplicateReason(Model):
    """What one field says for (or, below zero, against) the pair; `weight` adds to the logarithm of the odds."""

    field: str
    weight: float
    says: str


class Duplicate(Model):
    """A pair. `contact_ids` and `names` stand in the same order; `score` is the probability that both are one."""

    id: str
    contact_ids: list[str]
    names: list[str]
    score: float = Field(ge=0, le=1)
    certainty: Literal["certain", "likely", "possible"]
    reasons: list[DuplicateReason]
    status: Status = "open"
    found_at: datetime


def _number(value: Any) -> Any:
    try:
        return float(value) if isinstance(value, str) and len(value) < 20 else value
    except ValueError:
        return value


class DuplicateFilter(PageQuery):
    """Which pairs: of a contact, at least so sure; those waiting to be decided, or the dismissed."""

    contact_id: Id | None = None
    min_score: Annotated[float, BeforeValidator(_number), Field(ge=0, le=1)] = 0.0
    status: Status = "open"


def pair_id(one: str, other: str) -> str:
    """The id of a pair, in whatever order."""
    return "dup_" + hashlib.sha256("\0".join(sorted((one, other))).encode()).hexdigest()[:32]


def duplicate_document(tenant_id: str, duplicate_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/crm_duplicates/{id}`."""
    return tenant_document(tenant_id, COLLECTION, duplicate_id)
