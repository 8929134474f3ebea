"""Tickets: a credential for places where no header can be set, good for a minute.

A browser can give neither an EventSource nor a WebSocket a header, and a key in a URL would lie in every log. A ticket
is the caller's own credential, sealed with the platform's key together with its end: it opens what the credential
opens, as long as that does, and says nothing to whoever reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

import orjson

from shared_layer.core import clock
from shared_layer.core.errors import Unauthenticated
from shared_layer.storage.sealing import knows, seal, unseal

SECONDS: Final = 60.0
LONGEST: Final = 8192
_PURPOSE: Final = "live ticket"


@dataclass(frozen=True, slots=True)
class Ticket:
    """The credential, and the tenant that an operator chose."""

    credential: str
    tenant_id: str


def new_ticket(credential: str, tenant_id: str) -> str:
    """A ticket for the next 60 seconds. Raises Unavailable without the platform's key."""
    content = {"credential": credential, "tenant_id": tenant_id, "ends_at": clock.now() + SECONDS}
    return seal(orjson.dumps(content).decode(), _PURPOSE)


def read_ticket(ticket: str) -> Ticket:
    """What a ticket stands for. Raises Unauthenticated for one that is over or was never one."""
    try:
        if len(ticket) > LONGEST or not knows(ticket):
            raise ValueError("not a ticket")
        content = orjson.loads(unseal(ticket, _PURPOSE))
    except ValueError:
        raise Unauthenticated("This ticket is none of ours. Get one from GET /api/v1/live/address.") from None
    if content["ends_at"] <= clock.now():
        raise Unauthenticated("The ticket is over: it is good for a minute. Get a new one.")
    return Ticket(content["credential"], content["tenant_id"])


def ticket_in(query_string: bytes) -> str | None:
    """The ticket of a query string; None where there is none."""
    if b"ticket=" not in query_string:
        return None
    found = parse_qs(query_string.decode("latin-1")).get("ticket")
    return found[0] if found else None
