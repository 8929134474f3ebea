"""Which state a request reads: the latest, a transaction's, or that of a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from infra.local.clock import Clock
from infra.local.firestore.errors import FailedPrecondition, Unimplemented
from infra.local.firestore.execution import run_query
from infra.local.firestore.query import Query
from infra.local.firestore.reader import Reader
from infra.local.firestore.rows import Row
from infra.local.firestore.store import Store
from infra.local.firestore.transactions import Transaction, Transactions
from infra.local.firestore.wire import Timestamp, microseconds

_HISTORY_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class View:
    """What one request sees. `begun` is the id of a transaction that the request itself opened, or empty."""

    reader: Reader
    read_time: int
    begun: bytes
    transaction: Transaction | None
    transactions: Transactions

    async def lock(self, names: Iterable[str]) -> bool:
        """Lock documents about to be read, where the transaction may write; whether others were waited for."""
        if self.transaction is None or self.transaction.snapshot is not None:
            return False
        return await self.transactions.lock(self.transaction, names)

    async def run(self, query: Query) -> list[Row]:
        """The results of `query`; in a transaction locked, and asked for again at the commit."""

        def answer() -> list[bytes]:
            return [row.body for row in run_query(self.reader, query)]

        rows = list(run_query(self.reader, query))
        # Whoever was waited for may have changed what the query finds.
        while await self.lock(row.name for row in rows):
            rows = list(run_query(self.reader, query))
        self.ask(answer)
        return rows

    def ask(self, question: Callable[[], object]) -> None:
        """Have the commit fail, in a transaction that may write, if `question` has another answer then."""
        if self.transaction is not None and self.transaction.snapshot is None:
            self.transactions.ask(self.transaction, question)


class Consistency:
    """Reads a request's consistency selector."""

    def __init__(self, store: Store, transactions: Transactions, clock: Clock) -> None:
        self._store = store
        self._transactions = transactions
        self._clock = clock

    async def view(self, request: Any, database: str) -> View:
        """The view that `request` asks for in its `transaction`, `new_transaction` or `read_time`."""
        selected = _selector(request)
        if selected == "transaction" and request.transaction:
            return self._within(self._transactions.find(request.transaction, database), b"")
        if selected == "new_transaction":
            opened = self.begin(database, request.new_transaction)
            return self._within(opened, opened.id)
        if selected == "read_time":
            self._check_read_time(request.read_time)
        return View(self._store.latest, self._store.read_time(), b"", None, self._transactions)

    def begin(self, database: str, options: Any) -> Transaction:
        """Open the transaction that `options` describe; read-write unless they say otherwise."""
        if options.WhichOneof("mode") == "read_only":
            if options.read_only.HasField("read_time"):
                self._check_read_time(options.read_only.read_time)
            return self._transactions.begin(database, read_only=True)
        return self._transactions.begin(database, read_only=False, retried=options.read_write.retry_transaction)

    def _within(self, transaction: Transaction, begun: bytes) -> View:
        if transaction.snapshot is not None:
            return View(transaction.snapshot, transaction.read_time, begun, transaction, self._transactions)
        return View(self._store.latest, self._store.read_time(), begun, transaction, self._transactions)

    def _check_read_time(self, read_time: Timestamp) -> None:
        """Let those times pass at which the state was what it is now: no other is kept."""
        moment = microseconds(read_time)
        now = self._clock.now()
        if moment < (now - _HISTORY_SECONDS) * 1_000_000:
            raise FailedPrecondition("The requested 'read_time' is too old.")
        if moment < self._store.last_commit:
            raise Unimplemented("The local Firestore keeps no past versions: 'read_time' lies before the last commit.")


def _selector(request: Any) -> str | None:
    if "consistency_selector" in request.DESCRIPTOR.oneofs_by_name:
        selected: str | None = request.WhichOneof("consistency_selector")
        return selected
    return None
