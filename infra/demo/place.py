"""Where the platform is that the demo plays on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from infra.local.refusal import Refusal

SLACK_SECRET: Final = "xynergy-slack-signing-secret"  # noqa: S105 (a name, not a secret)


@dataclass(frozen=True, slots=True)
class Place:
    """A gateway's base URL and the keys to it; a key that is not known is empty, and so is what Slack signs with."""

    gateway: str
    api_key: str
    operator_key: str
    slack_secret: str = ""


def place_of(data: Path) -> Place:
    """The platform that runs on a data folder. Raises Refusal, saying how to start one, where none does."""
    try:
        local = json.loads((data / "local.json").read_text(encoding="utf-8"))
        place = place_in(local)
    except (OSError, ValueError, KeyError, TypeError):
        raise Refusal(f"No platform was started on {data}; {_HOW}") from None
    return answering(place)


def place_in(local: dict[str, Any]) -> Place:
    """The place that a platform's local.json tells of. Raises KeyError."""
    secret = Path(local["environment"]["XYNERGY_API_KEYS_FILE"]).with_name(SLACK_SECRET)
    signs = secret.read_text(encoding="utf-8").split()[:1] if secret.is_file() else []
    return Place(local["gateway"], local["api_key"], local["operator_key"], "".join(signs))


def answering(place: Place) -> Place:
    """The place, once it is known that something answers there. Raises Refusal otherwise."""
    try:
        httpx.get(f"{place.gateway}/openapi.json", timeout=10).raise_for_status()
    except httpx.HTTPError:
        raise Refusal(f"Nothing answers at {place.gateway}; {_HOW}") from None
    return place


_HOW = "start one in another terminal with ./deploy.sh local, or let the demo bring its own: ./deploy.sh demo --own"
