"""Where the tenant's events can be followed, and a ticket for browsers: API Gateway does not stream."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from pydantic import Field

from shared_layer.access.tickets import SECONDS, new_ticket
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.models import Model
from shared_layer.core.settings import function_url

STREAM: Final = "/api/v1/live/stream"
SOCKET: Final = "/api/v1/live/socket"


class LiveAddress(Model):
    """The addresses, which take an API key in a header, or `ticket=` in the query within the next minute."""

    stream_url: str = Field(description="Server-sent events.")
    socket_url: str = Field(description="WebSocket.")
    ticket: str = Field(description="Stands for the caller's own credential; get a new one for each connection.")
    ticket_ends_at: datetime


def address_for(caller: Caller) -> LiveAddress:
    """The addresses with a ticket for this caller. Raises Unavailable without the platform's sealing key."""
    socket = function_url("follow-live-socket") + SOCKET
    return LiveAddress(
        stream_url=function_url("stream-live-events") + STREAM,
        socket_url=socket.replace("http", "ws", 1) if socket.startswith("http") else socket,
        ticket=new_ticket(caller.seal.decode(), caller.tenant_id if caller.operator else ""),
        ticket_ends_at=clock.utcnow() + timedelta(seconds=SECONDS),
    )
