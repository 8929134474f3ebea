"""Events published once more, for one subscriber: everyone else who hears of them acknowledges and does nothing.

The subscriber is named in an attribute; its inbox is asked before it works, so that what it has had is not done again.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared_layer.core.services import SERVICES
from shared_layer.messaging.envelope import Envelope
from shared_layer.storage.gcp_clients import publisher
from shared_layer.storage.topics import topic_path

REPLAY_FOR: Final = "replay_for"
DEAD_LETTER: Final = "dead_letter"
MESSAGES_AT_ONCE: Final = 100
BYTES_AT_ONCE: Final = 4 << 20  # a publish request may have 10 MB, an event at most 1 MiB


@dataclass(frozen=True, slots=True)
class Redelivery:
    """An event for `handler` alone; `letter` is the id of the dead letter that it settles, where it settles one."""

    event: Envelope
    handler: str
    letter: str = ""

    def attributes(self) -> dict[str, str]:
        """The event's own attributes, and for whom it comes again."""
        settles = {DEAD_LETTER: self.letter} if self.letter else {}
        return self.event.attributes() | {REPLAY_FOR: self.handler} | settles


def first_hand(attributes: Mapping[str, str]) -> dict[str, str]:
    """The attributes of the event itself, without those of a redelivery."""
    return {name: value for name, value in attributes.items() if name not in (REPLAY_FOR, DEAD_LETTER)}


async def redeliver(redeliveries: Sequence[Redelivery]) -> None:
    """Publish each to the topic of its event's service."""
    by_topic: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for redelivery in redeliveries:
        message = {"data": redelivery.event.model_dump_json().encode(), "attributes": redelivery.attributes()}
        by_topic[topic_path(f"{redelivery.event.source_service}-events")].append(message)
    for topic, messages in by_topic.items():
        for batch in _batches(messages):
            await publisher().publish(topic=topic, messages=batch)


def _batches(messages: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    batches: list[list[dict[str, Any]]] = [[]]
    size = 0
    for message in messages:
        data = message["data"]
        if batches[-1] and (size + len(data) > BYTES_AT_ONCE or len(batches[-1]) >= MESSAGES_AT_ONCE):
            batches.append([])
            size = 0
        batches[-1].append(message)
        size += len(data)
    return batches


async def services_heard_by(handler: str) -> list[str]:
    """The services whose events the handler subscribes to: its subscriptions are named `{handler}.{topic}`."""
    prefix = handler.replace("_", "-") + "."

    async def heard(topic: str) -> bool:
        found = await publisher().list_topic_subscriptions(topic=topic_path(topic))
        return any([name.rpartition("/")[2].startswith(prefix) async for name in found])

    services = sorted(SERVICES.values(), key=lambda service: service.name)
    answers = await asyncio.gather(*[heard(service.topic) for service in services])
    return [service.name for service, hears in zip(services, answers, strict=True) if hears]
