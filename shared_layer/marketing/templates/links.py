"""The links of a mail: found, checked by their form, and exchanged for tracked ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_HREF: Final = re.compile(r'(<a\b[^>]*?\shref=")([^"]*)(")', re.IGNORECASE)
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?", re.IGNORECASE)
LONGEST: Final = 1500


def links_of(html: str) -> list[str]:
    """The addresses that a mail links to, each once, in their order. Only http and https count."""
    found = (unescape(match[2]) for match in _HREF.finditer(html))
    return [one for one in dict.fromkeys(found) if not one.startswith(("mailto:", "tel:", "#"))]


def fault_of(link: str) -> str | None:
    """What is wrong with the form of a link; None where nothing is."""
    if len(link) > LONGEST:
        return f"it has more than {LONGEST} characters"
    try:
        parts = urlsplit(link)
        _ = parts.port
    except ValueError:
        return "it is no address"
    if parts.scheme not in ("http", "https"):
        return "it begins neither with https:// nor with http://"
    if "@" in parts.netloc or not _HOST.fullmatch(parts.netloc) or "." not in parts.netloc.replace("localhost", "."):
        return "it names no host"
    return None


def with_utm(link: str, utm: dict[str, str]) -> str:
    """The link with tracking parameters; those that it has already stay."""
    parts = urlsplit(link)
    given = parse_qsl(parts.query, keep_blank_values=True)
    names = {name for name, _ in given}
    added = [(name, value) for name, value in utm.items() if name not in names]
    query = parts.query + ("&" if parts.query and added else "") + urlencode(added)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, parts.fragment))


def exchanged(html: str, other: Callable[[str], str]) -> str:
    """The mail with every http link exchanged for what `other` makes of it."""

    def exchange(match: re.Match[str]) -> str:
        link = unescape(match[2])
        if not link.startswith(("http://", "https://")):
            return match[0]
        return match[1] + escape(other(link), quote=True) + match[3]

    return _HREF.sub(exchange, html)
