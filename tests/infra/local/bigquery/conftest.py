from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from google.cloud import bigquery

from infra.local.clock import ManualClock
from tests.infra.local.bigquery.server import MIDNIGHT, Ask, asking, client_of, serving


@pytest.fixture(scope="module")
async def shared_client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[bigquery.Client]:
    """One service for a whole module: for tests that leave nothing behind."""
    async with serving(tmp_path_factory.mktemp("bigquery"), ManualClock(MIDNIGHT)) as address:
        client = client_of(address)
        yield client
        client.close()


@pytest.fixture
def ask(shared_client: bigquery.Client) -> Ask:
    return asking(shared_client)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MIDNIGHT)


@pytest.fixture
async def address(tmp_path: Path, clock: ManualClock) -> AsyncIterator[str]:
    async with serving(tmp_path, clock) as found:
        yield found


@pytest.fixture
def client(address: str) -> Iterator[bigquery.Client]:
    """A client of a service of the test's own."""
    found = client_of(address)
    yield found
    found.close()
