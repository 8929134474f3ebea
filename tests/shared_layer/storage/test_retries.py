"""Retries: one layer, three attempts, a budget, and never past the deadline; against servers that fail on command."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import grpc
import pytest
import pytest_asyncio
from google.api_core.exceptions import DeadlineExceeded, ServiceUnavailable

from shared_layer.core.context import enter
from shared_layer.storage.firestore_client import BoundedFirestoreClient
from shared_layer.storage.retry_budget import ATTEMPTS, FULL, RetryBudget
from tests.support.staging import context

GET, COMMIT = "BatchGetDocuments", "Commit"


class DownServer(grpc.GenericRpcHandler):  # type: ignore[misc]
    """A gRPC server that counts calls by method, and answers none of them well."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.silent = False

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        name = details.method.rpartition("/")[2]

        async def fail(_request: bytes, call: grpc.aio.ServicerContext) -> bytes:
            self.calls.append(name)
            if self.silent:
                await asyncio.Event().wait()
            await call.abort(grpc.StatusCode.UNAVAILABLE, "down")
            return b""

        return grpc.unary_unary_rpc_method_handler(fail)


@pytest_asyncio.fixture
async def down(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DownServer]:
    server, service = grpc.aio.server(), DownServer()
    server.add_generic_rpc_handlers((service,))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", f"127.0.0.1:{port}")
    yield service
    await server.stop(None)


async def _write(client: BoundedFirestoreClient) -> None:
    await client.collection("things").document("one").set({"a": 1})


async def test_a_call_is_attempted_three_times_at_most(down: DownServer) -> None:
    with pytest.raises(ServiceUnavailable):
        await _write(BoundedFirestoreClient(project="p"))
    assert down.calls.count(COMMIT) == ATTEMPTS


@pytest.mark.parametrize("requests", [1000])
async def test_a_dependency_that_is_down_is_asked_a_tenth_more_than_there_are_requests_at_most(
    down: DownServer, requests: int
) -> None:
    client = BoundedFirestoreClient(project="p")
    failures = 0
    for start in range(0, requests, 50):
        outcomes = await asyncio.gather(*[_write(client) for _ in range(start, start + 50)], return_exceptions=True)
        failures += sum(isinstance(outcome, ServiceUnavailable) for outcome in outcomes)
    assert failures == requests
    assert requests <= len(down.calls) <= 1.1 * requests


async def test_a_call_ends_within_the_requests_deadline_and_leaves_time_to_say_so(down: DownServer) -> None:
    down.silent = True

    async def request() -> float:
        made = context("marketing-engine", "t")
        made.deadline = time.monotonic() + 1.0
        enter(made)
        with pytest.raises((DeadlineExceeded, ServiceUnavailable)):
            await _write(BoundedFirestoreClient(project="p"))
        return made.remaining()

    assert await asyncio.create_task(request()) > 0.0


async def test_nothing_is_attempted_again_once_the_deadline_passed(down: DownServer) -> None:
    async def request() -> None:
        made = context("marketing-engine", "t")
        made.deadline = time.monotonic()
        enter(made)
        with pytest.raises((DeadlineExceeded, ServiceUnavailable)):
            await _write(BoundedFirestoreClient(project="p"))

    await asyncio.create_task(request())
    assert len(down.calls) <= 1


def test_a_budget_gives_out_at_half_and_comes_back_by_tenths() -> None:
    budget = RetryBudget()
    retries = 0
    for _ in range(1000):
        budget.failed()
        retries += budget.allows(1)
    assert retries == FULL / 2 - 1
    for _ in range(51):
        budget.succeeded()
    assert budget.allows(1)
    assert not budget.allows(ATTEMPTS)


def test_a_dependency_that_fails_now_and_then_is_retried_for_a_tenth_of_its_successes_at_most() -> None:
    budget = RetryBudget()
    requests = retries = 0
    for number in range(10_000):
        requests += 1
        if number % 4 == 0:
            budget.failed()
            retries += budget.allows(1)
        else:
            budget.succeeded()
    assert retries <= 0.1 * requests + FULL
