"""Begin to connect a mailbox: the answer says where a browser has to go for the owner's consent."""

from shared_layer.front_door import Caller, Resources, Unit, endpoint
from shared_layer.gmail import connecting
from shared_layer.gmail.connecting import NewConnect
from shared_layer.google_consent.grant import Begun


@endpoint(
    "POST",
    "/api/xynergyos/v2/gmail/connect",
    scope="gmail:write",
    resources=Resources(secrets=("xynergy-seal-key", "xynergy-google-oauth")),
)
async def connect_gmail(new: NewConnect, caller: Caller, unit: Unit) -> Begun:
    return await connecting.begin(new, caller, unit)
