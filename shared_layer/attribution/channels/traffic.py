"""Where a visit came from: source, medium and campaign, as told, as tagged in the address, or as the referrer shows.

What is told outright wins over the tags of the landing address, those over click ids, those over the referrer. Only a
visit of which nothing is known is direct: a medium without a source has the source `(not set)`, and is not.
"""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit

from shared_layer.attribution.channels.known import assistant_of, category_of, engine_of, is_network
from shared_layer.core.models import Model

NOT_SET: Final = "(not set)"
MOST: Final = 300
"""Characters that are kept of one value."""

CLICK_IDS: Final = {
    "gclid": ("google", "cpc"),
    "gbraid": ("google", "cpc"),
    "wbraid": ("google", "cpc"),
    "dclid": ("google", "display"),
    "msclkid": ("bing", "cpc"),
}
"""What an ad system adds to its links by itself. `fbclid` is not among them: posts have it, too."""

_TAGS: Final = {
    "source": "utm_source",
    "medium": "utm_medium",
    "campaign": "utm_campaign",
    "term": "utm_term",
    "content": "utm_content",
}


class Traffic(Model):
    """Where a visit came from. Texts are trimmed to 300 characters; `(direct)`, `(none)` and `(not set)` are GA4's."""

    source: str
    medium: str
    campaign: str = NOT_SET
    term: str = ""
    content: str = ""
    referrer_host: str = ""
    landing_host: str = ""
    landing_path: str = ""


class Place(NamedTuple):
    """An address taken apart: host without `www.`, path, and its parameters by name in lower case."""

    host: str
    path: str
    parameters: dict[str, str]


def place_of(address: str | None) -> Place:
    """The parts of an address; all empty where there is none. Raises ValueError for what is none."""
    if not address:
        return Place("", "", {})
    parts: SplitResult = urlsplit(address if "//" in address else f"//{address}")
    host = (parts.hostname or "").rstrip(".").removeprefix("www.")
    found = {name.lower(): value.strip()[:MOST] for name, value in reversed(parse_qsl(parts.query)[:100])}
    return Place(host[:MOST], parts.path[:MOST], found)


def traffic_of(url: str | None = None, referrer: str | None = None, **told: str | None) -> Traffic:
    """Where a visit to `url` came from; `told` holds what is known outright: source, medium, campaign, term, content.

    Raises ValueError for an address that cannot be read.
    """
    landing, came_from = place_of(url), place_of(referrer)
    inside = came_from.host != "" and came_from.host == landing.host
    known = {name: told.get(name) or landing.parameters.get(tag) or "" for name, tag in _TAGS.items()}
    if not known["source"] and not known["medium"]:
        known |= _by_click(landing) or ({} if inside else _by_referrer(came_from))
    elif not known["source"] and known["medium"] in ("referral", "organic", "ai-assistant") and not inside:
        known["source"] = came_from.host
    return Traffic(
        **{name: value[:MOST] for name, value in _completed(known).items()},
        referrer_host="" if inside else came_from.host,
        landing_host=landing.host,
        landing_path=landing.path,
    )


def _by_click(landing: Place) -> dict[str, str] | None:
    for name, (source, medium) in CLICK_IDS.items():
        if landing.parameters.get(name):
            return {"source": source, "medium": medium}
    return None


def _by_referrer(place: Place) -> dict[str, str]:
    """What the referrer alone shows. A network that Google's list lacks is told by the medium `social`."""
    if not place.host:
        return {}
    if assistant_of(place.host):
        return {"source": place.host, "medium": "ai-assistant"}
    if engine := engine_of(place.host):
        words = next((place.parameters[name] for name in engine.parameters if place.parameters.get(name)), "")
        return {"source": engine.name, "medium": "organic"} | ({"term": words} if words else {})
    if category_of(place.host) is None and is_network(place.host):
        return {"source": place.host, "medium": "social"}
    return {"source": place.host, "medium": "referral"}


def _completed(known: dict[str, str]) -> dict[str, str]:
    """The same with GA4's words for what is missing. Assistants tag their links with a source alone."""
    if not known["source"] and not known["medium"]:
        return known | {"source": "(direct)", "medium": "(none)", "campaign": known["campaign"] or "(direct)"}
    if known["medium"] in ("", "referral") and assistant_of(known["source"].lower()):
        known = known | {"medium": "ai-assistant"}
    campaign = "(ai-assistant)" if known["medium"] == "ai-assistant" else NOT_SET
    return known | {
        "source": known["source"] or NOT_SET,
        "medium": known["medium"] or NOT_SET,
        "campaign": known["campaign"] or campaign,
    }
