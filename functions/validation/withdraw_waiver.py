"""Withdraw a waiver: later validations fail by the finding again."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.validation import waiving


@endpoint("DELETE", "/api/v1/validation-waivers/{waiver_id}", scope="validation:manage", status=204)
async def withdraw_waiver(waiver_id: Id, caller: Caller, unit: Unit) -> None:
    await waiving.withdraw_waiver(waiver_id, caller, unit)
