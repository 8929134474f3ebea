"""The functions listing through google-cloud-functions, unchanged."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc
import pytest
from google.api_core import exceptions
from google.cloud import functions_v2
from google.cloud.functions_v2.services.function_service.transports import FunctionServiceGrpcAsyncIOTransport
from google.protobuf import descriptor_pb2

from infra.local.functions import FunctionsService
from infra.local.functions.wire import DESCRIPTORS

PARENT = "projects/p/locations/us-central1"
CATALOGUE = [
    {
        "name": f"{PARENT}/functions/f{number}",
        "description": f"number {number}",
        "url": f"http://127.0.0.1:9000/f{number}",
        "labels": {"service": "crm" if number % 2 else "aso"},
        "service_account": "run@p",
        "timeout_seconds": 30,
        "concurrency": 80,
    }
    for number in range(5)
] + [{"name": "projects/p/locations/europe-west1/functions/far", "state": "FAILED"}]


@pytest.fixture
async def client() -> AsyncIterator[functions_v2.FunctionServiceAsyncClient]:
    server = grpc.aio.server()
    FunctionsService(lambda: CATALOGUE).register(server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}")
    yield functions_v2.FunctionServiceAsyncClient(transport=FunctionServiceGrpcAsyncIOTransport(channel=channel))
    await channel.close()
    await server.stop(0)


async def names(client, **request) -> list[str]:
    pager = await client.list_functions(request={"parent": PARENT, **request})
    return [function.name.rsplit("/", 1)[1] async for function in pager]


async def test_the_functions_of_a_location_are_listed_over_pages(client):
    assert await names(client, page_size=2) == ["f0", "f1", "f2", "f3", "f4"]


async def test_a_dash_lists_every_location(client):
    assert await names(client, parent="projects/p/locations/-") == ["far", "f0", "f1", "f2", "f3", "f4"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('labels.service="crm"', ["f1", "f3"]),
        ("state=ACTIVE AND labels.service=aso", ["f0", "f2", "f4"]),
        ("description:3", ["f3"]),
        ("state!=ACTIVE", []),
    ],
)
async def test_a_filter_narrows_the_listing(client, expression, expected):
    assert await names(client, filter=expression) == expected


async def test_a_filter_beyond_equalities_is_refused(client):
    with pytest.raises(exceptions.InvalidArgument):
        await names(client, filter="state=ACTIVE OR state=FAILED")


async def test_a_function_tells_where_and_how_it_runs(client):
    function = await client.get_function(name=f"{PARENT}/functions/f1")
    assert (function.url, function.state) == ("http://127.0.0.1:9000/f1", functions_v2.Function.State.ACTIVE)
    assert (function.description, dict(function.labels)) == ("number 1", {"service": "crm"})
    config = function.service_config
    assert (config.service_account_email, config.timeout_seconds, config.max_instance_request_concurrency) == (
        "run@p", 30, 80,
    )  # fmt: skip
    assert function.environment is functions_v2.Environment.GEN_2


async def test_a_function_that_does_not_run_is_not_found(client):
    with pytest.raises(exceptions.NotFound):
        await client.get_function(name=f"{PARENT}/functions/none")


def test_the_messages_are_those_of_the_installed_client():
    for file in descriptor_pb2.FileDescriptorSet.FromString(DESCRIPTORS.read_bytes()).file:
        if file.name.startswith("google/cloud/functions"):
            installed = descriptor_pb2.FileDescriptorProto()
            pool = functions_v2.Function.pb().DESCRIPTOR.file.pool
            pool.FindFileByName(file.name).CopyToProto(installed)
            assert list(installed.message_type) == list(file.message_type)
