"""What the client libraries never send, or never show: requests and answers as they are on the wire."""

import grpc
import pytest
from google.cloud.firestore_v1 import types

_METHOD = "/google.firestore.v1.Firestore/"


async def call(channel, method, request, response):
    stub = channel.unary_unary(_METHOD + method, type(request).serialize, response.deserialize)
    return await stub(request)


async def stream(channel, method, request, response):
    stub = channel.unary_stream(_METHOD + method, type(request).serialize, response.deserialize)
    return [message async for message in stub(request)]


@pytest.fixture
def root(project):
    return f"projects/{project}/databases/(default)"


async def test_a_transaction_begun_by_a_read_is_told_first(channel, db, root):
    await db.document("things/a").set({"n": 1})
    names = [f"{root}/documents/things/{i}" for i in ("a", "none", "a")]
    request = types.BatchGetDocumentsRequest(database=root, documents=names, new_transaction={"read_write": {}})
    first, *rest = await stream(channel, "BatchGetDocuments", request, types.BatchGetDocumentsResponse)
    assert first.transaction
    assert "found" not in first
    assert sorted(message.found.name or message.missing for message in rest) == sorted(names[:2])
    rollback = types.RollbackRequest(database=root, transaction=first.transaction)
    await call(channel, "Rollback", rollback, types.RollbackRequest)


async def test_a_query_without_results_answers_with_its_read_time_and_is_done(channel, root):
    query = types.StructuredQuery(from_=[{"collection_id": "nothing"}])
    request = types.RunQueryRequest(parent=f"{root}/documents", structured_query=query)
    (only,) = await stream(channel, "RunQuery", request, types.RunQueryResponse)
    assert only.done
    assert only.read_time
    assert not only.document.name


async def test_an_average_of_nothing_is_null(channel, root):
    asked = types.StructuredAggregationQuery(
        structured_query={"from_": [{"collection_id": "nothing"}]},
        aggregations=[{"alias": "a", "avg": {"field": {"field_path": "n"}}}],
    )
    request = types.RunAggregationQueryRequest(parent=f"{root}/documents", structured_aggregation_query=asked)
    (only,) = await stream(channel, "RunAggregationQuery", request, types.RunAggregationQueryResponse)
    assert only.result._pb.aggregate_fields["a"].WhichOneof("value_type") == "null_value"


@pytest.mark.parametrize(
    ("method", "request_", "response", "code"),
    [
        ("GetDocument", types.GetDocumentRequest(name="nonsense"), types.Document, "INVALID_ARGUMENT"),
        (
            "GetDocument",
            types.GetDocumentRequest(name="projects/p/databases/d/documents/c/none"),
            types.Document,
            "NOT_FOUND",
        ),
        (
            "Commit",
            types.CommitRequest(database="projects/p/databases/d", writes=[{}]),
            types.CommitResponse,
            "INVALID_ARGUMENT",
        ),
        (
            "Commit",
            types.CommitRequest(database="projects/p/databases/d", transaction=b"none"),
            types.CommitResponse,
            "INVALID_ARGUMENT",
        ),
    ],
)
async def test_a_refusal_has_googles_code(channel, method, request_, response, code):
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call(channel, method, request_, response)
    assert refused.value.code() is grpc.StatusCode[code]


async def test_a_transaction_of_an_earlier_life_of_the_server_is_aborted_so_that_clients_retry(local, project):
    request = types.CommitRequest(database=f"projects/{project}/databases/(default)", transaction=b"x" * 24)
    async with grpc.aio.insecure_channel(local.host) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call(channel, "Commit", request, types.CommitResponse)
    assert refused.value.code() is grpc.StatusCode.ABORTED


async def test_what_is_not_served_says_so(local):
    async with grpc.aio.insecure_channel(local.host) as channel:
        listen = channel.stream_stream(_METHOD + "Listen")(iter([b""]))
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            async for _ in listen:
                pass
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert "Listen" in refused.value.details()
