"""A Firestore for each test: the local one, or Google's emulator where FIRESTORE_CONFORMANCE_HOST names it.

Every test gets a project of its own, so that one server serves them all. Tests of what only the local server has
(its clock, its change feed, its file) take `local`, which is always the local one.
"""

import os
import uuid

import grpc
import pytest
from google.cloud import firestore

from infra.local.clock import ManualClock
from infra.local.firestore import FirestoreService
from tests.infra.local.firestore.server import LocalFirestore


@pytest.fixture(scope="session")
async def host(tmp_path_factory):
    """Where the Firestore under test listens."""
    named = os.environ.get("FIRESTORE_CONFORMANCE_HOST")
    if named:
        yield named
        return
    server = await LocalFirestore.start(FirestoreService(tmp_path_factory.mktemp("firestore")))
    yield server.host
    await server.stop()


@pytest.fixture
async def local(tmp_path):
    """A local Firestore of the test's own, on a clock that only the test moves."""
    clock = ManualClock()
    server = await LocalFirestore.start(FirestoreService(tmp_path, clock), clock)
    yield server
    await server.stop()


@pytest.fixture
def project():
    return f"p-{uuid.uuid4().hex[:12]}"


@pytest.fixture
async def db(host, project, monkeypatch):
    """Google's async client."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", host)
    client = firestore.AsyncClient(project=project)
    yield client
    await client._firestore_api.transport.close()


@pytest.fixture
async def local_db(local, project, monkeypatch):
    """Google's async client of `local`."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", local.host)
    client = firestore.AsyncClient(project=project)
    yield client
    await client._firestore_api.transport.close()


@pytest.fixture
def sync_db(host, project, monkeypatch):
    """Google's synchronous client; its calls are for other threads than the server's."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", host)
    client = firestore.Client(project=project)
    yield client
    client.close()


@pytest.fixture
async def channel(host):
    """A bare channel, for requests that the client libraries never send."""
    async with grpc.aio.insecure_channel(host) as opened:
        yield opened
