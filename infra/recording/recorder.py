"""Recording: a tenant's events, read through the public API, oldest first, a JSON line each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from infra.demo.api import Api, told
from infra.local.folder import write_private
from infra.local.refusal import Refusal

Recorded = dict[str, Any]


def events_of(api: Api, since: str, event_types: tuple[str, ...], limit: int) -> Iterator[Recorded]:
    """The tenant's last `limit` events since an ISO 8601 time, newest first, of the named types (of none: of all).

    Raises Refusal where the API does, with its words.
    """
    asked = {"since": since, "limit": "200"}
    if len(event_types) == 1:
        asked["event_type"] = event_types[0]
    taken, cursor = 0, ""
    while taken < limit:
        query = httpx.QueryParams(asked | ({"cursor": cursor} if cursor else {}))
        answer = api.call("GET", f"/api/v1/events?{query}")
        if not answer.is_success:
            raise Refusal(f"The platform does not tell its events: {told(answer)}")
        page = answer.json()
        for event in page["items"]:
            if taken < limit and (not event_types or event["event_type"] in event_types):
                taken += 1
                yield event
        cursor = page["next_cursor"]
        if cursor is None:
            return


def write_recording(events: Iterator[Recorded], file: Path) -> int:
    """Write events given newest first to `file`, oldest first, for its owner's eyes alone; how many there were.

    A recording appears whole or not at all.
    """
    lines = [json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n" for event in events]
    write_private(file, "".join(reversed(lines)))
    return len(lines)
