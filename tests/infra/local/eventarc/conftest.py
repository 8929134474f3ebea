import pytest

from tests.infra.local.delivery.endpoint import Endpoint
from tests.infra.local.eventarc.cloud import Cloud


@pytest.fixture
async def cloud(tmp_path):
    cloud = await Cloud(tmp_path).start()
    yield cloud
    await cloud.stop()


@pytest.fixture
async def endpoint():
    endpoint = await Endpoint().start()
    yield endpoint
    await endpoint.stop()
