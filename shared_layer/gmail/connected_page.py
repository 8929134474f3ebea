"""The two pages that end the connecting of a mailbox: the question, and that it is done."""

from __future__ import annotations

from html import escape
from typing import Final

from shared_layer.gmail.consent import Question

POLICY: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
_HEAD: Final = (
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<meta name=referrer content=no-referrer>"
)


def question_page(asked: Question) -> str:
    """Whether the tenant may read the mail."""
    name = escape(asked.tenant)
    who = "Everybody there" if asked.everybody else "You"
    return (
        f"{_HEAD}<title>Connect your mailbox?</title><h1>Connect your mailbox to {name}?</h1>"
        f"<p>{who} will be able to read its mail, and mail can be sent from it. Go on only if you asked for this.</p>"
        f'<form method=post action="{escape(asked.action)}"><button>Connect to {name}</button></form></html>'
    )


def connected_page(email: str) -> str:
    """That the mailbox is connected."""
    return (
        f"{_HEAD}<title>Connected</title><h1>{escape(email)} is connected</h1>"
        "<p>Its newest mail is being read. You can close this window.</p></html>"
    )
