"""Every local service, put together: one gRPC server, one REST server, one Redis, a folder for each service's state."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Protocol, TypeVar

import grpc
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from infra.local.bigquery import BigQueryService
from infra.local.broken_state import broken_state_refused
from infra.local.catalogue import CatalogueFile
from infra.local.clock import Clock
from infra.local.cloud_addresses import CloudAddresses
from infra.local.eventarc import EventarcService
from infra.local.firestore import FirestoreService
from infra.local.firestore.declared import DeclaredIndexes
from infra.local.functions import FunctionsService
from infra.local.identity import Issuer
from infra.local.loopback_publisher import LoopbackPublisher
from infra.local.pubsub import PubSubService
from infra.local.redis import RedisService, RedisUnavailable
from infra.local.refusal import Refusal
from infra.local.rest import RestServer
from infra.local.scheduler import SchedulerService
from infra.local.storage import StorageService

_GRPC_OPTIONS = (
    ("grpc.so_reuseport", 0),  # a taken port is refused instead of shared
    ("grpc.max_receive_message_length", 32 << 20),
    ("grpc.max_send_message_length", -1),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_ping_strikes", 0),  # Google's clients ping more often than gRPC's own server likes
)
_GRACE_SECONDS = 0.5
_HOST = "127.0.0.1"

T = TypeVar("T")


class _Service(Protocol):
    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class LocalCloud:
    """All services over `folder`; one `start`, one `stop`. What Pub/Sub and Eventarc send comes `deliveries` times."""

    def __init__(
        self, folder: Path, location: str, clock: Clock, indexes: DeclaredIndexes | None = None, deliveries: int = 1
    ) -> None:
        self._folder = folder
        self._location = location
        self._clock = clock
        self._indexes = indexes
        self._deliveries = deliveries
        self._running = AsyncExitStack()
        self._addresses: CloudAddresses | None = None
        self._redis_kind = ""
        self._backlogs: dict[str, Callable[[], int | dict[str, int]]] = {}

    async def start(self, grpc_port: int, rest_port: int, redis_port: int) -> None:
        """Return once every service answers; a port 0 takes any free one. Raises Refusal, with nothing left running."""
        try:
            await self._start(grpc_port, rest_port, redis_port)
        except BaseException:
            await self._running.aclose()
            raise

    async def stop(self) -> None:
        """Take no more calls, finish those under way within half a second, then stop the services behind them."""
        await self._running.aclose()

    def describe(self) -> dict[str, Any]:
        """The services with their addresses, the clients' variables, and what Redis is made of."""
        if self._addresses is None:
            return {}
        return {
            "services": self._addresses.services,
            "environment": self._addresses.environment,
            "redis": self._redis_kind,
            "location": self._location,
        }

    async def _start(self, grpc_port: int, rest_port: int, redis_port: int) -> None:
        issuer = self._opened("identity", lambda folder: Issuer(folder, self._clock))
        firestore = self._opened("firestore", lambda folder: FirestoreService(folder, self._clock, self._indexes))
        pubsub = self._opened("pubsub", lambda folder: PubSubService(folder, issuer, self._clock, self._deliveries))
        storage = self._opened("storage", lambda folder: StorageService(folder, self._clock))
        bigquery = self._opened("bigquery", lambda folder: BigQueryService(folder, self._clock))
        feeds = (firestore.changes, storage.changes)
        eventarc = self._opened(
            "eventarc",
            lambda folder: EventarcService(
                folder, issuer, feeds, firestore.watch, self._clock, deliveries=self._deliveries
            ),
        )
        server, port = _grpc_server(grpc_port)
        publisher = LoopbackPublisher(f"{_HOST}:{port}")
        self._running.push_async_callback(publisher.close)
        scheduler = self._opened(
            "scheduler", lambda folder: SchedulerService(folder, issuer, publisher.publish, self._clock)
        )
        self._backlogs = {"pubsub": pubsub.backlog, "eventarc": eventarc.backlog, "scheduler": scheduler.backlog}
        for service in (firestore, pubsub, storage, bigquery, eventarc, scheduler):
            await self._run(service)
        functions = FunctionsService(CatalogueFile(self._folder / "functions" / "catalogue.json"))
        for registered in (firestore, pubsub, scheduler, functions):
            registered.register(server)
        routes = [*issuer.routes(), *bigquery.routes(), *eventarc.routes(), *storage.routes()]
        await self._serve(server, port, routes, rest_port, redis_port)

    async def _serve(
        self, server: grpc.aio.Server, port: int, routes: list[BaseRoute], rest_port: int, redis_port: int
    ) -> None:
        redis = RedisService(self._folder / "redis", redis_port)
        self._running.push_async_callback(redis.stop)
        try:
            await redis.start()
        except RedisUnavailable as reason:
            raise Refusal(str(reason)) from reason
        listener = _listener("rest", rest_port)
        rest = RestServer(Starlette(routes=[Route("/", self._front_page), *routes]), listener)
        self._addresses = CloudAddresses(port, listener.getsockname()[1], redis.url)
        self._redis_kind = redis.kind
        await rest.start()
        self._running.push_async_callback(rest.stop, _GRACE_SECONDS)
        await server.start()
        self._running.push_async_callback(server.stop, _GRACE_SECONDS)

    def _opened(self, name: str, open_folder: Callable[[Path], T]) -> T:
        folder = self._folder / name
        with broken_state_refused(name, folder):
            folder.mkdir(parents=True, exist_ok=True)
            return open_folder(folder)

    async def _run(self, service: _Service) -> None:
        self._running.push_async_callback(service.stop)
        await service.start()

    async def _front_page(self, _request: Request) -> JSONResponse:
        backlogs = {name: backlog() for name, backlog in self._backlogs.items()}
        return JSONResponse({**self.describe(), "backlog": backlogs})


def _grpc_server(port: int) -> tuple[grpc.aio.Server, int]:
    _listener("grpc", port).close()  # asked first, since gRPC logs a taken port in lines of its own
    server = grpc.aio.server(options=_GRPC_OPTIONS)
    return server, int(server.add_insecure_port(f"{_HOST}:{port}"))


def _listener(name: str, port: int) -> socket.socket:
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
        listener.listen(1024)
    except OSError as taken:
        listener.close()
        raise Refusal(f"Port {port} cannot be opened ({taken.strerror}): choose another with --{name}-port.") from taken
    return listener
