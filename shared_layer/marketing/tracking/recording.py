"""An open or a click, noted on its mail: once as a person's, and told of once; a machine's is only counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from shared_layer.core import clock
from shared_layer.core.errors import Conflict, NotFound, VersionMismatch
from shared_layer.core.logs import log
from shared_layer.marketing.mail.mail import StoredMail, mail_document
from shared_layer.marketing.tracking.tokens import TrackedMail, read_token
from shared_layer.marketing.tracking.visitors import is_machine, loads_ahead
from shared_layer.messaging.events.marketing import CampaignMailClicked
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot

PICTURE: Final = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
"""A GIF of one transparent pixel."""

ATTEMPTS: Final = 4


async def record_click(token: str, headers: Mapping[str, str], outer: Unit) -> str:
    """Note a click; where it leads. A store that is away keeps nobody from getting there. Raises NotFound."""
    tracked = read_token("click", token)
    if tracked is None:
        raise NotFound("This link is not one of ours. Open the mail that it came from.")
    await _noted_if_possible(tracked, headers, outer, click=True)
    return tracked.url


async def record_open(token: str, headers: Mapping[str, str], outer: Unit) -> None:
    """Note that the mail's picture was loaded. Raises NotFound."""
    tracked = read_token("open", token)
    if tracked is None:
        raise NotFound()
    await _noted_if_possible(tracked, headers, outer, click=False)


async def _noted_if_possible(tracked: TrackedMail, headers: Mapping[str, str], outer: Unit, *, click: bool) -> None:
    from google.api_core.exceptions import GoogleAPICallError, RetryError

    outer.context.tenant_id = tracked.tenant_id
    try:
        for _ in range(ATTEMPTS):
            if await _noted(tracked, headers, Unit(outer.context, tracked.tenant_id, outer.emits), click=click):
                return
    except (GoogleAPICallError, RetryError) as error:
        log("WARNING", "tracking_not_noted", type(error).__name__)


async def _noted(tracked: TrackedMail, headers: Mapping[str, str], unit: Unit, *, click: bool) -> bool:
    """Whether it is noted, or there is nothing to note it on; false where somebody wrote the mail meanwhile."""
    reference = mail_document(tracked.tenant_id, tracked.mail_id)
    snapshot = await reference.get()
    if not snapshot.exists:
        return True
    mail = from_snapshot(snapshot, StoredMail)
    moment = clock.utcnow()
    machine = is_machine(headers, mail.sent_at, moment) or (not click and loads_ahead(headers))
    changed: dict[str, Any]
    if machine:
        name = "machine_clicks" if click else "machine_opens"
        changed = {name: getattr(mail, name) + 1}
    elif click and not mail.clicked:
        changed = {"clicked": True, "clicked_at": moment}
        unit.emit(
            CampaignMailClicked(
                campaign_id=mail.campaign_id,
                mail_id=mail.id,
                contact_id=mail.contact_id,
                variant=mail.variant,
                url=tracked.url,
                clicked_at=moment,
            )
        )
    elif not click and not mail.opened:
        changed = {"opened": True}
    else:
        return True
    unit.patch_unchanged(reference, changed, snapshot.update_time)
    try:
        await unit.commit()
    except (Conflict, VersionMismatch):
        return False
    return True
