import pytest

from infra.local.clock import ManualClock
from tests.infra.local.delivery.endpoint import Endpoint
from tests.infra.local.pubsub.cloud import Cloud


@pytest.fixture
async def cloud(tmp_path, monkeypatch):
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", "")
    cloud = await Cloud(tmp_path).start()
    yield cloud
    await cloud.stop()


@pytest.fixture
async def clocked(tmp_path, monkeypatch):
    """A cloud whose time only a test moves."""
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", "")
    cloud = await Cloud(tmp_path, ManualClock()).start()
    yield cloud
    await cloud.stop()


@pytest.fixture
async def endpoint():
    endpoint = await Endpoint().start()
    yield endpoint
    await endpoint.stop()
