"""A local Firestore, listening on loopback."""

from __future__ import annotations

from dataclasses import dataclass

import grpc

from infra.local.clock import ManualClock
from infra.local.firestore import FirestoreService


@dataclass
class LocalFirestore:
    service: FirestoreService
    server: grpc.aio.Server
    host: str
    clock: ManualClock | None = None

    @classmethod
    async def start(cls, service: FirestoreService, clock: ManualClock | None = None) -> LocalFirestore:
        server = grpc.aio.server()
        service.register(server)
        port = server.add_insecure_port("127.0.0.1:0")
        await service.start()
        await server.start()
        return cls(service, server, f"127.0.0.1:{port}", clock)

    async def stop(self) -> None:
        await self.server.stop(None)
        await self.service.stop()
