"""What a file is by its bytes, whatever it is called: its type and, of a picture, its size in pixels.

SVG is none of the types that are taken: it is a program that browsers run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared_layer.content.segments import jpeg_segments

_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A type by its bytes; `width` and `height` are 0 where there are none."""

    kind: str
    width: int = 0
    height: int = 0


def sniff(data: bytes) -> Sniffed | None:
    """What the bytes are; None for what is not taken, and for a picture that is broken."""
    try:
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
            return Sniffed("image/png", int.from_bytes(data[16:20]), int.from_bytes(data[20:24]))
        if data[:6] in (b"GIF87a", b"GIF89a"):
            return Sniffed("image/gif", int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little"))
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except (IndexError, ValueError):
        return None
    if data.startswith(b"%PDF-"):
        return Sniffed("application/pdf")
    if data[4:8] == b"ftyp" and data[8:12] in (b"isom", b"iso2", b"mp41", b"mp42", b"avc1", b"M4V "):
        return Sniffed("video/mp4")
    return None


def _jpeg(data: bytes) -> Sniffed | None:
    for marker, start, _ in jpeg_segments(data):
        if marker in _FRAMES:
            height, width = int.from_bytes(data[start + 5 : start + 7]), int.from_bytes(data[start + 7 : start + 9])
            return Sniffed("image/jpeg", width, height)
    return None


def _webp(data: bytes) -> Sniffed | None:
    """https://developers.google.com/speed/webp/docs/riff_container"""
    form, body = data[12:16], data[20:]
    if form == b"VP8X":
        return Sniffed("image/webp", int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1)
    if form == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        sizes = int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
        return Sniffed("image/webp", *sizes)
    if form == b"VP8L" and body[:1] == b"\x2f":
        bits = int.from_bytes(body[1:5], "little")
        return Sniffed("image/webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    return None
