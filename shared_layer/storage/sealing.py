"""Secrets of others that the platform must be able to read again: sealed with a key of its own (AES-256-GCM).

The secret `xynergy-seal-key` holds one or more keys, one a line, each 32 bytes in base64. The first one seals; the
others are former ones, kept so that what they sealed can still be opened. It is read again every five minutes. What is
sealed for one purpose opens for no other.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from pathlib import Path
from typing import Any, Final

from shared_layer.core import clock
from shared_layer.core.errors import Unavailable
from shared_layer.core.secrets import secret_file

SECRET: Final = "xynergy-seal-key"  # noqa: S105 (a name, not a secret)
RELOAD_SECONDS: Final = 300.0
KEY_BYTES: Final = 32
_NONCE: Final = 12
_KEY_ID: Final = 8

_keys: dict[str, bytes] = {}
_read_at = float("-inf")


def seal(text: str, purpose: str) -> str:
    """`text` sealed for `purpose` (whose and what it is), as `{key id}.{base64}`. Raises Unavailable without a key."""
    key_id, key = next(iter(_all_keys().items()))
    nonce = os.urandom(_NONCE)
    sealed = nonce + _cipher(key).encrypt(nonce, text.encode(), purpose.encode())
    return f"{key_id}.{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(sealed: str, purpose: str) -> str:
    """What `seal` was given. Raises ValueError where it was changed, cut or sealed for something else.

    Raises Unavailable where it was sealed with a key that is not mounted.
    """
    from cryptography.exceptions import InvalidTag

    key_id, _, encoded = sealed.partition(".")
    key = _all_keys().get(key_id)
    if key is None:
        raise Unavailable("What was sealed with a former key needs that key: add it to xynergy-seal-key as a line.")
    try:
        raw = base64.urlsafe_b64decode(encoded)
        opened: bytes = _cipher(key).decrypt(raw[:_NONCE], raw[_NONCE:], purpose.encode())
    except (InvalidTag, binascii.Error, ValueError):
        raise ValueError("this was not sealed for that purpose, or it was changed") from None
    return opened.decode()


def mark(text: str, purpose: str) -> str:
    """A signature of `text` for `purpose`, as `{key id}{hex}`: the same for the same text, unlike what is sealed.

    HMAC-SHA256, 128 bits of it, by a key that is made of the sealing key for this purpose alone.
    """
    key_id, key = next(iter(_all_keys().items()))
    return key_id + _marked(text, purpose, key)


def is_mark(text: str, purpose: str, given: str) -> bool:
    """Whether `given` is the mark of `text`, by a key that is mounted, former ones included."""
    key = _all_keys().get(given[:_KEY_ID])
    expected = _marked(text, purpose, key or b"")
    return hmac.compare_digest(given[_KEY_ID:].encode(), expected.encode()) and key is not None


def _marked(text: str, purpose: str, key: bytes) -> str:
    own = hmac.digest(key, b"mark " + purpose.encode(), "sha256")
    return hmac.digest(own, text.encode(), "sha256")[:16].hex()


def knows(sealed: str) -> bool:
    """Whether `sealed` names a key that is mounted: of what a caller sends, anything may be claimed."""
    return sealed.partition(".")[0] in _all_keys()


def key_file() -> Path:
    """Where the secret is mounted: beside the operators' keys, unless XYNERGY_SEAL_KEY_FILE says otherwise."""
    named = os.environ.get("XYNERGY_SEAL_KEY_FILE")
    return Path(named) if named else secret_file(SECRET)


def new_key() -> str:
    """A new key, as a line of the secret."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def _all_keys() -> dict[str, bytes]:
    """The keys by id, the one that seals first."""
    global _keys, _read_at
    if not _keys or clock.now() - _read_at > RELOAD_SECONDS:
        try:
            _keys = _read(key_file().read_text())
        except (OSError, ValueError) as error:
            raise Unavailable(f"The sealing key cannot be read: {error}") from error
        _read_at = clock.now()
    return _keys


def _read(text: str) -> dict[str, bytes]:
    keys = [base64.b64decode(line, validate=True) for line in text.split()]
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise ValueError(f"it holds no keys of {KEY_BYTES} bytes in base64")
    return {hashlib.sha256(b"id" + key).hexdigest()[:_KEY_ID]: key for key in keys}


def _cipher(key: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)
