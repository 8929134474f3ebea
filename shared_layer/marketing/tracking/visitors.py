"""Who follows a link or loads a picture: a person, or a machine that looks at mail before people do.

What a machine does is flagged and never counted as a person's. No rule knows every scanner: one that drives a browser
and takes its time passes for a person, which is why opens, the easier to come by, decide nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

TOO_SOON: Final = timedelta(seconds=1)
"""No person reads and clicks a second after the provider took the mail; scanners at the receiving server do."""

_MACHINES: Final = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|scan|proofpoint|barracuda|mimecast|symantec|trendmicro|cloudmark|fortimail|"
    r"safelinks|office-protect|headless|phantomjs|python|curl/|wget|go-http|java/|okhttp|libwww|httpclient|axios|node|"
    r"facebookexternalhit|whatsapp|telegram|slack|discord|skype",
    re.IGNORECASE,
)
_PREFETCHING: Final = ("purpose", "sec-purpose", "x-purpose", "x-moz")
_PROXIES: Final = re.compile(r"YahooMailProxy|^Mozilla/5\.0$", re.IGNORECASE)
"""Readers that load every picture when a mail arrives, opened or not; the second is Apple's Mail Privacy Protection."""


def is_machine(headers: Mapping[str, str], sent_at: datetime | None, moment: datetime) -> bool:
    """Whether a call is a machine's: it says so, fetches ahead, or comes sooner than anybody could."""
    agent = headers.get("user-agent", "")
    ahead = any(word in headers.get(name, "").lower() for name in _PREFETCHING for word in ("prefetch", "preview"))
    early = sent_at is None or moment - sent_at < TOO_SOON
    return not agent or ahead or early or _MACHINES.search(agent) is not None


def loads_ahead(headers: Mapping[str, str]) -> bool:
    """Whether a picture is loaded by a reader that loads all of them, read or not."""
    return _PROXIES.search(headers.get("user-agent", "")) is not None
