"""A local Firestore as a process of its own, for tests that kill it: `python -m … FOLDER`; prints its port."""

import asyncio
import sys
from pathlib import Path

from infra.local.firestore import FirestoreService
from tests.infra.local.firestore.server import LocalFirestore


async def main() -> None:
    server = await LocalFirestore.start(FirestoreService(Path(sys.argv[1])))
    server.service.watch(["acked/*"])
    print(server.host, flush=True)
    await server.server.wait_for_termination()


asyncio.run(main())
