"""The platform's own public API, called with the standard library: the supervisor imports nothing heavy."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers by lower-case name, and the JSON body (an empty object where there is none)."""

    status: int
    headers: dict[str, str]
    body: dict[str, Any]


def call(gateway: str, method: str, path: str, key: str, body: dict[str, Any] | None = None, **headers: str) -> Answer:
    """One call with an API key. Raises OSError where nothing answers; `if_match=` is sent as If-Match."""
    sent = {"X-API-Key": key, "Content-Type": "application/json", "Accept": "application/json"}
    sent |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    connection = http.client.HTTPConnection(urlsplit(gateway).netloc, timeout=_TIMEOUT)
    try:
        connection.request(method, path, None if body is None else json.dumps(body), sent)
        response = connection.getresponse()
        text = response.read()
    except http.client.HTTPException as error:
        raise ConnectionError(f"{method} {path}: {error}") from error
    finally:
        connection.close()
    return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, _object(text))


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {"detail": text.decode(errors="replace")}
    return found if isinstance(found, dict) else {}
