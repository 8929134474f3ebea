"""Requests that write: commits, batches, and the three that write one document."""

from __future__ import annotations

import secrets
import string
from collections.abc import Sequence
from typing import Any

from google.cloud.firestore_v1 import types
from google.protobuf.empty_pb2 import Empty
from google.rpc.status_pb2 import Status

from infra.local.firestore.commits import Committed, Committer, Written
from infra.local.firestore.consistency import Consistency
from infra.local.firestore.errors import FirestoreError, InvalidArgument
from infra.local.firestore.paths import (
    DocumentPath,
    check_database,
    parse_document,
    parse_document_in,
    parse_parent,
)
from infra.local.firestore.projection import project
from infra.local.firestore.reading import mask_paths
from infra.local.firestore.transactions import Transactions
from infra.local.firestore.wire import Write, raw, timestamp
from infra.local.firestore.writes import target

_CommitResponse = raw(types.CommitResponse)
_BatchWriteResponse = raw(types.BatchWriteResponse)
_BeginTransactionResponse = raw(types.BeginTransactionResponse)
_WriteResult = raw(types.WriteResult)
_Precondition = raw(types.Precondition)

_ID_ALPHABET = string.ascii_letters + string.digits
_ID_LENGTH = 20

_Writes = Sequence[tuple[DocumentPath, Write]]


class Writing:
    """Commit, BatchWrite, BeginTransaction, Rollback, CreateDocument, UpdateDocument and DeleteDocument."""

    def __init__(self, committer: Committer, transactions: Transactions, consistency: Consistency) -> None:
        self._committer = committer
        self._transactions = transactions
        self._consistency = consistency

    async def begin_transaction(self, request: Any) -> Any:
        begun = self._consistency.begin(check_database(request.database), request.options)
        return _BeginTransactionResponse(transaction=begun.id)

    async def rollback(self, request: Any) -> Empty:
        check_database(request.database)
        self._transactions.roll_back(request.transaction)
        return Empty()

    async def commit(self, request: Any) -> Any:
        database = check_database(request.database)
        writes = [(parse_document_in(database, target(write)), write) for write in request.writes]
        if request.transaction:
            committed = await self._commit_transaction(request.transaction, database, writes)
        else:
            committed = await self._commit_alone(database, writes)
        return _CommitResponse(
            write_results=[_write_result(written) for written in committed.written],
            commit_time=timestamp(committed.moment),
        )

    async def batch_write(self, request: Any) -> Any:
        """Each write by itself: one that fails leaves the others be."""
        database = check_database(request.database)
        writes = [(parse_document_in(database, target(write)), write) for write in request.writes]
        if len({path.name for path, _ in writes}) < len(writes):
            raise InvalidArgument("the same document cannot be written more than once in a single request")
        response = _BatchWriteResponse()
        for write in writes:
            try:
                committed = await self._commit_alone(database, [write])
                response.write_results.append(_write_result(committed.written[0]))
                response.status.append(Status())
            except FirestoreError as error:
                response.write_results.append(_WriteResult())
                response.status.append(Status(code=error.code.value[0], message=error.message))
        return response

    async def create_document(self, request: Any) -> bytes:
        collection = parse_parent(request.parent).collection(request.collection_id)
        document_id = request.document_id or "".join(secrets.choice(_ID_ALPHABET) for _ in range(_ID_LENGTH))
        path = parse_document(collection.document_name(document_id))
        request.document.name = path.name
        write = Write(update=request.document, current_document=_Precondition(exists=False))
        return await self._write_one(path, write, request)

    async def update_document(self, request: Any) -> bytes:
        path = parse_document(request.document.name)
        write = Write(update=request.document)
        for field in ("update_mask", "current_document"):
            if request.HasField(field):
                getattr(write, field).CopyFrom(getattr(request, field))
        return await self._write_one(path, write, request)

    async def delete_document(self, request: Any) -> Empty:
        path = parse_document(request.name)
        write = Write(delete=path.name)
        if request.HasField("current_document"):
            write.current_document.CopyFrom(request.current_document)
        await self._commit_alone(path.collection.database, [(path, write)])
        return Empty()

    async def _write_one(self, path: DocumentPath, write: Write, request: Any) -> bytes:
        committed = await self._commit_alone(path.collection.database, [(path, write)])
        document = committed.documents[0]
        body = b"" if document is None else bytes(document.SerializeToString())
        return project(body, mask_paths(request))

    async def _commit_alone(self, database: str, writes: _Writes) -> Committed:
        locked = await self._transactions.prepare_alone(database, {path.name for path, _ in writes})
        try:
            return self._committer.commit(writes)
        finally:
            self._transactions.finish_alone(locked)

    async def _commit_transaction(self, transaction_id: bytes, database: str, writes: _Writes) -> Committed:
        transaction = self._transactions.find(transaction_id, database)
        if transaction.snapshot is not None and writes:
            raise InvalidArgument("Cannot modify entities in a read-only transaction.")
        try:
            await self._transactions.prepare(transaction, {path.name for path, _ in writes})
            return self._committer.commit(writes)
        finally:
            self._transactions.end(transaction_id)


def _write_result(written: Written) -> Any:
    result = _WriteResult(transform_results=written.transform_results)
    if written.update_time is not None:
        result.update_time.CopyFrom(timestamp(written.update_time))
    return result
