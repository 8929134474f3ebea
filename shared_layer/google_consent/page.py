"""The two pages that end the connecting of an account: the question, and that it is done."""

from __future__ import annotations

from html import escape
from typing import Final

from shared_layer.google_consent.consent import Question

POLICY: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
_HEAD: Final = (
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<meta name=referrer content=no-referrer>"
)


def question_page(asked: Question, what: str, consequence: str) -> str:
    """Whether the tenant may have it: `what` is connected, and what follows from that."""
    name = escape(asked.tenant)
    return (
        f"{_HEAD}<title>Connect {escape(what)}?</title><h1>Connect {escape(what)} to {name}?</h1>"
        f"<p>{escape(consequence)} Go on only if you asked for this.</p>"
        f'<form method=post action="{escape(asked.action)}"><button>Connect to {name}</button></form></html>'
    )


def connected_page(what: str, consequence: str) -> str:
    """That it is connected."""
    return (
        f"{_HEAD}<title>Connected</title><h1>{escape(what)} is connected</h1>"
        f"<p>{escape(consequence)} You can close this window.</p></html>"
    )
