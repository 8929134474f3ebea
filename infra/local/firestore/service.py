"""The gRPC border of the local Firestore, and the parts behind it put together."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import grpc
from google.cloud.firestore_v1 import types

from infra.local.changes import ChangeFeed
from infra.local.clock import Clock, SystemClock
from infra.local.firestore.changes import ChangeLog
from infra.local.firestore.commits import Committer
from infra.local.firestore.consistency import Consistency
from infra.local.firestore.declared import DeclaredIndexes
from infra.local.firestore.errors import FirestoreError
from infra.local.firestore.querying import Querying
from infra.local.firestore.reading import Reading
from infra.local.firestore.store import Store
from infra.local.firestore.transactions import Transactions
from infra.local.firestore.wire import raw
from infra.local.firestore.writing import Writing

_SERVICE = "google.firestore.v1.Firestore"
_SWEEP_SECONDS = 1.0


class FirestoreService:
    """`google.firestore.v1.Firestore` over one SQLite file in `folder`, for Google's own client libraries."""

    def __init__(self, folder: Path, clock: Clock | None = None, indexes: DeclaredIndexes | None = None) -> None:
        self._indexes = indexes or DeclaredIndexes(None)
        self._clock = clock or SystemClock()
        self._store = Store(folder, self._clock)
        self._changes = ChangeLog(self._store)
        self._transactions = Transactions(self._store, self._clock)
        self._sweeper: asyncio.Task[None] | None = None

    @property
    def changes(self) -> ChangeFeed:
        """The log of document changes, for Eventarc."""
        return self._changes

    def watch(self, patterns: Sequence[str]) -> None:
        """Log the changes of documents that one of Eventarc's path `patterns` matches, and of no others."""
        self._changes.watch(patterns)

    def register(self, server: grpc.aio.Server) -> None:
        """Add the service to `server`."""
        consistency = Consistency(self._store, self._transactions, self._clock)
        reading = Reading(consistency)
        querying = Querying(consistency, self._indexes)
        writing = Writing(Committer(self._store, self._changes), self._transactions, consistency)
        handlers = {
            "GetDocument": _unary(types.GetDocumentRequest, reading.get_document),
            "BatchGetDocuments": _stream(types.BatchGetDocumentsRequest, reading.batch_get_documents),
            "ListDocuments": _unary(types.ListDocumentsRequest, reading.list_documents),
            "ListCollectionIds": _unary(types.ListCollectionIdsRequest, reading.list_collection_ids),
            "RunQuery": _stream(types.RunQueryRequest, querying.run_query),
            "RunAggregationQuery": _stream(types.RunAggregationQueryRequest, querying.run_aggregation_query),
            "PartitionQuery": _unary(types.PartitionQueryRequest, querying.partition_query),
            "BeginTransaction": _unary(types.BeginTransactionRequest, writing.begin_transaction),
            "Commit": _unary(types.CommitRequest, writing.commit),
            "Rollback": _unary(types.RollbackRequest, writing.rollback),
            "BatchWrite": _unary(types.BatchWriteRequest, writing.batch_write),
            "CreateDocument": _unary(types.CreateDocumentRequest, writing.create_document),
            "UpdateDocument": _unary(types.UpdateDocumentRequest, writing.update_document),
            "DeleteDocument": _unary(types.DeleteDocumentRequest, writing.delete_document),
            "Listen": _refused("Listen: read again instead of listening to snapshots."),
            "Write": _refused("streaming Write: commit instead."),
            "ExecutePipeline": _refused("pipelines: run a structured query instead."),
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, handlers),))

    async def start(self) -> None:
        """Begin to expire abandoned transactions."""
        self._sweeper = asyncio.create_task(self._sweep())

    async def stop(self) -> None:
        """Drop what is open and close the file."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweeper
        self._transactions.close()
        self._store.close()

    async def _sweep(self) -> None:
        while True:
            await self._clock.sleep(_SWEEP_SECONDS)
            self._transactions.expire()


def _serialize(message: Any) -> bytes:
    """Answers are messages, or bytes that are one already."""
    return message if isinstance(message, bytes) else bytes(message.SerializeToString())


def _unary(request: Any, answer: Callable[[Any], Awaitable[Any]]) -> grpc.RpcMethodHandler:
    async def handle(message: Any, context: grpc.aio.ServicerContext) -> Any:
        try:
            return await answer(message)
        except FirestoreError as error:
            return await context.abort(error.code, error.message)

    return grpc.unary_unary_rpc_method_handler(handle, raw(request).FromString, _serialize)


def _refused(what: str) -> grpc.RpcMethodHandler:
    async def handle(_: AsyncIterator[bytes], context: grpc.aio.ServicerContext) -> None:
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, f"The local Firestore does not serve {what}")

    return grpc.stream_stream_rpc_method_handler(handle)


def _stream(request: Any, answer: Callable[[Any], AsyncIterator[Any]]) -> grpc.RpcMethodHandler:
    async def handle(message: Any, context: grpc.aio.ServicerContext) -> None:
        try:
            async for response in answer(message):
                await context.write(response)
        except FirestoreError as error:
            await context.abort(error.code, error.message)

    return grpc.unary_stream_rpc_method_handler(handle, raw(request).FromString, _serialize)
