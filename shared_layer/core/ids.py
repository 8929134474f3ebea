"""Identifiers: what they look like, and where they come from."""

from __future__ import annotations

import os
import random
import uuid
from typing import Annotated, Final

from pydantic import StringConstraints

# Crockford's base 32: nothing to misread over a telephone.
ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # pragma: allowlist secret

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$")]
"""An id as a caller may send it: nothing that Firestore would take for a path, a parent or a reserved name."""


_PAIRS: Final = [second + first for first in ALPHABET for second in ALPHABET]
_SHIFTS: Final = range(0, 100, 10)


def new_id(prefix: str) -> str:
    """A new id such as `cmp_8k2v…`: the prefix names the kind, 100 random bits follow."""
    bits = int.from_bytes(os.urandom(13), "big")
    return f"{prefix}_" + "".join([_PAIRS[(bits >> shift) & 1023] for shift in _SHIFTS])


_unguarded = random.Random(os.urandom(32))  # noqa: S311 (names things, guards nothing; a tenth of urandom's cost)
os.register_at_fork(after_in_child=lambda: _unguarded.seed(os.urandom(32)))


def random_hex(bits: int) -> str:
    """Random hex digits (whole bytes of them) for what must be unique but not secret: request, trace and span ids."""
    return _unguarded.getrandbits(bits).to_bytes(bits // 8, "big").hex()


def new_request_id() -> str:
    """`req_` and 96 random bits in hex."""
    return "req_" + random_hex(96)


def new_event_id() -> str:
    """A random UUID, as the envelope of the design document wants."""
    return str(uuid.uuid4())
