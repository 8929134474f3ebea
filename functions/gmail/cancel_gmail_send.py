"""Cancel a scheduled mail."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.gmail import sending
from shared_layer.gmail.sending import Send


@endpoint("DELETE", "/api/xynergyos/v2/gmail/sends/{send_id}", scope="gmail:write")
async def cancel_gmail_send(send_id: Id, caller: Caller, unit: Unit) -> Send:
    return await sending.cancel_send(send_id, caller, unit)
