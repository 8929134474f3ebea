"""The local Pub/Sub, whole: one SQLite file, two gRPC services, push delivery."""

from __future__ import annotations

from pathlib import Path

import grpc

from infra.local.clock import Clock, SystemClock
from infra.local.delivery import Alarms, client_for
from infra.local.identity import Issuer
from infra.local.pubsub.broker import Broker
from infra.local.pubsub.publisher import Publisher
from infra.local.pubsub.retention import Retention
from infra.local.pubsub.store import Store
from infra.local.pubsub.subscriber import Subscriber


class PubSubService:
    """google.pubsub.v1 over the file `pubsub.sqlite` in `folder`.

    `issuer` signs the tokens of push subscriptions. A server that should take messages of Google's size (10 MB) needs
    the option `grpc.max_receive_message_length` raised from gRPC's own 4 MB. Each push is made `deliveries` times.
    """

    def __init__(self, folder: Path, issuer: Issuer, clock: Clock | None = None, deliveries: int = 1) -> None:
        self._alarms = Alarms(clock or SystemClock())
        self._client = client_for(deliveries)
        self._store = Store(folder / "pubsub.sqlite")
        self._broker = Broker(self._store, self._alarms, self._client, issuer)

    def register(self, server: grpc.aio.Server) -> None:
        """Have `server` serve Publisher and Subscriber."""
        server.add_generic_rpc_handlers((Publisher(self._broker).handlers(), Subscriber(self._broker).handlers()))

    async def start(self) -> None:
        """Load what the last process left and deliver it again."""
        self._broker.load()
        Retention(self._broker).start()

    async def stop(self) -> None:
        """Break off deliveries and close the file; nothing is lost."""
        await self._broker.close()
        self._alarms.stop()
        await self._client.close()
        self._store.close()

    def backlog(self) -> dict[str, int]:
        """Unacknowledged messages by subscription name."""
        return {name: len(live.backlog) for name, live in self._broker.subscriptions.items()}
