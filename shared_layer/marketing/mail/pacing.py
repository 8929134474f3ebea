"""How many mails may leave now, where a campaign is spread over hours."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from shared_layer.marketing.mail.send import Send
from shared_layer.marketing.mail.setup import Pacing


def room(pacing: Pacing, send: Send, left: int, moment: datetime) -> int | None:
    """How many more may leave by now, of which `left` have left already; None where nothing limits it."""
    seconds = pacing.over_hours * 3600
    ran = send.ran_until(moment)
    if not seconds or ran >= seconds:
        return None
    return max(0, math.floor(send.audience * ran / seconds) + 1 - left)


def next_room_at(pacing: Pacing, send: Send, left: int, moment: datetime) -> datetime:
    """When the next mail may leave, once `left` have."""
    seconds = pacing.over_hours * 3600
    wanted = min(seconds, left * seconds / max(1, send.audience))
    return moment + timedelta(seconds=max(1.0, wanted - send.ran_until(moment)))
