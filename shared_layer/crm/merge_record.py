"""A merge as it is kept: enough to show what it did, and to undo it exactly."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from shared_layer.core.ids import Id
from shared_layer.core.models import Entity, Model
from shared_layer.crm.belongings import MERGES as COLLECTION
from shared_layer.crm.contact import ContactFields
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

LISTS: Final = ("emails", "phones", "slack_users", "tags", "aliases")
SCALARS: Final = tuple(name for name in ContactFields.model_fields if name not in (*LISTS, "custom"))


class MergeRequest(Model):
    """Which contact (`merged_id`) goes into which (`contact_id`). `winners` names fields and whose value wins."""

    contact_id: Annotated[Id, Field(examples=["con_11111111111111111111"])]
    merged_id: Annotated[Id, Field(examples=["con_00000000000000000000"])]
    winners: dict[str, Literal["kept", "merged"]] = Field(
        default_factory=dict,
        description="By field. One left out keeps contact_id's value, or takes the other's where that has none.",
    )


class Merge(Entity):
    """A merge. `changed` tells for each field what it was and became; lists are joined and told as what was added."""

    model_config = ConfigDict(extra="ignore")

    id: str
    contact_id: str
    merged_id: str
    because: str
    by: str
    status: Literal["done", "undone"] = "done"
    changed: dict[str, dict[str, Any]]
    moved: dict[str, int] = Field(default_factory=dict, description="Things that went along, by kind.")
    undone_at: datetime | None = None


class StoredMerge(Merge):
    """A merge with the contact that went in, as it was."""

    merged: dict[str, Any]


def merge_document(tenant_id: str, merge_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/crm_merges/{id}`."""
    return tenant_document(tenant_id, COLLECTION, merge_id)
