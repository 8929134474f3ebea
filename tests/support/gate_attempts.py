"""`python -m tests.support.gate_attempts TENANT LIMIT ATTEMPTS SECONDS`: so many passes through the gate, three in
four of them at once, the others evenly over so many seconds.

Prints, as JSON, `[moment, seconds]` of each that was admitted, behind that of the first that was refused: the moment
after the answer, on the clock that all processes share, and how long before that it was asked for. An attempt that
Redis did not answer in time (this machine may be busy) was decided by the process's own memory: it is made again, and
not counted.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from shared_layer.access.credentials import Credential
from shared_layer.access.plans import Plan
from shared_layer.front_door.gate import pass_gate

AT_ONCE = 16


async def main() -> None:
    tenant_id, limit, attempts, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    credential = Credential("key", tenant_id, frozenset(), Plan("test", {"standard": limit}))
    admitted: list[tuple[float, float]] = []
    refused: list[tuple[float, float]] = []
    left, spread, began = attempts, attempts // 4, 0.0

    async def client() -> None:
        nonlocal left, began
        while left > 0:
            left -= 1
            if left < spread:
                began = began or time.monotonic()
                await asyncio.sleep(began + (spread - left) * seconds / spread - time.monotonic())
            asked = time.monotonic()
            verdict = await pass_gate(credential, tenant_id, "standard")
            if verdict.epoch is None:
                left += 1
                await asyncio.sleep(0.1)
            elif verdict.admitted or not refused:
                moment = time.monotonic()
                (admitted if verdict.admitted else refused).append((moment, moment - asked))

    await asyncio.gather(*[client() for _ in range(AT_ONCE)])
    print(json.dumps(refused + admitted))


asyncio.run(main())
