"""Does a chain hold? Walks records and signed checkpoints, and names the first number that is wrong.

What it locates: an edit (the record's own hash), a deletion or a reordering (numbers and `prev_hash`), a rewritten tail
(a checkpoint's hash) and a truncation (the head, or a checkpoint beyond the last record).
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared_layer.core.models import Model
from shared_layer.governance.checkpoint import Checkpoint
from shared_layer.governance.record import FIRST_PREVIOUS, digest

StoredRecord = Mapping[str, Any]
"""A record exactly as it is stored: what was added to it, or changed in type, must not be lost in reading."""


class Verdict(Model):
    """What a verification found. `first_bad_seq` and `reason` are null where the chain holds."""

    intact: bool
    records: int
    last_seq: int
    last_hash: str
    checkpoints: int = 0
    first_bad_seq: int | None = None
    reason: str | None = None


@dataclass(slots=True)
class ChainWalk:
    """A walk along a chain, from the record after (`seq`, `last_hash`): each record is shown to `step` in order."""

    seq: int = 0
    last_hash: str = FIRST_PREVIOUS
    seen: int = 0
    bad_seq: int | None = None
    reason: str | None = None

    def step(self, record: StoredRecord, expected: str | None = None) -> bool:
        """Take the next record; `expected` is the hash that a checkpoint holds for it. False once the chain broke."""
        if self.bad_seq is not None:
            return False
        self.seen += 1
        wanted = self.seq + 1
        if record.get("seq") != wanted:
            return self.fail(wanted, f"number {wanted} is missing; {record.get('seq')} follows {self.seq}")
        if record.get("prev_hash") != self.last_hash:
            return self.fail(wanted, "it does not follow the record before it (prev_hash)")
        if _content_hash(record) != record.get("hash"):
            return self.fail(wanted, "it was changed: its content does not have its hash")
        if expected is not None and expected != record["hash"]:
            return self.fail(wanted, "it was rewritten: the signed checkpoint holds another hash")
        self.seq, self.last_hash = wanted, record["hash"]
        return True

    def fail(self, seq: int, reason: str) -> bool:
        """Note the first fault."""
        if self.bad_seq is None:
            self.bad_seq, self.reason = seq, reason
        return False

    def end(self, head: tuple[int, str] | None, checkpoints: Iterable[Checkpoint]) -> Verdict:
        """The verdict, after the last record; `head` is the store's own (seq, hash), where it is known."""
        known = list(checkpoints)
        farthest = max((each.seq for each in known), default=0)
        if farthest > self.seq:
            self.fail(self.seq + 1, f"it is missing: a signed checkpoint knows records up to {farthest}")
        if head is not None and head != (self.seq, self.last_hash):
            bad = self.seq + 1 if head[0] > self.seq else max(1, self.seq)
            self.fail(bad, f"the chain ends at {self.seq}, its head says {head[0]}")
        return Verdict(
            intact=self.bad_seq is None,
            records=self.seen,
            last_seq=self.seq,
            last_hash=self.last_hash,
            checkpoints=len(known),
            first_bad_seq=self.bad_seq,
            reason=self.reason,
        )


def verify_records(
    records: Iterable[StoredRecord], checkpoints: Iterable[Checkpoint] = (), head: tuple[int, str] | None = None
) -> Verdict:
    """The verdict on a whole chain that is at hand, in order of number; checkpoints are believed as they are."""
    known = list(checkpoints)
    hashes = _hashes(known)
    walk = ChainWalk()
    for record in records:
        if not walk.step(record, hashes.get(walk.seq + 1)):
            break
    return walk.end(head, known)


async def verify_stream(
    walk: ChainWalk, records: AsyncIterable[StoredRecord], checkpoints: list[Checkpoint], head: tuple[int, str] | None
) -> Verdict:
    """The same for records that are read while they are walked."""
    hashes = _hashes(checkpoints)
    async for record in records:
        if not walk.step(record, hashes.get(walk.seq + 1)):
            break
    return walk.end(head, checkpoints)


def _hashes(checkpoints: Iterable[Checkpoint]) -> Mapping[int, str]:
    return {each.seq: each.hash for each in checkpoints}


def _content_hash(record: StoredRecord) -> str | None:
    """The hash of everything but the hash; None for content that no record of ours can have."""
    from rfc8785 import CanonicalizationError

    try:
        return digest({name: value for name, value in record.items() if name != "hash"})
    except CanonicalizationError:
        return None
