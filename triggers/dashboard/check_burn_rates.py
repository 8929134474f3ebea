"""Tell once when a service begins to burn its error budget too fast, and once when it stops.

The rules are the Google SRE Workbook's: 14.4 times too fast over 1 h and 5 min, 6 times over 6 h and 30 min (both are
pages), once over 3 days and 6 h (a ticket).
"""

from shared_layer.dashboard.burn_alerts import check_burns
from shared_layer.triggers import Resources, Unit, on_schedule


@on_schedule("* * * * *", deadline=50, emits=("slo_burn_changed",), resources=Resources(max_instances=1))
async def check_burn_rates(unit: Unit) -> None:
    await check_burns(unit)
