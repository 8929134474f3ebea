"""Download a file that came with a mail, by its place in the mail's list of attachments, from 1."""

from typing import Annotated

from pydantic import Field
from starlette.responses import StreamingResponse

from shared_layer.front_door import Caller, Id, Resources, endpoint
from shared_layer.gmail.downloading import download

Number = Annotated[int, Field(ge=1, le=50)]


@endpoint(
    "GET",
    "/api/xynergyos/v2/gmail/messages/{message_id}/attachments/{number}",
    scope="gmail:read",
    tier="expensive",
    deadline=30,
    resources=Resources(memory=512, secrets=("xynergy-seal-key", "xynergy-google-oauth")),
)
async def download_gmail_attachment(message_id: Id, number: Number, caller: Caller) -> StreamingResponse:
    file = await download(message_id, number, caller)
    return StreamingResponse(file.chunks(), media_type="application/octet-stream", headers=file.headers)
