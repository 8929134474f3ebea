"""The client for URLs that the platform did not choose itself: research sources, audited pages, webhooks.

Against server-side request forgery (CWE-918): a name is resolved once, every address that it has must be public, and
the connection goes to one of those very addresses, so that a second answer of the resolver (DNS rebinding) is never
asked for. Each redirect is a new target that passes all of it again. No proxy of the environment is used.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from shared_layer.core.context import current
from shared_layer.core.errors import DeadlineExceeded, FetchFailed, UrlRefused
from shared_layer.outbound.addresses import is_public
from shared_layer.outbound.exchange import Reply, exchange
from shared_layer.outbound.target import Target, follow, read_target

Resolve = Callable[[str, int], Awaitable[list[str]]]
PORTS: Final = frozenset({80, 443})
REDIRECTS: Final = (301, 302, 303, 307, 308)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_CREDENTIALS: Final = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})
_FRAMING: Final = frozenset({"host", "connection", "content-length", "transfer-encoding", "upgrade", "te", "expect"})
_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: where it came from in the end, its status, its headers (lower case) and its whole body."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


async def resolve(host: str, port: int) -> list[str]:
    """Every address of `host`, as the system's resolver answers."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Outbound:
    """Fetches public URLs.

    `seconds` is the time for one call with all its redirects, `limit` the bytes of an answer, `hops` how many
    redirects are followed. `trusted` are (host, port) pairs that may be anywhere: whoever constructs the client vouches
    for them; nothing outside the code can add one.
    """

    def __init__(
        self,
        *,
        seconds: float = 10.0,
        limit: int = 5 << 20,
        hops: int = 3,
        ports: frozenset[int] = PORTS,
        trusted: frozenset[tuple[str, int]] = frozenset(),
        resolve: Resolve = resolve,
    ) -> None:
        self._seconds, self._limit, self._hops = seconds, limit, hops
        self._ports, self._trusted, self._resolve = ports, trusted, resolve

    async def fetch(
        self, url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, content: bytes = b""
    ) -> Fetched:
        """The answer of `url`; of GET and HEAD after its redirects, without credentials on another origin.

        Raises UrlRefused for what is not fetched, FetchFailed for what did not answer, DeadlineExceeded.
        """
        context = current()
        seconds = min(self._seconds, context.remaining()) if context else self._seconds
        target = read_target(url)
        sent = _checked(method, headers or {})
        try:
            async with asyncio.timeout(seconds):
                for _ in range(self._hops + 1):
                    reply = await self._once(target, method, sent, content)
                    location = reply.headers.get("location")
                    if method not in ("GET", "HEAD") or reply.status not in REDIRECTS or location is None:
                        return Fetched(target.url, reply.status, reply.headers, reply.body)
                    following = follow(target, location)
                    if following.origin != target.origin:
                        sent = {name: value for name, value in sent.items() if name not in _CREDENTIALS}
                    target = following
        except TimeoutError:
            raise DeadlineExceeded(f"The address did not answer whole within {seconds:g} s.") from None
        raise UrlRefused(f"More than {self._hops} redirects are not followed.")

    async def _once(self, target: Target, method: str, headers: Mapping[str, str], content: bytes) -> Reply:
        addresses = await self._addresses(target)
        try:
            return await exchange(target, addresses[0], method, headers, content, self._limit)
        except OSError as error:
            raise FetchFailed(
                f"{target.host} cannot be reached: {error.strerror or 'the connection failed'}."
            ) from error

    async def _addresses(self, target: Target) -> list[str]:
        trusted = (target.host, target.port) in self._trusted
        if not trusted and target.port not in self._ports:
            raise UrlRefused(f"Port {target.port} is not fetched from.")
        try:
            addresses = await self._resolve(target.host, target.port)
        except (OSError, UnicodeError):
            addresses = []
        if not addresses:
            raise FetchFailed(f"{target.host} has no address.")
        if not trusted and not all(map(is_public, addresses)):
            raise UrlRefused(f"{target.host} is not a public address.")
        return addresses


def _checked(method: str, headers: Mapping[str, str]) -> dict[str, str]:
    """Headers as they are sent. Raises ValueError for what would break the request's framing."""
    if method not in _METHODS:
        raise ValueError(f"method {method!r} is not sent")
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value) or name.lower() in _FRAMING:
            raise ValueError(f"header {name!r} cannot be sent as given")
    return {name.lower(): value for name, value in headers.items()}
