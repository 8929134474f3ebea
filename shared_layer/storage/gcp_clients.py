"""Google's clients: one of each in a process (or, where a client is bound to it, in an event loop), made on first use.

Imports stand inside the functions: a function that never touches BigQuery never pays its 200 ms. Where a
`*_EMULATOR_HOST` variable is set, Google's own libraries go there, without credentials. Their own retries, which go on
for one to ten minutes, are replaced: at most three attempts, a budget, and never beyond the request's deadline.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from shared_layer.core.settings import settings

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from google.cloud.bigquery import Client as BigQueryClient
    from google.cloud.firestore import AsyncClient
    from google.cloud.storage import Client as StorageClient
    from google.pubsub_v1 import PublisherAsyncClient

Client = TypeVar("Client")
_of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Any]] = WeakKeyDictionary()
_of_process: dict[str, Any] = {}


def _once_per_loop(name: str, make: Callable[[], Client]) -> Client:
    clients = _of_loop.setdefault(asyncio.get_running_loop(), {})
    if name not in clients:
        clients[name] = make()
    made: Client = clients[name]
    return made


def _once(name: str, make: Callable[[], Client]) -> Client:
    if name not in _of_process:
        _of_process[name] = make()
    made: Client = _of_process[name]
    return made


def _anonymous_if(variable: str) -> Credentials | None:
    """Anonymous credentials where `variable` points at a local service; None (the default ones) otherwise."""
    if not os.environ.get(variable):
        return None
    from google.auth.credentials import AnonymousCredentials

    return AnonymousCredentials()


def _bounded(client: Client, name: str) -> Client:
    """`client` with our retries and deadlines under its HTTP session."""
    from shared_layer.storage.http_retries import BoundedAdapter

    session: Any = client._http  # type: ignore[attr-defined]
    adapter = BoundedAdapter(name)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return client


def firestore() -> AsyncClient:
    """The asynchronous Firestore client of this event loop."""

    def make() -> AsyncClient:
        from shared_layer.storage.firestore_client import BoundedFirestoreClient

        client: AsyncClient = BoundedFirestoreClient(project=settings().project)
        return client

    return _once_per_loop("firestore", make)


def publisher() -> PublisherAsyncClient:
    """The asynchronous Pub/Sub publisher of this event loop."""

    def make() -> PublisherAsyncClient:
        from shared_layer.storage.publisher_client import publisher_client

        return publisher_client(os.environ.get("PUBSUB_EMULATOR_HOST"))

    return _once_per_loop("publisher", make)


def bigquery() -> BigQueryClient:
    """The BigQuery client. It is synchronous: call it through `asyncio.to_thread`."""

    def make() -> BigQueryClient:
        from google.cloud.bigquery import Client as BigQueryClient

        made = BigQueryClient(project=settings().project, credentials=_anonymous_if("BIGQUERY_EMULATOR_HOST"))
        return _bounded(made, "bigquery")

    return _once("bigquery", make)


def storage() -> StorageClient:
    """The Cloud Storage client. It is synchronous: call it through `asyncio.to_thread`."""

    def make() -> StorageClient:
        from google.cloud.storage import Client as StorageClient

        made = StorageClient(project=settings().project, credentials=_anonymous_if("STORAGE_EMULATOR_HOST"))
        return _bounded(made, "storage")

    return _once("storage", make)
