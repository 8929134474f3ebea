"""The public keys that identity tokens are checked with, as their issuer publishes them (RFC 7517)."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

from shared_layer.core import clock
from shared_layer.core.errors import Unauthenticated, Unavailable

KEYS_SECONDS: Final = 3600.0
FAILED_FETCH_SECONDS: Final = 5.0
UNKNOWN_KEY_SECONDS: Final = 5.0


class KeySet:
    """The RSA keys at one address, read again every hour and, at most every five seconds, for an unknown key id."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: dict[str, Any] = {}
        self._until = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def key(self, key_id: str) -> Any:
        """The key called `key_id`. Raises Unauthenticated where none is, Unavailable where none could be read."""
        moment = clock.now()
        unknown = key_id not in self._keys and moment > self._until - KEYS_SECONDS + UNKNOWN_KEY_SECONDS
        if moment > self._until or unknown:
            if self._reading is None or self._reading.done():
                self._reading = asyncio.get_running_loop().create_task(self._read())
            await asyncio.shield(self._reading)
        if key_id not in self._keys:
            raise Unauthenticated("The identity token is signed with an unknown key.")
        return self._keys[key_id]

    async def _read(self) -> None:
        try:
            self._keys = await asyncio.to_thread(_fetch, self._url)
            self._until = clock.now() + KEYS_SECONDS
        except (OSError, ValueError, KeyError) as error:
            if not self._keys:
                raise Unavailable("The keys that identity tokens are checked with cannot be read.") from error
            self._until = clock.now() + FAILED_FETCH_SECONDS


def _fetch(url: str) -> dict[str, Any]:
    import urllib.request

    from jwt import PyJWK

    with urllib.request.urlopen(url, timeout=3) as answer:  # noqa: S310 (the address is the deployment's, not a caller's)
        published = json.load(answer)
    return {key["kid"]: PyJWK(key, "RS256").key for key in published["keys"] if key.get("kty") == "RSA"}
