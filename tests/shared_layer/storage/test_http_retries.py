"""BigQuery's and Storage's sessions: one retrying layer, a budget, and never past the deadline."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from requests import Session

from shared_layer.core.context import enter
from shared_layer.storage.http_retries import BoundedAdapter, DependencyDown
from shared_layer.storage.retry_budget import ATTEMPTS
from tests.support.staging import context


class DownService:
    """An HTTP service that counts what it is asked, and answers all of it with `status`, or not at all."""

    def __init__(self) -> None:
        self.methods: list[str] = []
        self.status = 503
        self.silent = False
        self.over = Event()
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                service.methods.append(self.command)
                if service.silent:
                    service.over.wait()
                self.send_response(service.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_POST = do_GET

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def down() -> Iterator[DownService]:
    service = DownService()
    thread = Thread(target=service.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield service
    service.over.set()
    service.server.shutdown()
    service.server.server_close()
    thread.join()


@pytest.fixture
def session() -> Iterator[Session]:
    with Session() as made:
        made.mount("http://", BoundedAdapter("bigquery"))
        yield made


def fails(ask: Callable[[], Any]) -> bool:
    with pytest.raises(DependencyDown, match="bigquery"):
        ask()
    return True


def test_a_request_is_attempted_three_times_at_most(down: DownService, session: Session) -> None:
    assert fails(lambda: session.get(down.url))
    assert len(down.methods) == ATTEMPTS


@pytest.mark.parametrize("requests", [1000])
def test_a_service_that_is_down_is_asked_a_tenth_more_than_there_are_requests_at_most(
    down: DownService, session: Session, requests: int
) -> None:
    assert sum(fails(lambda: session.get(down.url)) for _ in range(requests)) == requests
    assert requests <= len(down.methods) <= 1.1 * requests


def test_what_may_have_been_done_is_not_sent_again(down: DownService, session: Session) -> None:
    down.status = 500
    assert fails(lambda: session.post(down.url, data=b"{}"))
    assert down.methods == ["POST"]


async def test_the_deadline_of_the_request_is_kept_also_in_its_threads(down: DownService, session: Session) -> None:
    down.silent = True

    async def request() -> float:
        made = context("analytics-data-layer", "t")
        made.deadline = time.monotonic() + 1.0
        enter(made)
        await asyncio.to_thread(fails, lambda: session.get(down.url))
        return made.remaining()

    assert await asyncio.create_task(request()) > 0.0
    assert len(down.methods) == 1
