import asyncio

import pytest

from infra.local.delivery import HttpClient, client_for
from tests.infra.local.delivery.endpoint import Endpoint


@pytest.fixture
async def endpoint():
    endpoint = await Endpoint().start()
    yield endpoint
    await endpoint.stop()


async def test_each_delivery_comes_as_often_as_asked_and_later_ones_overtake(endpoint):
    client = client_for(3)
    bodies = [str(number).encode() for number in range(30)]
    statuses = await asyncio.gather(*[client.post(endpoint.url(), {}, body) for body in bodies])
    assert statuses == [204] * 30
    async with asyncio.timeout(5):
        while len(endpoint.requests) < 90:  # noqa: ASYNC110
            await asyncio.sleep(0)
    came = [request.body for request in endpoint.requests]
    assert sorted(came) == sorted(bodies * 3)
    assert came != sorted(came, key=bodies.index)
    await client.close()


async def test_a_copy_that_fails_is_nobodys_concern_and_the_delivery_itself_is(endpoint):
    client = client_for(2)
    await endpoint.stop()
    with pytest.raises(OSError, match=r"refused|Connect"):
        await client.post(endpoint.url(), {}, b"")
    await client.close()


def test_once_is_the_plain_client_and_never_is_refused():
    assert type(client_for(1)) is HttpClient
    with pytest.raises(ValueError, match="at least once"):
        client_for(0)
