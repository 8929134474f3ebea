"""Take the conversion of a deal back that was won and is open, or lost, again."""

from shared_layer.attribution import hearing
from shared_layer.messaging.events.crm import DealStageChanged
from shared_layer.triggers import Envelope, Unit, on_event


@on_event(
    ("crm-engine-events",), event_types=("deal_stage_changed",), contended=True, max_attempts=40, emits=hearing.TOLD
)
async def reverse_reopened_deal(moved: DealStageChanged, event: Envelope, unit: Unit) -> None:
    await hearing.hear_deal_moved(moved, event.timestamp, unit)
