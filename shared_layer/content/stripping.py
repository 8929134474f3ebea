"""Pictures without what they tell of who took them: place, camera, author, comments, thumbnails, hidden videos.

Nothing is encoded anew: the parts that hold the picture are kept byte by byte, the others are left out. What changes
how it is seen stays: colour profile, resolution, and of EXIF the orientation alone, without which it lies on its side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared_layer.content.segments import SOS, jpeg_segments, png_chunks, riff_chunks, scan_end

_ICC: Final = b"ICC_PROFILE\x00"
_EXIF: Final = b"Exif\x00\x00"
_PNG_KEPT: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"bKGD"}
    | {b"pHYs", b"acTL", b"fcTL", b"fdAT"}
)
_WEBP_DROPPED: Final = {b"EXIF": 0x08, b"XMP ": 0x04}
_ORIENTATION: Final = 0x0112


@dataclass(frozen=True, slots=True)
class Stripped:
    """A picture as it is kept, and the names of the parts that were left out."""

    data: bytes
    left_out: list[str]


def strip(kind: str, data: bytes) -> Stripped:
    """A file without metadata; one of another type as it is. Raises ValueError for one that is broken."""
    if kind == "image/jpeg":
        return _jpeg(data)
    if kind == "image/png":
        kept = [(name, data[start:end]) for name, start, end in png_chunks(data)]
        gone = [name.decode("latin-1") for name, _ in kept if name not in _PNG_KEPT]
        return Stripped(data[:8] + b"".join(part for name, part in kept if name in _PNG_KEPT), gone)
    if kind == "image/webp":
        return _webp(data)
    return Stripped(data, [])


def _jpeg(data: bytes) -> Stripped:
    """Of application segments JFIF, Adobe's colour transform and the ICC profile stay; comments go."""
    kept, gone, turn = bytearray(data[:2]), [], 1
    for marker, start, end in jpeg_segments(data):
        body = data[start + 4 : end]
        if marker == 0xE1 and body.startswith(_EXIF):
            turn = orientation(body[len(_EXIF) :])
        if marker == SOS:
            last = scan_end(data, start)
            if turn != 1:
                kept[2:2] = _oriented(turn)
            kept += data[start:last]
            gone += ["behind the picture"] if data[last:].strip(b"\x00") else []
        elif marker in (0xE0, 0xEE) or (marker == 0xE2 and body.startswith(_ICC)):
            kept += data[start:end]
        elif 0xE1 <= marker <= 0xEF or marker == 0xFE:
            gone.append("comment" if marker == 0xFE else _called(marker, body))
        else:
            kept += data[start:end]
    return Stripped(bytes(kept), gone)


def _called(marker: int, body: bytes) -> str:
    if body.startswith(_EXIF):
        return "EXIF"
    if body.startswith(b"http://ns.adobe.com/x"):
        return "XMP"
    return {0xED: "IPTC", 0xE2: "MPF"}.get(marker, f"APP{marker - 0xE0}")


def orientation(tiff: bytes) -> int:
    """How a picture is turned by its EXIF (TIFF 6.0, tag 274): 1 for upright, also where it cannot be read."""
    order = {b"II": "little", b"MM": "big"}.get(tiff[:2])
    if order is None:
        return 1

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], "little" if order == "little" else "big")

    directory = number(4, 4)
    for entry in range(min(number(directory, 2), 200)):
        at = directory + 2 + 12 * entry
        if number(at, 2) == _ORIENTATION:
            found = number(at + 8, 2)
            return found if 1 <= found <= 8 else 1
    return 1


def _oriented(turn: int) -> bytes:
    """An EXIF segment that says the orientation, and nothing else."""
    entry = b"\x01\x12\x00\x03\x00\x00\x00\x01" + turn.to_bytes(2) + b"\x00\x00"
    body = _EXIF + b"MM\x00\x2a\x00\x00\x00\x08\x00\x01" + entry + b"\x00\x00\x00\x00"
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2) + body


def _webp(data: bytes) -> Stripped:
    body, gone, flags = bytearray(), [], 0
    for name, start, end in riff_chunks(data):
        if name in _WEBP_DROPPED:
            gone.append(name.decode().strip())
            flags |= _WEBP_DROPPED[name]
        else:
            body += data[start:end]
    if body[:4] == b"VP8X":
        body[8] &= ~flags & 0xFF
    return Stripped(b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP" + bytes(body), gone)
