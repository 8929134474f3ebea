"""The two pages of unsubscribing: the question, which changes nothing, and that it is done."""

from __future__ import annotations

from html import escape
from typing import Final

POLICY: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
_HEAD: Final = (
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<meta name=referrer content=no-referrer><meta name=robots content=noindex>"
)


def question_page(token: str) -> str:
    """Whether to unsubscribe; the button asks by POST what mail readers ask by RFC 8058."""
    return (
        f"{_HEAD}<title>Unsubscribe?</title><h1>No more of these mails?</h1>"
        f'<form method=post action="/u/{escape(token)}">'
        "<input type=hidden name=List-Unsubscribe value=One-Click><button>Unsubscribe</button></form></html>"
    )


def done_page() -> str:
    """That it is done."""
    return f"{_HEAD}<title>Unsubscribed</title><h1>You are unsubscribed</h1><p>You can close this window.</p></html>"
