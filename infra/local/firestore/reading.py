"""Requests that read: documents by name, lists of them, collection ids; in a transaction or not."""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator, Sequence
from typing import Any

from google.cloud.firestore_v1 import types

from infra.local.firestore.consistency import Consistency, View
from infra.local.firestore.errors import InvalidArgument, NotFound
from infra.local.firestore.execution import run_query
from infra.local.firestore.field_paths import FieldPath, parse_field_path
from infra.local.firestore.orders import parse_order_text
from infra.local.firestore.paths import check_database, parse_document, parse_document_in, parse_parent
from infra.local.firestore.projection import project
from infra.local.firestore.query import Query
from infra.local.firestore.wire import Document, embed, raw, timestamp

_BatchGetResponse = raw(types.BatchGetDocumentsResponse)
_ListResponse = raw(types.ListDocumentsResponse)
_CollectionIdsResponse = raw(types.ListCollectionIdsResponse)

# Field numbers of BatchGetDocumentsResponse.
_FOUND = 1
_READ_TIME = 4

_PAGE = 100
_LARGEST_PAGE = 300


class Reading:
    """GetDocument, BatchGetDocuments, ListDocuments and ListCollectionIds."""

    def __init__(self, consistency: Consistency) -> None:
        self._consistency = consistency

    async def get_document(self, request: Any) -> bytes:
        path = parse_document(request.name)
        view = await self._consistency.view(request, path.collection.database)
        await view.lock([path.name])
        stored = view.reader.get(path)
        if stored is None:
            raise NotFound(f"Document ({path.name}) not found.")
        return project(stored.body, mask_paths(request))

    async def batch_get_documents(self, request: Any) -> AsyncIterator[Any]:
        database = check_database(request.database)
        paths = [parse_document_in(database, name) for name in dict.fromkeys(request.documents)]
        fields = mask_paths(request)
        view = await self._consistency.view(request, database)
        if view.begun:
            yield _BatchGetResponse(transaction=view.begun)
        await view.lock([path.name for path in paths])
        read_time = timestamp(view.read_time)
        behind = embed(_READ_TIME, read_time.SerializeToString())
        # All are read before the first is sent, so that they are of one moment.
        found = [view.reader.get(path) for path in paths]
        for path, stored in zip(paths, found, strict=True):
            if stored is None:
                yield _BatchGetResponse(missing=path.name, read_time=read_time)
            else:
                yield embed(_FOUND, project(stored.body, fields)) + behind

    async def list_documents(self, request: Any) -> Any:
        parent = parse_parent(request.parent)
        view = await self._consistency.view(request, parent.database)
        size = min(request.page_size or _PAGE, _LARGEST_PAGE)
        skipped = _decode_token(request.page_token)
        query = Query(
            parent=parent,
            collection_id=request.collection_id,
            all_descendants=not request.collection_id,
            conjunctions=((),),
            orders=parse_order_text(request.order_by),
            start=None,
            end=None,
            offset=0,
            limit=None if request.show_missing else skipped + size + 1,
            projection=None,
        )
        bodies = [(row.name, row.body) for row in run_query(view.reader, query)]
        if request.show_missing and request.collection_id:
            bodies = self._with_missing(view, query, bodies)
        page = bodies[skipped : skipped + size]
        fields = mask_paths(request)
        response = _ListResponse(documents=[Document.FromString(project(body, fields)) for _, body in page])
        if len(bodies) > skipped + size:
            response.next_page_token = _encode_token(skipped + size)
        return response

    async def list_collection_ids(self, request: Any) -> Any:
        parent = parse_parent(request.parent)
        view = await self._consistency.view(request, parent.database)
        ids = view.reader.collection_ids(parent)
        skipped = _decode_token(request.page_token)
        end = skipped + request.page_size if request.page_size > 0 else len(ids)
        token = _encode_token(end) if end < len(ids) else ""
        return _CollectionIdsResponse(collection_ids=ids[skipped:end], next_page_token=token)

    def _with_missing(self, view: View, query: Query, bodies: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
        """`bodies` and, in name order, those documents that are only there as parents of others."""
        if len(query.orders) > 1:
            raise InvalidArgument("Requests with show_missing may not specify an order.")
        collection = query.parent.collection(query.collection_id)
        names = [collection.document_name(i) for i in view.reader.missing_documents(collection)]
        both = bodies + [(name, bytes(Document(name=name).SerializeToString())) for name in names]
        return sorted(both, reverse=query.orders[0].descending)


def mask_paths(request: Any) -> Sequence[FieldPath] | None:
    """The field paths of a request's mask; None where it has none."""
    return [parse_field_path(text) for text in request.mask.field_paths] if request.HasField("mask") else None


def _encode_token(position: int) -> str:
    return base64.urlsafe_b64encode(str(position).encode()).decode()


def _decode_token(token: str) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError) as error:
        raise InvalidArgument("Invalid page token.") from error
