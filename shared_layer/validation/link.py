"""What is known of an address: one record for each that a tenant links to, good for 24 hours.

unknown → ok | blocked | refused | suspect
suspect → ok | blocked | broken       a second look, two minutes later; two strikes make an address dead
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from pydantic import ConfigDict, Field

from shared_layer.core import clock
from shared_layer.core.models import Model, empty_list
from shared_layer.storage.documents import tenant_collection, tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "validation_links"
FRESH: Final = timedelta(hours=24)
LOOK_AGAIN: Final = timedelta(minutes=2)
STRIKES: Final = 2
LinkState = Literal["unknown", "ok", "blocked", "refused", "suspect", "broken"]
DECIDED: Final[frozenset[LinkState]] = frozenset({"ok", "blocked", "refused", "broken"})


class StoredLink(Model):
    """An address. `waiting` are the validations that want to know; `content_ids` the pieces that link to it."""

    model_config = ConfigDict(extra="ignore")

    id: str
    url: str
    host: str
    state: LinkState = "unknown"
    http_status: int | None = None
    detail: str = ""
    strikes: int = 0
    checked_at: datetime | None = None
    look_again_at: datetime | None = None
    waiting: list[str] = Field(default_factory=empty_list)
    content_ids: list[str] = Field(default_factory=empty_list)
    expires_at: datetime | None = None

    @property
    def known(self) -> bool:
        """Whether it was decided within the last 24 hours."""
        fresh = self.checked_at is not None and self.checked_at > clock.utcnow() - FRESH
        return fresh and self.state in DECIDED


def link_id(url: str) -> str:
    """The name of an address's record."""
    return hashlib.sha256(url.partition("#")[0].encode()).hexdigest()[:32]


def link_document(tenant_id: str, one: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/validation_links/{id}`."""
    return tenant_document(tenant_id, COLLECTION, one)


async def read_links(tenant_id: str, ids: list[str]) -> dict[str, StoredLink]:
    """The records that there are, by id."""
    if not ids:
        return {}
    from shared_layer.storage.gcp_clients import firestore

    links = tenant_collection(tenant_id, COLLECTION)
    found = firestore().get_all([links.document(one) for one in dict.fromkeys(ids)])
    return {each.id: StoredLink.model_validate(each.to_dict()) async for each in found if each.exists}
