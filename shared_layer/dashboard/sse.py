"""Server-sent events as bytes (WHATWG HTML, section 9.2)."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel

HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
MEDIA_TYPE: Final = "text/event-stream"
HEARTBEAT: Final = b": heartbeat\n\n"


def message(event: str, data: BaseModel, **fields: Any) -> bytes:
    """One message: its type, its data as one line of JSON, and further fields such as `id`."""
    extra = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"event: {event}\n{extra}data: {data.model_dump_json()}\n\n".encode()
