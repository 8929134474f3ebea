"""The full names of Pub/Sub topics."""

from __future__ import annotations

from typing import Final

from shared_layer.core.services import SERVICES
from shared_layer.core.settings import settings

EVENT_TOPICS: Final = tuple(sorted(service.topic for service in SERVICES.values()))
"""The topics of all services: who subscribes to these hears of everything."""


def topic_path(topic: str) -> str:
    """`projects/{project}/topics/{topic}`."""
    return f"projects/{settings().project}/topics/{topic}"
