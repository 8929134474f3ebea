"""What one subscription has not had acknowledged: waiting, under a lease, or resting before its next attempt."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from infra.local.delivery import Alarm, Alarms
from infra.local.pubsub.errors import InvalidArgument
from infra.local.pubsub.queue import Entry, Queue
from infra.local.pubsub.settings import Settings
from infra.local.pubsub.store import Pending, Store


@dataclass(slots=True, eq=False)
class Lease:
    """One delivery under way. `attempt` counts from 1; `on_end` hears when it is over, however it ended.

    `reached` turns false where nobody was there to deliver to.
    """

    ack_id: str
    entry: Entry
    attempt: int
    body: bytes
    alarm: Alarm | None
    on_end: Callable[[Lease], None] | None
    reached: bool = True


class Backlog:
    """The unacknowledged messages of a subscription and their leases.

    `forward` moves a message that failed too often to the dead-letter topic; it answers False if it cannot.
    """

    def __init__(
        self, holder: int, settings: Settings, store: Store, alarms: Alarms, forward: Callable[[Entry], bool]
    ) -> None:
        self.settings = settings
        self._holder = holder
        self._store = store
        self._alarms = alarms
        self._forward = forward
        self._queue = Queue()
        self._entries: dict[int, Entry] = {}
        self._serial = itertools.count(secrets.randbits(48))
        self._listeners: set[Callable[[], None]] = set()

    def __len__(self) -> int:
        return len(self._entries)

    def listen(self, listener: Callable[[], None]) -> None:
        """Have `listener` called whenever there may be something to take."""
        self._listeners.add(listener)

    def unlisten(self, listener: Callable[[], None]) -> None:
        self._listeners.discard(listener)

    def add(self, message: int, ordering_key: str) -> None:
        """A message was published to this subscription."""
        self._enter(Pending(message, ordering_key, 0))
        self._wake()

    def load(self, pending: Iterable[Pending]) -> None:
        """Start over with what the store has: after a start, or a seek. Leases that were out are void."""
        for entry in list(self._entries.values()):
            self._forget(entry)
        for message in pending:
            self._enter(message)
        self._wake()

    def take(self, limit: int, deadline: float | None, on_end: Callable[[Lease], None] | None = None) -> list[Lease]:
        """Hand out up to `limit` messages, each to be acknowledged within `deadline` seconds (None: no limit here).

        More than one message of an ordering key is handed out only together, in order.
        """
        leases: list[Lease] = []
        previous: Entry | None = None
        while len(leases) < limit:
            entry = (previous and self._queue.take_following(previous)) or self._queue.take()
            if entry is None:
                break
            lease = self._lease(entry, deadline, on_end)
            if lease is not None:
                leases.append(lease)
                previous = entry
        return leases

    def acknowledge(self, ack_ids: Iterable[str]) -> None:
        """The messages are done. A late acknowledgement counts too, as long as the message is still here."""
        entries = [self._entries[message] for message in map(message_of, ack_ids) if message in self._entries]
        self.remove(dict.fromkeys(entries))

    def remove(self, entries: Iterable[Entry]) -> None:
        """Acknowledge these entries."""
        entries = list(entries)
        if entries:
            messages = [entry.message for entry in entries]
            self._store.acknowledge(self._holder, messages, retain=self.settings.retain_acknowledged)
            self.drop(messages)

    def drop(self, messages: Iterable[int]) -> None:
        """Forget messages that the store has let go of."""
        for message in messages:
            entry = self._entries.get(message)
            if entry is not None:
                self._forget(entry)
        self._wake()

    def modify(self, ack_ids: Iterable[str], deadline: float) -> None:
        """Give live leases `deadline` more seconds from now; 0 refuses the message. Ended leases are left alone."""
        for ack_id in ack_ids:
            entry = self._entries.get(message_of(ack_id))
            lease: Lease | None = entry.lease if entry else None
            if lease is None or lease.ack_id != ack_id:
                continue
            if deadline <= 0:
                self.fail(lease)
                continue
            if lease.alarm is not None:
                lease.alarm.cancel()
            lease.alarm = self._alarms.after(deadline, lambda lease=lease: self.fail(lease))  # type: ignore[misc]

    def fail(self, lease: Lease) -> None:
        """The delivery was refused or not acknowledged in time: dead-letter the message, or try again later.

        One that never reached its endpoint does not count. The cloud counts it, and begins again after 10 s; where the
        pauses begin at a fraction of a second, a platform that starts anew would bury what it finds.
        """
        entry = lease.entry
        if entry.lease is not lease:
            return
        _end(lease)
        if lease.reached:
            entry.failures += 1
            self._store.count_failure(self._holder, entry.message)
        for behind in self._queue.out_behind(entry):
            _end(behind.lease)
            self._queue.give_back(behind)
        if lease.reached and 0 < self.settings.max_attempts <= entry.failures and self._forward(entry):
            self.drop([entry.message])
            return
        self._queue.rest(entry)
        self._alarms.after(self.settings.backoff.delay(max(1, entry.failures)), lambda: self._retry(entry))

    def _retry(self, entry: Entry) -> None:
        if not entry.gone:
            self._queue.add(entry)
            self._wake()

    def _enter(self, pending: Pending) -> None:
        key = pending.ordering_key if self.settings.ordered else ""
        entry = Entry(pending.message, key, pending.failures)
        self._entries[pending.message] = entry
        self._queue.add(entry)

    def _forget(self, entry: Entry) -> None:
        entry.gone = True
        del self._entries[entry.message]
        if entry.lease is not None:
            _end(entry.lease)
        self._queue.settle(entry)

    def _lease(self, entry: Entry, deadline: float | None, on_end: Callable[[Lease], None] | None) -> Lease | None:
        body = self._store.body(entry.message)
        if body is None:
            self._forget(entry)
            return None
        ack_id = f"{self._holder:x}-{entry.message:x}-{next(self._serial):x}"
        lease = Lease(ack_id, entry, entry.failures + 1, body, None, on_end)
        if deadline is not None:
            lease.alarm = self._alarms.after(deadline, lambda: self.fail(lease))
        entry.lease = lease
        return lease

    def _wake(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def message_of(ack_id: str) -> int:
    """The message that an ack id stands for."""
    parts = ack_id.split("-")
    try:
        _, message, _ = (int(part, 16) for part in parts)
    except ValueError:
        raise InvalidArgument(f"Invalid ack id: {ack_id!r}.") from None
    return message


def _end(lease: Lease) -> None:
    lease.entry.lease = None
    if lease.alarm is not None:
        lease.alarm.cancel()
    if lease.on_end is not None:
        lease.on_end(lease)
