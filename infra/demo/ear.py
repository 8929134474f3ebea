"""Somebody who follows the tenant's events live meanwhile, as a browser does: address, ticket, stream."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx

from infra.demo.api import Api


class Ear:
    """What was heard: the events' numbers in order of arrival, and their types."""

    def __init__(self, api: Api) -> None:
        self.numbers: list[int] = []
        self.types: list[str] = []
        found = api.call("GET", "/api/v1/live/address").raise_for_status().json()
        self._client = httpx.Client(timeout=60, trust_env=False)
        url = f"{found['stream_url']}?after=0&ticket={found['ticket']}"
        self._response = self._client.send(self._client.build_request("GET", url), stream=True)
        self._response.raise_for_status()
        threading.Thread(target=self._hear, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        with suppress(httpx.HTTPError, OSError):
            self._response.close()
            self._client.close()

    def _hear(self) -> None:
        with suppress(httpx.HTTPError, httpx.StreamError, OSError, ValueError):
            for line in self._response.iter_lines():
                if line.startswith("data: {") and '"event_id"' in line:
                    self._take(json.loads(line[6:]))

    def _take(self, event: dict[str, Any]) -> None:
        self.types.append(event["event_type"])
        self.numbers.append(event["seq"])


@contextmanager
def listening(api: Api) -> Iterator[Ear]:
    """An ear at the stream, until the context is left."""
    ear = Ear(api)
    try:
        yield ear
    finally:
        ear.close()
