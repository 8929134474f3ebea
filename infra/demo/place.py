"""Where the platform is that the demo plays on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import httpx

from infra.local.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Place:
    """A gateway's base URL and the keys to it; a key that is not known is empty."""

    gateway: str
    api_key: str
    operator_key: str


def place_of(data: Path) -> Place:
    """The platform that runs on a data folder. Raises Refusal, saying how to start one, where none does."""
    try:
        local = json.loads((data / "local.json").read_text(encoding="utf-8"))
        place = Place(local["gateway"], local["api_key"], local["operator_key"])
    except (OSError, ValueError, KeyError, TypeError):
        raise Refusal(f"No platform was started on {data}; {_HOW}") from None
    return answering(place)


def answering(place: Place) -> Place:
    """The place, once it is known that something answers there. Raises Refusal otherwise."""
    try:
        httpx.get(f"{place.gateway}/openapi.json", timeout=10).raise_for_status()
    except httpx.HTTPError:
        raise Refusal(f"Nothing answers at {place.gateway}; {_HOW}") from None
    return place


_HOW = "start one in another terminal with ./deploy.sh local, or let the demo bring its own: ./deploy.sh demo --own"
