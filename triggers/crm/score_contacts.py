"""Score every contact anew each night, with its three weightiest reasons, and tell once of who is going cold."""

from shared_layer.core.declaration import Resources
from shared_layer.crm.nightly import score_all
from shared_layer.triggers import Unit, on_schedule


@on_schedule("30 2 * * *", deadline=1800, emits=("contact_going_cold",), resources=Resources(max_instances=1))
async def score_contacts(unit: Unit) -> None:
    await score_all(unit)
