"""Google's asynchronous Pub/Sub publisher with our retries and deadlines underneath. Import it when it is needed."""

from __future__ import annotations

from typing import Any

import grpc
from google.pubsub_v1 import PublisherAsyncClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcAsyncIOTransport

from shared_layer.storage.grpc_retries import CHANNEL_OPTIONS, bounded
from shared_layer.storage.retry_budget import RetryBudget


class BoundedPublisherTransport(PublisherGrpcAsyncIOTransport):  # type: ignore[misc]
    """The transport whose methods give up within the request's deadline."""

    _budget: RetryBudget | None = None

    def _wrap_method(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        if self._budget is None:
            self._budget = RetryBudget()
        return super()._wrap_method(func, *args, **bounded(self._budget, kwargs, streams=False))

    @classmethod
    def create_channel(cls, *args: Any, **kwargs: Any) -> Any:
        """A channel that connects again soon."""
        return super().create_channel(*args, **kwargs | {"options": CHANNEL_OPTIONS})


def publisher_client(emulator: str | None) -> PublisherAsyncClient:
    """A publisher to Google's Pub/Sub, or to the one at the address of `emulator`."""
    if not emulator:
        return PublisherAsyncClient(transport=BoundedPublisherTransport)
    return PublisherAsyncClient(
        transport=BoundedPublisherTransport(channel=grpc.aio.insecure_channel(emulator, options=CHANNEL_OPTIONS))
    )
