"""gRPC without generated stubs: a service is a class whose coroutine methods bear the names of the RPCs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
from google.protobuf import empty_pb2

from infra.local.pubsub.errors import PubSubError
from infra.local.pubsub.wire import message_class

_Unary = Callable[[Any, grpc.aio.ServicerContext], Any]
_Stream = Callable[[AsyncIterator[Any], grpc.aio.ServicerContext], AsyncIterator[Any]]


def unary(method: _Unary, request: str) -> grpc.RpcMethodHandler:
    """Serve `method`, whose requests are messages named `request`; it answers with a message, or None for Empty."""

    async def serve(message: Any, context: grpc.aio.ServicerContext) -> Any:
        try:
            return await method(message, context) or empty_pb2.Empty()
        except PubSubError as error:
            return await context.abort(error.status, str(error))

    return grpc.unary_unary_rpc_method_handler(serve, message_class(request).FromString, _serialize)


def stream(method: _Stream, request: str) -> grpc.RpcMethodHandler:
    """Serve `method` as a stream of requests answered by a stream of responses."""

    async def serve(requests: AsyncIterator[Any], context: grpc.aio.ServicerContext) -> AsyncIterator[Any]:
        try:
            async for response in method(requests, context):
                yield response
        except PubSubError as error:
            await context.abort(error.status, str(error))

    return grpc.stream_stream_rpc_method_handler(serve, message_class(request).FromString, _serialize)


def _serialize(message: Any) -> bytes:
    return bytes(message.SerializeToString())
