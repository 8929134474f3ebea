"""Tell of the calls on a new page of the AI ledger: an event for each paid answer, one for all alike from the cache.

A cheap answer that a cascade checked has a second one, with the verdict.
"""

from shared_layer.ai.money.telling import tell_page
from shared_layer.triggers import DocumentChange, Unit, on_document


@on_document(
    "tenants/{tenant_id}/ai_ledger/{page_id}", change="created", emits=("ai_call_completed", "ai_answer_verified")
)
async def tell_ai_calls(change: DocumentChange, unit: Unit) -> None:
    await tell_page(change.parameters["tenant_id"], change.parameters["page_id"], unit)
