"""Transactions: serialisable by locks on the documents they read, and by asking their queries again at the commit.

Limits: https://firebase.google.com/docs/firestore/quotas (270 s in all, 60 s idle), and 20 s of waiting for a lock.
"""

from __future__ import annotations

import secrets
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from infra.local.clock import Clock
from infra.local.firestore.errors import Aborted, InvalidArgument
from infra.local.firestore.locks import Locks, Owner
from infra.local.firestore.reader import Reader
from infra.local.firestore.store import Store

LONGEST_SECONDS = 270.0
IDLE_SECONDS = 60.0
LOCK_WAIT_SECONDS = 20.0

# A transaction's id: which life of the server gave it, its number, and the number of its first attempt.
_ID = struct.Struct(">8sQQ")


@dataclass(eq=False, slots=True)
class Transaction:
    """One open transaction. `snapshot` is set if it only reads, as of `read_time`; otherwise it locks what it reads."""

    id: bytes
    database: str
    begun: float
    used: float
    snapshot: Reader | None
    read_time: int
    owner: Owner
    waiting_since: float | None = None
    asked: list[tuple[Callable[[], object], object, int]] = field(default_factory=list)


class Transactions:
    """All open transactions, and the locks they hold."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._locks = Locks()
        self._life = secrets.token_bytes(8)
        self._count = 0
        self._open: dict[bytes, Transaction] = {}
        self._commits: set[Transaction] = set()

    def begin(self, database: str, read_only: bool, retried: bytes = b"") -> Transaction:
        """Open a transaction. One that retries another keeps its seniority, so as not to be evicted time and again."""
        self._count += 1
        seniority = self._count
        # The retried one is left open: Python's client, used from several threads, may name one that is in use.
        if len(retried) == _ID.size and retried[:8] == self._life:
            seniority = _ID.unpack(retried)[2]
        now = self._clock.now()
        transaction = Transaction(
            id=_ID.pack(self._life, self._count, seniority),
            database=database,
            begun=now,
            used=now,
            snapshot=self._store.snapshot() if read_only else None,
            read_time=self._store.read_time(),
            owner=Owner(seniority),
        )
        self._open[transaction.id] = transaction
        return transaction

    def find(self, transaction_id: bytes, database: str) -> Transaction:
        """The open transaction of that id, marked as used now."""
        self._check_known(transaction_id)
        transaction = self._open.get(transaction_id)
        if transaction is None:
            raise InvalidArgument("The referenced transaction has expired or is no longer valid.")
        if transaction.database != database:
            raise InvalidArgument("The referenced transaction belongs to another database.")
        transaction.used = self._clock.now()
        return transaction

    def end(self, transaction_id: bytes) -> None:
        """Close a transaction, free what it holds; one that is closed already may be closed again."""
        transaction = self._open.pop(transaction_id, None)
        if transaction is not None:
            self._close(transaction)

    def roll_back(self, transaction_id: bytes) -> None:
        """Close a transaction that a client gives up; INVALID_ARGUMENT for an id that never was one."""
        if len(transaction_id) != _ID.size:
            raise InvalidArgument("Invalid transaction.")
        self.end(transaction_id)

    async def lock(self, transaction: Transaction, names: Iterable[str]) -> bool:
        """Lock documents for reading or writing; whether others were waited for.

        A transaction that lost its locks reads on without: its commit fails, where the client's retry loop sees it.
        """
        transaction.waiting_since = self._clock.now()
        try:
            return await self._locks.acquire(transaction.owner, names)
        finally:
            transaction.waiting_since = None
            transaction.used = self._clock.now()

    def ask(self, transaction: Transaction, question: Callable[[], object]) -> object:
        """Answer `question`, a query on the latest state, and remember to ask again at the commit."""
        answer = question()
        transaction.asked.append((question, answer, self._store.last_commit))
        return answer

    async def prepare(self, transaction: Transaction, names: Iterable[str]) -> None:
        """Lock what the transaction writes; ABORTED if it lost a lock or a query of its own has another answer now."""
        await self.lock(transaction, names)
        if transaction.owner.evicted:
            raise Aborted("Transaction lock timeout.")
        for question, answer, seen_at in transaction.asked:
            if seen_at != self._store.last_commit and question() != answer:
                raise Aborted("The result of a query in the transaction has changed. Please try again.")

    async def prepare_alone(self, database: str, names: Iterable[str]) -> Transaction:
        """The locks for a commit outside any transaction: senior to all, so that only its patience can run out."""
        now = self._clock.now()
        alone = Transaction(b"", database, now, now, None, 0, Owner(seniority=0))
        self._commits.add(alone)
        try:
            await self.lock(alone, names)
            if alone.owner.evicted:
                raise Aborted("Too much contention on these documents. Please try again.")
        except BaseException:
            self.finish_alone(alone)
            raise
        return alone

    def finish_alone(self, alone: Transaction) -> None:
        """Free the locks of `prepare_alone`."""
        self._commits.discard(alone)
        self._locks.release(alone.owner)

    def expire(self) -> None:
        """Close what was abandoned, and evict what has waited too long."""
        now = self._clock.now()
        for transaction in [*self._open.values(), *self._commits]:
            waiting = transaction.waiting_since
            if waiting is not None and now - waiting >= LOCK_WAIT_SECONDS:
                self._locks.evict(transaction.owner)
            elif waiting is None and transaction.id and self._is_over(transaction, now):
                self.end(transaction.id)

    def close(self) -> None:
        """Close every transaction."""
        for transaction_id in list(self._open):
            self.end(transaction_id)

    def _is_over(self, transaction: Transaction, now: float) -> bool:
        return now - transaction.begun >= LONGEST_SECONDS or now - transaction.used >= IDLE_SECONDS

    def _check_known(self, transaction_id: bytes) -> None:
        if len(transaction_id) != _ID.size:
            raise InvalidArgument("Invalid transaction.")
        if transaction_id[:8] != self._life:
            raise Aborted("The transaction did not survive a restart of the server. Please try again.")

    def _close(self, transaction: Transaction) -> None:
        self._locks.evict(transaction.owner)
        if transaction.snapshot is not None:
            transaction.snapshot.connection.close()
