"""`python -m tests.support.cache_readers NAME CLIENTS SECONDS`: clients that read one cached value without pause.

Its TTL is 1 s, its loader takes 0.2 s. Prints how often this process loaded, and how many answers there were.
"""

from __future__ import annotations

import asyncio
import json
import sys

from shared_layer.storage.cache import cached


async def main() -> None:
    name, clients, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    loads = answers = 0
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds

    async def load() -> int:
        nonlocal loads
        loads += 1
        await asyncio.sleep(0.2)
        return loads

    async def client() -> None:
        nonlocal answers
        while loop.time() < end:
            await cached("cache-readers", "api_responses", (name,), load, ttl=1.0)
            answers += 1
            await asyncio.sleep(0.05)

    await asyncio.gather(*[client() for _ in range(clients)])
    print(json.dumps({"loads": loads, "answers": answers}))


asyncio.run(main())
