import asyncio

import pytest

from infra.local.delivery import HttpClient, HttpError
from tests.infra.local.delivery.endpoint import HANG, Endpoint, until


@pytest.fixture
async def endpoint():
    endpoint = await Endpoint().start()
    yield endpoint
    await endpoint.stop()


@pytest.fixture
async def client():
    client = HttpClient()
    yield client
    await client.close()


async def answering(raw):
    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def test_the_request_arrives_as_it_was_given(endpoint, client):
    status = await client.post(endpoint.url("/push?x=1"), {"Content-Type": "text/plain", "X-A": "ü"}, b"body")
    (request,) = endpoint.requests
    assert (status, request.path, request.body) == (204, "/push?x=1", b"body")
    assert (request.headers["content-type"], request.headers["x-a"]) == ("text/plain", "ü")
    assert request.headers["host"] == f"127.0.0.1:{endpoint.port}"


async def test_requests_that_follow_each_other_share_a_connection(endpoint, client):
    for _ in range(3):
        await client.post(endpoint.url(), {}, b"")
    assert endpoint.connections == 1


async def test_a_kept_connection_that_the_endpoint_closed_is_replaced(endpoint, client):
    await client.post(endpoint.url(), {}, b"")
    endpoint.hang_up()
    assert await client.post(endpoint.url(), {}, b"") == 204
    assert endpoint.connections == 2


async def test_cancelling_a_call_closes_its_connection(endpoint, client):
    endpoint.answer = lambda _request: HANG
    call = asyncio.create_task(client.post(endpoint.url(), {}, b""))
    await until(lambda: endpoint.requests)
    call.cancel()
    await until(lambda: not endpoint._writers)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200),
        (b"HTTP/1.1 503 Busy\r\nConnection: close\r\n\r\nwithout a length", 503),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", 201),
        (b"HTTP/1.1 102 Processing\r\n\r\n", 102),
    ],
)
async def test_every_form_of_an_answer_is_understood(client, raw, status):
    server, url = await answering(raw)
    async with server:
        assert await client.post(url, {}, b"") == status


async def test_an_answer_that_is_not_http_is_an_http_error(client):
    server, url = await answering(b"SSH-2.0-OpenSSH\r\n")
    async with server:
        with pytest.raises(HttpError):
            await client.post(url, {}, b"")


async def test_an_endpoint_that_hangs_up_or_is_not_there_is_an_os_error(endpoint, client):
    server, url = await answering(b"")
    async with server:
        with pytest.raises(OSError, match="closed"):
            await client.post(url, {}, b"")
    await endpoint.stop()
    with pytest.raises(OSError, match="Connect"):
        await client.post(endpoint.url(), {}, b"")


@pytest.mark.parametrize("url", ["ftp://x/", "http:///path", "http://h/a b", "http://h/ü"])
async def test_what_is_not_a_url_is_an_http_error(client, url):
    with pytest.raises(HttpError):
        await client.post(url, {}, b"")


async def test_a_header_cannot_smuggle_in_another(endpoint, client):
    with pytest.raises(HttpError):
        await client.post(endpoint.url(), {"X-A": "1\r\nX-B: 2"}, b"")
    assert not endpoint.requests
