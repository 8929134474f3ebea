"""Record a deal that was won as a conversion of its contact."""

from shared_layer.attribution import hearing
from shared_layer.messaging.events.crm import DealWon
from shared_layer.triggers import Unit, on_event


@on_event(("crm-engine-events",), event_types=("deal_won",), contended=True, max_attempts=40, emits=hearing.TOLD)
async def credit_won_deal(deal: DealWon, unit: Unit) -> None:
    await hearing.hear_deal_won(deal, unit)
