"""Contacts as CSV: the columns that an import knows, so that what was exported comes back as it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from shared_layer.core.caller import Caller
from shared_layer.core.models import PageQuery
from shared_layer.core.spreadsheet import line
from shared_layer.crm.contact import StoredContact
from shared_layer.crm.import_row import TARGETS, write_custom
from shared_layer.crm.listing import ContactFilter, ListPlan, fitting, planned

PAGE: Final = 200


async def export_lines(wanted: ContactFilter, caller: Caller) -> AsyncIterator[str]:
    """The lines of the file, read page by page as they are sent. Raises ValidationFailed before the first."""
    plan = await planned(wanted, caller)
    return _lines(plan, caller.tenant_id)


async def _lines(plan: ListPlan | None, tenant_id: str) -> AsyncIterator[str]:
    yield line(["id", *TARGETS])
    cursor: str | None = None
    while plan is not None:
        found = await fitting(plan, PageQuery(limit=PAGE, cursor=cursor), tenant_id)
        yield "".join(line(_cells(contact)) for contact in found.items)
        cursor = found.next_cursor
        if cursor is None:
            return


def _cells(contact: StoredContact) -> list[str]:
    address = contact.address.model_dump() if contact.address is not None else {}
    values = contact.model_dump() | {f"address.{name}": value for name, value in address.items()}
    values |= {name: "; ".join(values[f"{name}s"]) for name in ("email", "phone")}
    values |= {"tags": "; ".join(contact.tags), "custom": write_custom(contact.custom)}
    return [contact.id, *[str(values.get(name) or "") for name in TARGETS]]
