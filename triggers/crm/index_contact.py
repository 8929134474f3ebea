"""Keep a contact's search index and block keys right after each write, and find its duplicates.

Its own write changes nothing that it looks at again, so that it never loops.
"""

from shared_layer.crm import indexing
from shared_layer.triggers import DocumentChange, Unit, on_document


@on_document("tenants/{tenant_id}/crm_contacts/{contact_id}")
async def index_contact(change: DocumentChange, unit: Unit) -> None:
    await indexing.index_contact(change, unit)
