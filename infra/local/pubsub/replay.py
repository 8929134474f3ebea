"""Snapshots and seeks: delivering again what was acknowledged, or letting go of what was not."""

from __future__ import annotations

from typing import Any

import grpc

from infra.local.pubsub.broker import Broker, LiveSnapshot, LiveSubscription
from infra.local.pubsub.errors import AlreadyExists, FailedPrecondition, InvalidArgument
from infra.local.pubsub.masks import apply_mask
from infra.local.pubsub.names import check, project_of
from infra.local.pubsub.paging import page
from infra.local.pubsub.rpc import unary
from infra.local.pubsub.wire import Snapshot, message_class, seconds, timestamp

_ListSnapshots = message_class("ListSnapshotsResponse")
_SeekResponse = message_class("SeekResponse")

_WEEK = 7 * 24 * 3600
_SHORTEST_LIFE = 3600


class Replay:
    """The part of Subscriber that turns back time."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def methods(self) -> dict[str, grpc.RpcMethodHandler]:
        return {
            "CreateSnapshot": unary(self.create, "CreateSnapshotRequest"),
            "GetSnapshot": unary(self.get, "GetSnapshotRequest"),
            "ListSnapshots": unary(self.list, "ListSnapshotsRequest"),
            "UpdateSnapshot": unary(self.update, "UpdateSnapshotRequest"),
            "DeleteSnapshot": unary(self.delete, "DeleteSnapshotRequest"),
            "Seek": unary(self.seek, "SeekRequest"),
        }

    async def create(self, request: Any, _context: grpc.aio.ServicerContext) -> Any:
        live = self._broker.subscription(check(request.subscription, "subscriptions"))
        if check(request.name, "snapshots") in self._broker.snapshots:
            raise AlreadyExists(request.name)
        # A snapshot lives until its oldest unacknowledged message is a week old.
        now = self._broker.alarms.clock.now()
        expires = (self._broker.store.oldest_pending(live.holder) or now) + _WEEK
        if expires - now < _SHORTEST_LIFE:
            raise FailedPrecondition("The snapshot would expire within an hour: its oldest message is too old.")
        body = Snapshot(name=request.name, topic=live.body.topic, labels=dict(request.labels))
        body.expire_time.CopyFrom(timestamp(expires))
        holder = self._broker.store.save("snapshots", body.name, body.SerializeToString())
        self._broker.store.copy_pending(live.holder, holder)
        self._broker.snapshots[body.name] = LiveSnapshot(holder, body)
        return body

    async def get(self, request: Any, _context: grpc.aio.ServicerContext) -> Any:
        return self._broker.snapshot(check(request.snapshot, "snapshots")).body

    async def list(self, request: Any, _context: grpc.aio.ServicerContext) -> Any:
        prefix = f"projects/{project_of(request.project)}/"
        names = [name for name in self._broker.snapshots if name.startswith(prefix)]
        found, following = page(names, request.page_size, request.page_token)
        bodies = [self._broker.snapshots[name].body for name in found]
        return _ListSnapshots(snapshots=bodies, next_page_token=following)

    async def update(self, request: Any, _context: grpc.aio.ServicerContext) -> Any:
        live = self._broker.snapshot(check(request.snapshot.name, "snapshots"))
        live.body = apply_mask(live.body, request.snapshot, request.update_mask.paths, fixed=("name", "topic"))
        self._broker.store.save("snapshots", live.body.name, live.body.SerializeToString())
        return live.body

    async def delete(self, request: Any, _context: grpc.aio.ServicerContext) -> None:
        live = self._broker.snapshot(check(request.snapshot, "snapshots"))
        self._broker.store.remove(live.holder)
        del self._broker.snapshots[request.snapshot]

    async def seek(self, request: Any, _context: grpc.aio.ServicerContext) -> Any:
        live = self._broker.subscription(check(request.subscription, "subscriptions"))
        if request.HasField("time"):
            self._seek_time(live, seconds(request.time))
        elif request.snapshot:
            self._seek_snapshot(live, self._broker.snapshot(check(request.snapshot, "snapshots")))
        else:
            raise InvalidArgument("A seek needs a time or a snapshot.")
        return _SeekResponse()

    def _seek_time(self, live: LiveSubscription, moment: float) -> None:
        candidates = dict(self._broker.store.held_since(live.holder, moment))
        topic = self._broker.topics.get(live.body.topic)
        if topic is not None and topic.retains:
            candidates |= dict(self._broker.store.held_since(topic.holder, moment))
        self._broker.seek(live, sorted(candidates.items()))

    def _seek_snapshot(self, live: LiveSubscription, snapshot: LiveSnapshot) -> None:
        if snapshot.body.topic != live.body.topic:
            raise InvalidArgument("The snapshot is of another topic than the subscription.")
        self._broker.seek(live, sorted(self._broker.store.held_since(snapshot.holder, 0)))
