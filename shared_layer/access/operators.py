"""Operator keys: those of the people who run the platform, from Secret Manager (a mounted file) or the environment.

The file is read again every five minutes, so that a rotated secret is taken up without a deploy.
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import Final

from shared_layer.core import clock
from shared_layer.core.settings import settings

RELOAD_SECONDS: Final = 300.0

_digests: list[bytes] = []
_loaded_at = float("-inf")


def operator_fingerprint(key: str) -> str | None:
    """`op_` and the first 12 hex digits of the key's sha256 where it is an operator's key; None otherwise."""
    digest = hashlib.sha256(key.encode()).digest()
    matches = [hmac.compare_digest(digest, known) for known in _known()]
    return f"op_{digest.hex()[:12]}" if any(matches) else None


def _known() -> list[bytes]:
    global _digests, _loaded_at
    if clock.now() - _loaded_at > RELOAD_SECONDS:
        file = Path(settings().operator_keys_file)
        text = file.read_text() if file.is_file() else settings().operator_keys
        keys = [key.strip() for key in text.replace("\n", ",").split(",") if key.strip()]
        _digests = [hashlib.sha256(key.encode()).digest() for key in keys]
        _loaded_at = clock.now()
    return _digests


def read_at() -> float:
    """When the keys were read last: what they opened is believed no longer than they are themselves."""
    return _loaded_at


def reload() -> None:
    """Read the keys again at the next call."""
    global _loaded_at
    _loaded_at = float("-inf")
