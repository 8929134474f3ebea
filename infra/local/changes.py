"""What a local service tells Eventarc: its changes, in order, durable from the moment of the write that made them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Change:
    """One change, as the CloudEvent (binary mode) that Google would send for it.

    `attributes` holds the ce- attributes without their prefix (`id`, `type`, `source`, `subject`, `time`, …);
    `data` is the body as sent, of media type `content_type`.
    """

    position: int
    attributes: Mapping[str, str]
    content_type: str
    data: bytes


class ChangeFeed(Protocol):
    """A service's log of changes. Positions grow; a change stays until `forget` passes it, also over a kill -9."""

    def changes_after(self, position: int, limit: int) -> Sequence[Change]:
        """Up to `limit` changes behind `position`, oldest first."""

    async def wait_beyond(self, position: int) -> None:
        """Return as soon as a change behind `position` exists."""

    def forget(self, position: int) -> None:
        """Drop every change up to and including `position`: each trigger that wanted them has taken them over."""
