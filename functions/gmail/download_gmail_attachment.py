"""Download a file that came with a mail: the first, or ?number=2 the second of the mail's list of attachments."""

from starlette.responses import StreamingResponse

from shared_layer.front_door import Caller, Id, Resources, endpoint
from shared_layer.gmail.downloading import WhichAttachment, download


@endpoint(
    "GET",
    "/api/xynergyos/v2/gmail/messages/{message_id}:download",
    scope="gmail:read",
    tier="expensive",
    deadline=30,
    resources=Resources(memory=512, secrets=("xynergy-seal-key", "xynergy-google-oauth")),
)
async def download_gmail_attachment(message_id: Id, query: WhichAttachment, caller: Caller) -> StreamingResponse:
    file = await download(message_id, query.number, caller)
    return StreamingResponse(file.chunks(), media_type="application/octet-stream", headers=file.headers)
