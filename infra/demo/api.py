"""The platform's public API as a well-behaved customer calls it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

import httpx

LONGEST_WAIT: Final = 30.0
_LOOK_AGAIN: Final = 0.2


class Api:
    """Calls with one API key. `sleep` waits so many seconds."""

    def __init__(self, gateway: str, api_key: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self.gateway, self.api_key = gateway, api_key
        self._sleep = sleep
        self._http = httpx.Client(base_url=gateway, headers={"X-API-Key": api_key}, timeout=60.0)

    def __enter__(self) -> Api:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def once(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """One call; `if_match=` is sent as If-Match. Raises httpx.TransportError."""
        sent = {name.replace("_", "-").title(): value for name, value in headers.items()}
        return self._http.request(method, path, json=body, headers=sent)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """A call that is made again whenever the platform asks for it by Retry-After, for half a minute."""
        end = time.monotonic() + LONGEST_WAIT
        while True:
            answer = self.once(method, path, body, **headers)
            wait = answer.headers.get("retry-after")
            if wait is None or answer.is_success or time.monotonic() + float(wait) > end:
                return answer
            self._sleep(float(wait))

    def items(self, path: str, **query: str) -> list[dict[str, Any]]:
        """All items of a list, page by page. Raises httpx.HTTPStatusError."""
        found: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            asked = httpx.QueryParams({**query, "limit": "200"} | ({"cursor": cursor} if cursor else {}))
            page = self.call("GET", f"{path}?{asked}").raise_for_status().json()
            found += page["items"]
            cursor = page["next_cursor"]
        return found

    def until(self, look: Callable[[], bool], within: float) -> float | None:
        """Seconds until `look` came true, or None where it did not `within` so many."""
        began = time.monotonic()
        while not look():
            if time.monotonic() - began > within:
                return None
            self._sleep(_LOOK_AGAIN)
        return time.monotonic() - began


def told(answer: httpx.Response) -> str:
    """An answer in a few words: the status, and of a problem its code and its detail."""
    if answer.is_success:
        return str(answer.status_code)
    try:
        problem = answer.json()
    except ValueError:
        return f"{answer.status_code} {answer.text[:80]}"
    return f"{answer.status_code} {problem.get('code', '')}: {problem.get('detail', '')}"
