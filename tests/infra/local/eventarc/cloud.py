"""A running local Eventarc, with a feed that a test writes to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx
from starlette.applications import Starlette

from infra.local.changes import Change
from infra.local.clock import SystemClock
from infra.local.eventarc import EventarcService
from infra.local.identity import Issuer

PARENT = "/v1/projects/p/locations/us-central1/triggers"


class Feed:
    """A change feed in memory, of the kind that Firestore and Storage keep on disk."""

    def __init__(self):
        self.changes: list[Change] = []
        self.forgotten = 0
        self.last = 0
        self._grown = asyncio.Event()

    def write(self, kind="created", path="tenants/t1/events/e1", data=b"\x0aevent", **attributes) -> str:
        self.last += 1
        attributes = {
            "id": f"id-{self.last}",
            "type": f"google.cloud.firestore.document.v1.{kind}",
            "source": "//firestore.googleapis.com/projects/p/databases/(default)",
            "subject": f"documents/{path}",
            "document": path,
            "database": "(default)",
            **attributes,
        }
        self.changes.append(Change(self.last, attributes, "application/protobuf", data))
        self._grown.set()
        return attributes["id"]

    def changes_after(self, position: int, limit: int) -> Sequence[Change]:
        return [change for change in self.changes if change.position > position][:limit]

    async def wait_beyond(self, position: int) -> None:
        while not self.changes_after(position, 1):
            self._grown.clear()
            await self._grown.wait()

    def forget(self, position: int) -> None:
        self.forgotten = position
        self.changes = [change for change in self.changes if change.position > position]


@dataclass
class Cloud:
    folder: object
    clock: object = field(default_factory=SystemClock)
    feed: Feed = field(default_factory=Feed)
    patterns: list = field(default_factory=list)

    async def start(self):
        self.issuer = Issuer(self.folder, self.clock)
        self.service = EventarcService(self.folder, self.issuer, [self.feed], self.patterns.append, self.clock)
        transport = httpx.ASGITransport(Starlette(routes=self.service.routes()))
        self.api = httpx.AsyncClient(transport=transport, base_url="http://eventarc")
        await self.service.start()
        return self

    async def stop(self):
        await self.api.aclose()
        await self.service.stop()

    async def restart(self):
        await self.stop()
        await self.start()

    async def trigger(self, uri, kind="written", document="tenants/{t}/events/{e}", name="relay", filters=None):
        filters = filters or [
            {"attribute": "type", "value": f"google.cloud.firestore.document.v1.{kind}"},
            {"attribute": "database", "value": "(default)"},
            {"attribute": "document", "value": document, "operator": "match-path-pattern"},
        ]
        body = {
            "eventFilters": filters,
            "destination": {"httpEndpoint": {"uri": uri}},
            "serviceAccount": "relay@p.iam.gserviceaccount.com",
        }
        return await self.api.post(PARENT, params={"triggerId": name}, json=body)
