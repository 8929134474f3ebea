"""Connections to providers, kept open between calls, for each event loop and origin."""

from __future__ import annotations

import asyncio
import ssl
from functools import cache
from typing import Final
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from shared_layer.ai.providers.connection import Connection
from shared_layer.ai.providers.errors import Unreachable

IDLE_SECONDS: Final = 30.0
KEPT: Final = 64

Origin = tuple[str, str, int]
"""Scheme, host, port."""

_idle: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Origin, list[tuple[Connection, float]]]] = WeakKeyDictionary()


@cache
def origin_of(url: str) -> Origin:
    """The origin of a URL."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def idle_connection(origin: Origin) -> Connection | None:
    """The connection that was used last, still open and not idle for long."""
    loop = asyncio.get_running_loop()
    kept = _idle.get(loop, {}).get(origin)
    while kept:
        connection, since = kept.pop()
        if connection.reusable and loop.time() - since < IDLE_SECONDS:
            return connection
        connection.close()
    return None


async def new_connection(origin: Origin, seconds: float) -> Connection:
    """A connection made now. Raises Unreachable, or TimeoutError after `seconds`."""
    scheme, host, port = origin
    tls = _tls() if scheme == "https" else None
    try:
        async with asyncio.timeout(seconds):
            _, connection = await asyncio.get_running_loop().create_connection(Connection, host, port, ssl=tls)
    except TimeoutError:
        raise
    except OSError as error:
        raise Unreachable(error.strerror or str(error)) from error
    return connection


def give_back(origin: Origin, connection: Connection) -> None:
    """Keep a connection for the next call; whether it can serve one is seen then, when its last bytes have come."""
    loop = asyncio.get_running_loop()
    kept = _idle.setdefault(loop, {}).setdefault(origin, [])
    if len(kept) < KEPT:
        kept.append((connection, loop.time()))
    else:
        connection.close()


def close_connections() -> None:
    """Close what this event loop keeps."""
    for kept in _idle.pop(asyncio.get_running_loop(), {}).values():
        for connection, _ in kept:
            connection.close()


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
