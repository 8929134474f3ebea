"""Whether those who follow a stream still may: asked when the tenant's epoch moves, and every quarter of a minute.

Without Redis no epoch is known: a credential is then read again when it is no longer remembered, after 300 s at most.
"""

from __future__ import annotations

import asyncio
from typing import Final

from shared_layer.access.credentials import Credential, credential_of, epoch_key, renewed
from shared_layer.core.errors import Unauthenticated
from shared_layer.storage.redis import RedisUnavailable, redis

LOOK_ANYWAY_SECONDS: Final = 15.0


class Standing:
    """What is known of the credentials that a tenant's listeners came with, each for the sake of `scope`.

    `epoch` is the tenant's, as it was read last; None while Redis is away.
    """

    def __init__(self, tenant_id: str, scope: str) -> None:
        self._tenant_id, self._scope = tenant_id, scope
        self.epoch: int | None = None
        self._seen: dict[str, int] = {}
        self._looked_at = float("-inf")

    async def lost(self, credentials: set[str]) -> list[str]:
        """Those of the credentials that open the stream no longer.

        One that was not looked at since the tenant's epoch moved is read again; the others may have come to their end.
        """
        self.epoch = epoch = await self._read_epoch()
        moment = asyncio.get_running_loop().time()
        anyway = moment >= self._looked_at + LOOK_ANYWAY_SECONDS
        self._looked_at = moment if anyway else self._looked_at
        self._seen = {each: seen for each, seen in self._seen.items() if each in credentials}
        lost = []
        for each in credentials:
            moved = epoch is not None and self._seen.get(each) != epoch
            if (moved or anyway) and not await self._opens(each, epoch if moved else None):
                lost.append(each)
            elif epoch is not None:
                self._seen[each] = epoch
        return lost

    async def _opens(self, key: str, epoch: int | None) -> bool:
        try:
            found = await (credential_of(key) if epoch is None else renewed(key, epoch))
        except Unauthenticated:
            return False
        return found is not None and self._may(found)

    def _may(self, credential: Credential) -> bool:
        if credential.operator:
            return True
        own = credential.tenant_id == self._tenant_id
        return own and not credential.suspended and self._scope in credential.scopes

    async def _read_epoch(self) -> int | None:
        try:
            return int(await redis().command("GET", epoch_key(self._tenant_id)) or 0)
        except RedisUnavailable:
            return None
