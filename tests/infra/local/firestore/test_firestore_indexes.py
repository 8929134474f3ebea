"""Which queries need an index of their own, and that they are refused where it is not declared."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
import pytest_asyncio
from google.api_core.exceptions import FailedPrecondition
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import AsyncClient, AsyncQuery, FieldFilter, Query
from google.cloud.firestore_v1.services.firestore import FirestoreAsyncClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcAsyncIOTransport

from infra.local.firestore import FirestoreService
from infra.local.firestore.composite import CompositeIndex
from infra.local.firestore.declared import DeclaredIndexes, read, written
from tests.infra.local.firestore.server import LocalFirestore

UP, DOWN = "ASCENDING", "DESCENDING"


def where(field: str, operator: str, value: Any = 1) -> FieldFilter:
    return FieldFilter(field, operator, value)


QUERIES: dict[str, tuple[Callable[[AsyncClient], AsyncQuery], list[CompositeIndex]]] = {
    "equalities alone": (
        lambda client: client.collection("c").where(filter=where("a", "==")).where(filter=where("b", "==")),
        [],
    ),
    "one order alone": (lambda client: client.collection("c").order_by("t", direction=Query.DESCENDING), []),
    "a range on what it is ordered by": (
        lambda client: client.collection("c").where(filter=where("t", ">")).order_by("t"),
        [],
    ),
    "equality and order": (
        lambda client: client.collection("c").where(filter=where("a", "==")).order_by("t", direction=Query.DESCENDING),
        [CompositeIndex("c", False, (("a", UP), ("t", DOWN)))],
    ),
    "two equalities and an order": (
        lambda client: (
            client.collection("c").where(filter=where("a", "==")).where(filter=where("b", "==")).order_by("t")
        ),
        [CompositeIndex("c", False, (("a", UP), ("t", UP))), CompositeIndex("c", False, (("b", UP), ("t", UP)))],
    ),
    "equality and a range": (
        lambda client: client.collection("c").where(filter=where("a", "==")).where(filter=where("t", "<")),
        [CompositeIndex("c", False, (("a", UP), ("t", UP)))],
    ),
    "two orders": (
        lambda client: client.collection("c").order_by("t", direction=Query.DESCENDING).order_by("s"),
        [CompositeIndex("c", False, (("t", DOWN), ("s", UP)))],
    ),
    "an order and the name against it": (
        lambda client: client.collection("c").order_by("t", direction=Query.DESCENDING).order_by("__name__"),
        [CompositeIndex("c", False, (("t", DOWN), ("__name__", UP)))],
    ),
    "an element and an order": (
        lambda client: client.collection("c").where(filter=where("tags", "array_contains")).order_by("t"),
        [CompositeIndex("c", False, (("tags", "CONTAINS"), ("t", UP)))],
    ),
    "a group's single field": (
        lambda client: client.collection_group("c").where(filter=where("a", "==")),
        [CompositeIndex("c", True, (("a", UP),))],
    ),
    "a group as a whole": (lambda client: client.collection_group("c"), []),
}


def client_of(server: LocalFirestore) -> AsyncClient:
    transport = FirestoreGrpcAsyncIOTransport(channel=grpc.aio.insecure_channel(server.host))
    client = AsyncClient(project="p", credentials=AnonymousCredentials())
    client._firestore_api_internal = FirestoreAsyncClient(transport=transport)
    return client


@pytest_asyncio.fixture
async def indexed(tmp_path: Path) -> AsyncIterator[tuple[AsyncClient, Path]]:
    file = tmp_path / "firestore.indexes.json"
    file.write_text(written([]))
    folder = tmp_path / "firestore"
    folder.mkdir()
    server = await LocalFirestore.start(FirestoreService(folder, indexes=DeclaredIndexes(file)))
    yield client_of(server), file
    await server.stop()


@pytest.mark.parametrize("name", QUERIES)
async def test_a_query_is_refused_until_its_index_is_declared(indexed: tuple[AsyncClient, Path], name: str) -> None:
    client, file = indexed
    make, needed = QUERIES[name]
    if needed:
        with pytest.raises(FailedPrecondition, match=r"requires an index. Add to firestore.indexes.json") as refusal:
            await make(client).get()
        named = [line for line in refusal.value.message.splitlines() if line.startswith("{")]
        assert sorted(read('{"indexes": [' + ",".join(named) + "]}")) == sorted(needed)
        with pytest.raises(FailedPrecondition):
            await make(client).count().get()
    file.write_text(written(needed))
    assert await make(client).get() == []


async def test_what_is_missing_is_recorded_where_that_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "firestore.indexes.json"
    file.write_text(written([CompositeIndex("z", False, (("a", UP), ("t", UP)))]))
    server = await LocalFirestore.start(FirestoreService(tmp_path, indexes=DeclaredIndexes(file, record=True)))
    make, needed = QUERIES["two equalities and an order"]
    assert await make(client_of(server)).get() == []
    await server.stop()
    assert read(file.read_text()) == (*needed, CompositeIndex("z", False, (("a", UP), ("t", UP))))
