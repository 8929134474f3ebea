"""The parts that pictures are made of: segments of JPEG, chunks of PNG and RIFF. ValueError: one is cut off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

SOS: Final = 0xDA
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})


def jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment (ITU-T T.81, B.1.1) up to the first scan, whose end is the file's."""
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise ValueError("no marker where one must be")
        if data[at + 1] == 0xFF:
            at += 1
            continue
        marker = data[at + 1]
        if marker in _ALONE:
            yield marker, at, at + 2
            at += 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if end > len(data) or end < at + 4:
            raise ValueError("a segment is cut off")
        if marker == SOS:
            yield marker, at, len(data)
            return
        yield marker, at, end
        at = end
    raise ValueError("there is no picture in it")


def scan_end(data: bytes, start: int) -> int:
    """Where the picture ends whose first scan begins at `start`: behind the last EOI that belongs to it."""
    at = start
    while (at := data.find(b"\xff", at)) != -1 and at + 1 < len(data):
        marker = data[at + 1]
        if marker == 0xD9:
            return at + 2
        if marker in (0x00, 0xFF) or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return len(data)


def png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of each chunk, up to IEND (W3C PNG, 5.3)."""
    at = 8
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4])
        name = data[at + 4 : at + 8]
        if end > len(data) or len(name) < 4:
            raise ValueError("a chunk is cut off")
        yield name, at, end
        if name == b"IEND":
            return
        at = end
    raise ValueError("the end is missing")


def riff_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end (padding included) of each chunk of a RIFF file."""
    at, last = 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    while at + 8 <= last:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + size + size % 2
        if at + 8 + size > last:
            raise ValueError("a chunk is cut off")
        yield data[at : at + 4], at, min(end, last)
        at = end
