"""The page that ends the connecting of a mailbox."""

from __future__ import annotations

from html import escape
from typing import Final

POLICY: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def page(email: str) -> str:
    """That the mailbox is connected."""
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>Connected</title><h1>{escape(email)} is connected</h1>"
        "<p>Its newest mail is being read. You can close this window.</p></html>"
    )
