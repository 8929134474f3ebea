"""Addresses of the web, as callers give them."""

from __future__ import annotations

from urllib.parse import urlsplit


def readable(url: str) -> bool:
    """Whether it is an address at all, whole or relative: `http://[` is none."""
    try:
        parts = urlsplit(url)
        _ = parts.hostname, parts.port
    except ValueError:
        return False
    return True


def checked(url: str) -> str:
    """The text, where it is an address: for a model's field. Raises ValueError."""
    if not readable(url):
        raise ValueError("write an address that has a host, such as https://www.example.com/offer")
    return url
