"""Where a URL leads, read once and strictly, so that no second reader can understand it otherwise."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

from shared_layer.core.errors import UrlRefused

URL_LIMIT: Final = 4096
DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f-\xa0\\\ufeff]")
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\.?|[0-9a-f:.]{2,45}")


@dataclass(frozen=True, slots=True)
class Target:
    """`host` in lower case (an IPv6 address without brackets), `path` with the query, both ASCII."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """What a credential may be sent to."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL as it is called."""
        return f"{self.scheme}://{self.authority}{self.path}"


def read_target(url: str) -> Target:
    """The target of an absolute http(s) URL. Raises UrlRefused, also for credentials and characters that mislead."""
    if len(url) > URL_LIMIT or _UNSAFE.search(url):
        raise UrlRefused(f"A URL has at most {URL_LIMIT} characters, and neither spaces, controls nor backslashes.")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
    except (ValueError, UnicodeError):
        raise UrlRefused("The URL cannot be read.") from None
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise UrlRefused("Only http and https are fetched.")
    if "@" in parts.netloc:
        raise UrlRefused("A URL with credentials in it is not fetched.")
    if not _HOST.fullmatch(host):
        raise UrlRefused("The URL names no host.")
    path = _ascii(parts.path or "/") + (f"?{_ascii(parts.query)}" if parts.query else "")
    return Target(scheme, host.rstrip("."), DEFAULT_PORTS[scheme] if port is None else port, path)


def follow(target: Target, location: str) -> Target:
    """Where a redirect of `target` leads. Raises UrlRefused, also from https back to http."""
    following = read_target(urljoin(target.url, location))
    if target.scheme == "https" and following.scheme == "http":
        raise UrlRefused("A redirect from https to http is not followed.")
    return following


def _ascii(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="/%:@!$&'()*+,;=-._~?[]|^")
