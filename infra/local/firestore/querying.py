"""Requests that query: RunQuery, RunAggregationQuery and PartitionQuery."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from google.cloud.firestore_v1 import types

from infra.local.firestore.aggregation import aggregate
from infra.local.firestore.consistency import Consistency
from infra.local.firestore.declared import DeclaredIndexes
from infra.local.firestore.errors import InvalidArgument, Unimplemented
from infra.local.firestore.execution import run_query
from infra.local.firestore.paths import parse_parent
from infra.local.firestore.projection import project
from infra.local.firestore.query import parse_query
from infra.local.firestore.wire import Value, embed, raw, timestamp

_QueryResponse = raw(types.RunQueryResponse)
_AggregationResponse = raw(types.RunAggregationQueryResponse)
_PartitionResponse = raw(types.PartitionQueryResponse)
_AggregationResult = raw(types.AggregationResult)
_Cursor = raw(types.Cursor)

# Field numbers of RunQueryResponse.
_DOCUMENT = 1
_READ_TIME = 3
_DONE = bytes(_QueryResponse(done=True).SerializeToString())


class Querying:
    """Answers queries, in a transaction or not."""

    def __init__(self, consistency: Consistency, indexes: DeclaredIndexes) -> None:
        self._consistency = consistency
        self._indexes = indexes

    async def run_query(self, request: Any) -> AsyncIterator[Any]:
        _refuse_explanation(request)
        parent = parse_parent(request.parent)
        query = parse_query(parent, request.structured_query)
        self._indexes.check(query)
        view = await self._consistency.view(request, parent.database)
        if view.begun:
            yield _QueryResponse(transaction=view.begun)
        rows = await view.run(query)
        read_time = timestamp(view.read_time)
        behind = embed(_READ_TIME, read_time.SerializeToString())
        for row in rows[:-1]:
            yield embed(_DOCUMENT, project(row.body, query.projection)) + behind
        last = embed(_DOCUMENT, project(rows[-1].body, query.projection)) if rows else b""
        yield last + behind + _DONE

    async def run_aggregation_query(self, request: Any) -> AsyncIterator[Any]:
        _refuse_explanation(request)
        parent = parse_parent(request.parent)
        asked = request.structured_aggregation_query
        query = parse_query(parent, asked.structured_query)
        self._indexes.check(query)
        view = await self._consistency.view(request, parent.database)

        def answer() -> dict[str, Value]:
            return aggregate(run_query(view.reader, query), asked.aggregations)

        fields = answer()
        view.ask(answer)
        yield _AggregationResponse(
            result=_AggregationResult(aggregate_fields=fields),
            read_time=timestamp(view.read_time),
            transaction=view.begun,
        )

    async def partition_query(self, request: Any) -> Any:
        parent = parse_parent(request.parent)
        if request.partition_count < 1:
            raise InvalidArgument("partition_count must be positive")
        query = parse_query(parent, request.structured_query)
        if len(query.orders) > 1 or query.conjunctions != ((),):
            raise InvalidArgument("A partition query has no filter and is ordered by __name__.")
        view = await self._consistency.view(request, parent.database)
        names = [row.name for row in run_query(view.reader, replace(query, offset=0, limit=None))]
        parts = request.partition_count + 1
        places = sorted({len(names) * part // parts for part in range(1, parts)} - {0, len(names)})
        return _PartitionResponse(
            partitions=[_Cursor(values=[Value(reference_value=names[place])], before=True) for place in places]
        )


def _refuse_explanation(request: Any) -> None:
    if request.HasField("explain_options"):
        raise Unimplemented("The local Firestore does not explain queries.")
