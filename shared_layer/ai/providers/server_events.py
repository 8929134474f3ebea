"""Server-sent events as they arrive: the data of each, and what is left of one that is not whole yet."""

from __future__ import annotations

from typing import Final

DONE: Final = b"[DONE]"


class EventReader:
    """Takes bytes, gives the data of the events that they complete (WHATWG HTML, 9.2.6; only `data` is of interest)."""

    def __init__(self) -> None:
        self._rest = b""
        self._cut = False

    def feed(self, data: bytes) -> list[bytes]:
        """The data of each event that is whole now."""
        if b"\r" in data or self._cut:
            data = self._plain(data)
        *whole, self._rest = (self._rest + data).split(b"\n\n")
        return [found for event in whole if (found := _data_of(event)) is not None]

    def end(self) -> list[bytes]:
        """The data of an event that its stream ended in: not whole by the letter, but some servers leave it so."""
        rest, self._rest = self._rest, b""
        found = _data_of(rest)
        return [] if found is None else [found]

    def _plain(self, data: bytes) -> bytes:
        """All line ends as \\n, also one that is cut in two between packets."""
        if self._cut and data.startswith(b"\n"):
            data = data[1:]
        self._cut = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _data_of(event: bytes) -> bytes | None:
    if event.startswith(b"data: ") and b"\n" not in event:
        return event[6:]
    lines = [line[5:].removeprefix(b" ") for line in event.split(b"\n") if line.startswith(b"data:")]
    return b"\n".join(lines) if lines else None
