"""API keys: `xyn_live_<id>_<secret>`. The store holds the sha256 and a prefix to recognise a key by, never the key."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from pydantic import Field

from shared_layer.core import clock
from shared_layer.core.ids import ALPHABET
from shared_layer.core.models import Entity
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "api_keys"
_FORM: Final = re.compile(rf"^xyn_live_([{ALPHABET}]{{12}})_([{ALPHABET}]{{32}})$")


class StoredKey(Entity):
    """A key as it is stored. `dies_at` ends a rotated key's grace; `expires_at` is the key's own end."""

    id: str
    tenant_id: str
    name: str
    prefix: str
    secret_hash: str
    scopes: list[str]
    status: Literal["active", "revoked"] = "active"
    requests_per_minute: int | None = Field(default=None, ge=1)
    expires_at: datetime | None = None
    dies_at: datetime | None = None
    successor_id: str | None = None

    def alive(self) -> bool:
        """Whether the key opens anything at this moment."""
        moment = clock.utcnow()
        return self.status == "active" and not any(end and end <= moment for end in (self.expires_at, self.dies_at))

    def opened_by(self, key: str) -> bool:
        """Whether `key` is this key, compared in constant time."""
        return hmac.compare_digest(self.secret_hash, hash_key(key))


def mint() -> tuple[str, str, str, str]:
    """A new key: (id, the key itself to be shown once, its prefix to be shown ever after, its hash to be stored)."""
    characters = "".join(ALPHABET[byte & 31] for byte in os.urandom(44))
    key_id, secret = characters[:12], characters[12:]
    key = f"xyn_live_{key_id}_{secret}"
    return key_id, key, f"xyn_live_{key_id}_{secret[:4]}", hash_key(key)


def hash_key(key: str) -> str:
    """The sha256 of the whole key, in hex. 160 random bits need no slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()


def key_id_of(key: str) -> str | None:
    """The id inside a well-formed key; None for anything else."""
    match = _FORM.match(key)
    return match[1] if match else None


def key_reference(key_id: str) -> AsyncDocumentReference:
    """`api_keys/{id}`: at the top, because the tenant is only known once the key is."""
    return firestore().collection(COLLECTION).document(key_id)
