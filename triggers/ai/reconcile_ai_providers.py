"""Hold each AI provider against the ledger: its models, and what it says yesterday cost."""

from shared_layer.ai.money.reconciling import reconcile_providers
from shared_layer.triggers import Unit, on_schedule


@on_schedule("20 6 * * *", emits=("ai_provider_reconciled",))
async def reconcile_ai_providers(unit: Unit) -> None:
    await reconcile_providers(unit)
