"""Google's asynchronous Firestore client with our retries and deadlines underneath. Import it when it is needed."""

from __future__ import annotations

from typing import Any, Final

import grpc
from google.cloud.firestore import AsyncClient
from google.cloud.firestore_v1.services.firestore import FirestoreAsyncClient, async_client
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcAsyncIOTransport

from shared_layer.storage.grpc_retries import CHANNEL_OPTIONS, bounded
from shared_layer.storage.retry_budget import RetryBudget

_STREAMED: Final = ("run_query", "run_aggregation_query", "listen")


class BoundedGrpcAsyncIOTransport(FirestoreGrpcAsyncIOTransport):  # type: ignore[misc]
    """The transport whose methods give up within the request's deadline."""

    _budget: RetryBudget | None = None

    def _wrap_method(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        if self._budget is None:
            self._budget = RetryBudget()
        streams = any(func is getattr(self, name) for name in _STREAMED)
        return super()._wrap_method(func, *args, **bounded(self._budget, kwargs, streams))

    @classmethod
    def create_channel(cls, *args: Any, **kwargs: Any) -> Any:
        """A channel that connects again soon."""
        return super().create_channel(*args, **kwargs | {"options": CHANNEL_OPTIONS})


class BoundedFirestoreClient(AsyncClient):  # type: ignore[misc]
    """`google.cloud.firestore.AsyncClient` over that transport."""

    @property
    def _firestore_api(self) -> Any:
        return self._firestore_api_helper(BoundedGrpcAsyncIOTransport, FirestoreAsyncClient, async_client)

    def _emulator_channel(self, transport: Any) -> Any:  # noqa: ARG002 (Google's signature)
        return grpc.aio.insecure_channel(self._emulator_host, options=CHANNEL_OPTIONS)
