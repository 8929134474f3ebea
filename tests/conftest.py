"""Fixtures of the whole tree."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

import hypothesis
import pytest
import pytest_asyncio

from shared_layer.core import environment
from shared_layer.storage import redis
from tests.support.platform import LocalPlatform, running_platform

hypothesis.settings.register_profile(
    "busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)  # a machine busy with tests is no strategy that is slow
hypothesis.settings.load_profile("busy")


@pytest.fixture(scope="session", autouse=True)
def patience_with_redis() -> Iterator[None]:
    """A machine busy with tests is no Redis that is down: commands get a second instead of a quarter."""
    former, redis.TIMEOUT = redis.TIMEOUT, 1.0  # type: ignore[misc]
    yield
    redis.TIMEOUT = former  # type: ignore[misc]


@pytest.fixture(scope="session", autouse=True)
def changing_environment() -> Iterator[None]:
    """Tests change the environment, so that it is looked at each time."""
    former, environment.variable = environment.variable, os.environ.get  # type: ignore[assignment]
    yield
    environment.variable = former


@pytest_asyncio.fixture(scope="session")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalPlatform]:
    """One platform for all functional tests of a run: each test works in tenants of its own."""
    async with running_platform(tmp_path_factory.mktemp("platform") / "data") as running:
        yield running
