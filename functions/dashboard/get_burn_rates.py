"""See how fast each service burns its error budget, over 5 and 30 minutes, 1 and 6 hours, and 3 days."""

from shared_layer.dashboard.burn_measuring import AllBurnRates, burn_rates
from shared_layer.front_door import endpoint


@endpoint("GET", "/api/v1/dashboard/burn-rates", scope="dashboard:read")
async def get_burn_rates() -> AllBurnRates:
    return await burn_rates()
