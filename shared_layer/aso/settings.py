"""A tenant's settings of search: its brand's terms, and what a click is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field, StringConstraints

from shared_layer.core.caller import Caller
from shared_layer.core.currency import Currency
from shared_layer.core.models import Model, empty_list
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "aso_settings"
DOCUMENT: Final = "settings"

Term = Annotated[str, StringConstraints(min_length=2, max_length=80)]


class AsoSettings(Model):
    """`brand_terms` are how people write the tenant's name. `value_per_click_minor` is what one visit from search is
    worth, in the smallest unit of `currency`; without it no opportunity has a revenue.
    """

    brand_terms: Annotated[list[Term], Field(max_length=50, examples=[["acme", "acme tools"]])] = Field(
        default_factory=empty_list
    )
    value_per_click_minor: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    currency: Currency = "USD"


def settings_document(tenant_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/aso_settings/settings`."""
    return tenant_document(tenant_id, COLLECTION, DOCUMENT)


async def read_settings(tenant_id: str) -> AsoSettings:
    """The tenant's settings, or those that every tenant begins with."""
    snapshot = await settings_document(tenant_id).get()
    stored = snapshot.to_dict() if snapshot.exists else None
    return AsoSettings.model_validate(stored or {})


async def put_settings(wanted: AsoSettings, caller: Caller, unit: Unit) -> AsoSettings:
    """Replace the settings, and have the opportunities of all sites computed anew: both weigh in them."""
    from shared_layer.aso.sites import mark_changed

    unit.put(settings_document(caller.tenant_id), wanted.model_dump())
    await mark_changed(caller.tenant_id, unit)
    return wanted
