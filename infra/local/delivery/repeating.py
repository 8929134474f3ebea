"""Deliveries as at-least-once allows them: each comes several times, in an order of chance."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping

from infra.local.delivery.http import HttpClient, HttpError

log = logging.getLogger(__name__)

_SPREAD = 0.1
"""Seconds within which the copies of a delivery are sent: long enough for later deliveries to overtake earlier ones."""


class RepeatingClient(HttpClient):
    """Posts everything `times` times, each after a pause of chance; the sender hears the answer to one of them."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self._times = times
        self._copies: set[asyncio.Task[None]] = set()

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """As HttpClient posts. A copy that fails is nobody's concern: the delivery that counts is tried again."""
        for _ in range(self._times - 1):
            copy = asyncio.create_task(self._copy(url, headers, body))
            self._copies.add(copy)
            copy.add_done_callback(self._copies.discard)
        await _some_time()
        return await super().post(url, headers, body)

    async def close(self) -> None:
        """Break off the copies under way and close the idle connections."""
        for copy in self._copies:
            copy.cancel()
        await asyncio.gather(*self._copies, return_exceptions=True)
        await super().close()

    async def _copy(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        await _some_time()
        try:
            await super().post(url, headers, body)
        except (OSError, HttpError) as error:
            log.debug("a copy of a delivery did not arrive: %s", error)


async def _some_time() -> None:
    await asyncio.sleep(random.uniform(0.0, _SPREAD))  # noqa: S311 (no secret: an order of chance)


def client_for(deliveries: int) -> HttpClient:
    """The client that sends each delivery as often as asked; Raises ValueError below once."""
    if deliveries < 1:
        raise ValueError("a delivery comes at least once")
    return HttpClient() if deliveries == 1 else RepeatingClient(deliveries)
