"""A Pub/Sub server process that a test may kill: prints its port, then serves the folder it is given."""

import asyncio
import sys
from pathlib import Path

import grpc.aio

from infra.local.identity import Issuer
from infra.local.pubsub import PubSubService


async def serve(folder: Path) -> None:
    server = grpc.aio.server()
    service = PubSubService(folder, Issuer(folder))
    service.register(server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    await service.start()
    print(port, flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
