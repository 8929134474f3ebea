"""Slack's text markup: what must be escaped on the way in, and what a message says in plain words.

https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_MARKED: Final = re.compile(r"<([^<>]*)>")
_NO_NAMES: Final[Mapping[str, str]] = {}


def escaped(text: str) -> str:
    """A caller's text as Slack shows it letter by letter: nobody is called by `<!channel>`, no link hides its aim."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_text(text: str, names: Mapping[str, str] = _NO_NAMES) -> str:
    """What a message says: mentions as @name (`names` by user id), channels as #name, links as label and address."""
    told = _MARKED.sub(lambda found: _spoken(found[1], names), text)
    return told.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _spoken(marked: str, names: Mapping[str, str]) -> str:
    aim, _, label = marked.partition("|")
    match aim[:1]:
        case "@":
            return f"@{names.get(aim[1:]) or label or aim[1:]}"
        case "#":
            return f"#{label or aim[1:]}"
        case "!":
            return f"@{label or aim[1:].partition('^')[0]}"
    address = aim.removeprefix("mailto:")
    return f"{label} ({address})" if label and label != address else address


def mentions(text: str) -> list[str]:
    """The ids of the people that a text names."""
    return [found[1:].partition("|")[0] for found in _MARKED.findall(text) if found.startswith("@")]
