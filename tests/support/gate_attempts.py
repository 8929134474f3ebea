"""`python -m tests.support.gate_attempts TENANT LIMIT ATTEMPTS`: as many passes through the gate as asked, at once.

Prints, as JSON, `[moment, seconds]` of each that was admitted: the moment after the answer, on the clock that all
processes share, and how long before that it was asked for. An attempt that Redis did not answer in time (this
machine may be busy) was decided by the process's own memory: it is made again, and not counted.
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
    tenant_id, limit, attempts = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    credential = Credential("key", tenant_id, frozenset(), Plan("test", {"standard": limit}))
    admitted: list[tuple[float, float]] = []
    left = attempts

    async def client() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            asked = time.monotonic()
            verdict = await pass_gate(credential, tenant_id, "standard")
            if verdict.epoch is None:
                left += 1
                await asyncio.sleep(0.1)
            elif verdict.admitted:
                moment = time.monotonic()
                admitted.append((moment, moment - asked))

    await asyncio.gather(*[client() for _ in range(AT_ONCE)])
    print(json.dumps(admitted))


asyncio.run(main())
