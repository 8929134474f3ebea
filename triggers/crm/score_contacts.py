"""Have every contact scored anew each night, tenant by tenant."""

from shared_layer.crm.nightly import begin_scoring
from shared_layer.triggers import Unit, on_schedule


@on_schedule("30 2 * * *", deadline=600, emits=("crm_scoring_due",))
async def score_contacts(unit: Unit) -> None:
    await begin_scoring(unit)
