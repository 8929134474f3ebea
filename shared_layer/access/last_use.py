"""When a key was last used, to within five minutes: kept beside the key, so that no write of the key's own collides.

A process notes a key when it reads it, which it does at most every 300 s: no request writes, no request waits longer.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from shared_layer.core import clock
from shared_layer.core.logs import log
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "api_key_uses"
APART_SECONDS: Final = 240.0
REMEMBERED: Final = 10_000

_noted: OrderedDict[str, float] = OrderedDict()


async def note_use(key_id: str, tenant_id: str) -> None:
    """Store that the key is in use, unless this process did so a moment ago. A failure costs the note alone."""
    from google.api_core.exceptions import GoogleAPICallError, RetryError

    moment = clock.now()
    if moment - _noted.get(key_id, float("-inf")) < APART_SECONDS:
        return
    _noted[key_id] = moment
    while len(_noted) > REMEMBERED:
        _noted.popitem(last=False)
    try:
        await _reference(key_id).set({"tenant_id": tenant_id, "last_used_at": clock.utcnow()})
    except (GoogleAPICallError, RetryError) as error:
        log("WARNING", "last_use_not_noted", f"{type(error).__name__}: {error}")


async def last_uses(key_ids: Sequence[str]) -> dict[str, datetime]:
    """When each of the keys was last used; one that never was is left out. One read for all of them."""
    if not key_ids:
        return {}
    found = firestore().get_all([_reference(key_id) for key_id in key_ids])
    return {snapshot.id: snapshot.get("last_used_at") async for snapshot in found if snapshot.exists}


def forget_all() -> None:
    """Note every key again at its next use."""
    _noted.clear()


def _reference(key_id: str) -> AsyncDocumentReference:
    return firestore().collection(COLLECTION).document(key_id)
