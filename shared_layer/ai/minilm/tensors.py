"""Weights in a safetensors file, mapped instead of read: rows that nobody asks for take no memory.

The format: eight bytes that say how long the header is, the header in JSON, then the numbers of all tensors
(https://github.com/huggingface/safetensors, "Format").
"""

from __future__ import annotations

import json
import mmap
from pathlib import Path
from typing import Any, Final

import numpy

Tensor = numpy.ndarray[Any, numpy.dtype[numpy.float32]]

_LENGTH: Final = 8


def tensors(file: Path) -> dict[str, Tensor]:
    """The tensors of 32-bit floats by name, not to be written to. Raises ValueError for a file of another format."""
    with file.open("rb") as opened:
        mapped = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    start = _LENGTH + int.from_bytes(mapped[:_LENGTH], "little")
    if start > len(mapped):
        raise ValueError(f"{file} is no safetensors file: its header is longer than the file")
    described = json.loads(mapped[_LENGTH:start])
    found = {}
    for name, about in described.items():
        if name == "__metadata__" or about["dtype"] != "F32":
            continue
        first, last = about["data_offsets"]
        flat = numpy.frombuffer(mapped, numpy.float32, (last - first) // 4, start + first)
        found[name] = flat.reshape(about["shape"])
    return found
