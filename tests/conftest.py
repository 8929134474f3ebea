"""Fixtures of the whole tree."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.platform import LocalPlatform, running_platform


@pytest_asyncio.fixture(scope="session")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalPlatform]:
    """One platform for all functional tests of a run: each test works in tenants of its own."""
    async with running_platform(tmp_path_factory.mktemp("platform") / "data") as running:
        yield running
