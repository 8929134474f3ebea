"""Pictures by their bytes: what they are, how large, and without what they tell of who took them."""

from __future__ import annotations

from typing import Final

import pytest

from infra.local.options import ROOT
from shared_layer.content.pictures import Sniffed, sniff
from shared_layer.content.segments import jpeg_segments
from shared_layer.content.stripping import orientation, strip

PICTURES: Final = ROOT / "tests" / "data" / "pictures"
KINDS: Final = {
    "turned.jpg": "image/jpeg",
    "plain.jpg": "image/jpeg",
    "told.png": "image/png",
    "told.webp": "image/webp",
    "lossless.webp": "image/webp",
    "small.gif": "image/gif",
}


@pytest.mark.parametrize("name", KINDS)
def test_a_picture_is_known_by_its_bytes(name: str) -> None:
    assert sniff((PICTURES / name).read_bytes()) == Sniffed(KINDS[name], 24, 16)


@pytest.mark.parametrize(
    "data",
    [b"", b"<svg onload=x>", b"MZ\x90", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\xff\xff", b"RIFF    WEBPVP8 ", b"GIF"],
)
def test_what_is_broken_or_not_taken_is_nothing(data: bytes) -> None:
    assert sniff(data) is None


@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("turned.jpg", ["EXIF", "comment"]),
        ("plain.jpg", []),
        ("told.png", ["tEXt", "eXIf"]),
        ("told.webp", ["EXIF", "XMP"]),
        ("lossless.webp", []),
        ("small.gif", []),
    ],
)
def test_metadata_is_left_out_and_the_picture_is_the_same_byte_by_byte(name: str, left_out: list[str]) -> None:
    data = (PICTURES / name).read_bytes()
    stripped = strip(KINDS[name], data)
    assert sorted(stripped.left_out) == sorted(left_out)
    assert b"SECRET" not in stripped.data
    assert sniff(stripped.data) == Sniffed(KINDS[name], 24, 16)
    assert strip(KINDS[name], stripped.data).data == stripped.data or name == "turned.jpg"
    if not left_out:
        assert stripped.data == data


def test_a_turned_picture_stays_turned() -> None:
    stripped = strip("image/jpeg", (PICTURES / "turned.jpg").read_bytes()).data
    exif = [stripped[start + 10 : end] for marker, start, end in jpeg_segments(stripped) if marker == 0xE1]
    assert [orientation(one) for one in exif] == [6]
    assert len(exif[0]) < 40
    assert strip("image/jpeg", stripped).data == stripped


def test_what_hides_behind_a_picture_goes() -> None:
    data = (PICTURES / "plain.jpg").read_bytes()
    stripped = strip("image/jpeg", data + b"SECRET video")
    assert (stripped.data, stripped.left_out) == (data, ["behind the picture"])


@pytest.mark.parametrize("name", ["turned.jpg", "told.png", "told.webp"])
def test_a_picture_that_is_cut_off_is_refused_or_shorter_never_an_accident(name: str) -> None:
    data = (PICTURES / name).read_bytes()
    for length in range(12, len(data), 7):
        try:
            assert b"SECRET" not in strip(KINDS[name], data[:length]).data
        except ValueError:
            continue
