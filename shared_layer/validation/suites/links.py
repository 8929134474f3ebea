"""Where does it lead: links that cannot be followed, that are not encrypted, that are dead.

What is known of an address (see link.py) is said at once; what is not is checked afterwards, and said then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from shared_layer.validation.judge import Judge
from shared_layer.validation.link import LinkState, StoredLink, link_id
from shared_layer.validation.material import Link, Material

CHECKED_AT_MOST: Final = 200
_ELSEWHERE: Final = ("mailto:", "tel:")
_SAID: Final[dict[LinkState, tuple[str, str, str]]] = {
    "broken": (
        "links.broken",
        "This address is dead{how}, and was twice in a row.",
        "Correct it, or take the link out.",
    ),
    "blocked": (
        "links.blocked",
        "The server does not answer machines{how}: whether the page is there was not seen.",
        "Look at it in a browser.",
    ),
    "refused": ("links.refused", "This address is not on the public internet.", "Link to where visitors can come."),
}


def check(material: Material, judge: Judge) -> list[Link]:
    """Say which links cannot be right as they are written; answers those that can be fetched, up to 200."""
    found: list[Link] = []
    for link in material.links():
        url = link.url
        if (url.startswith(("#", "/", "?")) and len(url) > 1) or url.startswith(_ELSEWHERE):
            continue
        if not _is_whole(url):
            judge.say(
                "links.malformed",
                "This link leads nowhere." if url in ("", "#") else "This is no address that a browser can follow.",
                "Write a whole address, such as https://www.example.com/page.",
                span=link.span,
                excerpt=url[:120],
            )
            continue
        if url.startswith("http://"):
            reason, fix = "This link is not encrypted.", "Write https, where the site has it."
            judge.say("links.insecure", reason, fix, span=link.span, excerpt=url[:120])
        found.append(link)
    return found[:CHECKED_AT_MOST]


def tell(links: Sequence[Link], states: Mapping[str, StoredLink], judge: Judge) -> None:
    """Say what the addresses answered."""
    for link in links:
        state = states.get(link_id(link.url))
        if state is None or state.state not in _SAID:
            continue
        rule, reason, fix = _SAID[state.state]
        how = (
            f" (it answers {state.http_status})" if state.http_status else f" ({state.detail})" if state.detail else ""
        )
        judge.say(rule, reason.format(how=how), fix, span=link.span, excerpt=link.url[:120])


def _is_whole(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and "." in (parts.hostname or "") and not any(map(str.isspace, url))
    except ValueError:
        return False
