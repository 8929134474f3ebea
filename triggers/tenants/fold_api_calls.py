"""Make the front door's count of API calls durable, and tell of the quotas that it brought to 80 and 100 percent."""

from shared_layer.tenants.call_folding import fold_all
from shared_layer.triggers import Resources, Unit, on_schedule


@on_schedule("*/5 * * * *", deadline=240, emits=("quota_threshold_reached",), resources=Resources(max_instances=1))
async def fold_api_calls(unit: Unit) -> None:
    await fold_all(unit)
