"""Idempotency-Key: the same key and body answer the same bytes, and the effect happens once.

After draft-ietf-httpapi-idempotency-key-header-07 and Stripe. A record is claimed before the work under a lease, which
its owner renews while it works, and finished in the same Firestore commit as the work's effects, on condition that the
claim still stands: an owner that outlived its lease finds its commit refused. Failures release the claim, so that
nothing of theirs is remembered. What a crash leaves claimed is free again after one lease.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from shared_layer.core import clock
from shared_layer.core.errors import IdempotencyKeyReused, InvalidRequest, RequestInFlight
from shared_layer.core.logs import log
from shared_layer.front_door.answer import Answer
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

KEPT: Final = timedelta(hours=24)
KEY_LENGTH: Final = 255
LEASE: Final = timedelta(seconds=15)
"""Renewed at each third: what is left when the work is done is enough for the longest commit (10 s)."""

REPLAYED: Final = (b"idempotency-replayed", b"true")


@dataclass(slots=True)
class Claim:
    """A running request's hold on its record: whoever finds the record written since `update_time` has lost it."""

    reference: AsyncDocumentReference
    update_time: Any
    seal: bytes | None

    @asynccontextmanager
    async def renewed(self) -> AsyncIterator[None]:
        """Renew the lease for as long as the context lasts; afterwards nothing writes the record any more."""
        ended = asyncio.Event()
        renewing = asyncio.create_task(self._renew(ended))
        try:
            yield
        finally:
            ended.set()
            await renewing

    def finish(self, unit: Unit, answer: Answer) -> None:
        """Stage the answer beside the work's own writes."""
        body = _seal(self.seal, answer.body) if self.seal is not None else answer.body
        headers = [f"{name.decode('latin-1')}: {value.decode('latin-1')}" for name, value in answer.headers]
        done = {"state": "done", "status": answer.status_code, "headers": headers, "body": body}
        unit.patch_unchanged(self.reference, done, self.update_time)

    async def release(self) -> None:
        """Forget the claim: the work came to nothing, and a retry may try anew."""
        from google.api_core.exceptions import FailedPrecondition, NotFound

        from shared_layer.storage.gcp_clients import firestore

        try:
            await self.reference.delete(option=firestore().write_option(last_update_time=self.update_time))
        except (FailedPrecondition, NotFound):
            return  # another owner took over after the lease: the record is theirs

    async def _renew(self, ended: asyncio.Event) -> None:
        from google.api_core.exceptions import GoogleAPIError

        from shared_layer.storage.gcp_clients import firestore

        third = LEASE.total_seconds() / 3
        while True:
            try:
                async with asyncio.timeout(third):
                    await ended.wait()
                return
            except TimeoutError:
                option = firestore().write_option(last_update_time=self.update_time)
            try:
                lease = {"lease_until": clock.utcnow() + LEASE}
                self.update_time = (await self.reference.update(lease, option=option, timeout=third)).update_time
            except GoogleAPIError as error:  # lost, or in doubt: the commit will tell
                log("WARNING", "idempotency_lease_not_renewed", str(error))
                return


def read_key(header: bytes) -> str:
    """The key of the header; a structured-field string may stand in quotes. Raises InvalidRequest."""
    key = header.decode("latin-1").strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not key or len(key) > KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise InvalidRequest(
            f"An Idempotency-Key has 1 to {KEY_LENGTH} printable ASCII characters. A UUID is a good one."
        )
    return key


@dataclass(frozen=True, slots=True)
class Asked:
    """A call under its key. `fingerprint` is its body's and query's; `seal` (the caller's own credential) encrypts
    answers that must not lie readable in the store.
    """

    tenant_id: str
    operation: str
    key: str
    fingerprint: str
    seal: bytes | None


def record_document(asked: Asked) -> AsyncDocumentReference:
    """`tenants/{tenant}/idempotency/{hash of operation and key}`."""
    name = hashlib.sha256(f"{asked.operation}\n{asked.key}".encode()).hexdigest()[:40]
    return tenant_document(asked.tenant_id, "idempotency", name)


async def recall(asked: Asked) -> Answer | None:
    """The answer of the same call, where it was done. Claims nothing."""
    found = (await record_document(asked).get()).to_dict()
    if found is None or found["expires_at"] <= clock.utcnow():
        return None
    if found["state"] != "done" or found["fingerprint"] != asked.fingerprint:
        return None
    return _replay(found, asked.seal)


async def claim(asked: Asked) -> Claim | Answer:
    """A claim on (tenant, operation, key), or the answer of the request that had it.

    Raises IdempotencyKeyReused where the key stands for another body, RequestInFlight while its owner is at work.
    """
    from google.api_core.exceptions import AlreadyExists, FailedPrecondition, NotFound

    from shared_layer.storage.gcp_clients import firestore

    reference = record_document(asked)
    moment = clock.utcnow()
    record = {
        "operation": asked.operation,
        "fingerprint": asked.fingerprint,
        "state": "running",
        "lease_until": moment + LEASE,
        "expires_at": moment + KEPT,
    }
    try:
        return Claim(reference, (await reference.create(record)).update_time, asked.seal)
    except AlreadyExists:
        snapshot = await reference.get()
    found = snapshot.to_dict()
    if found is None:
        raise RequestInFlight()
    if found["expires_at"] > moment:
        if found["fingerprint"] != asked.fingerprint:
            raise IdempotencyKeyReused()
        if found["state"] == "done":
            return _replay(found, asked.seal)
        if found["lease_until"] > moment:
            raise RequestInFlight()
    try:
        option = firestore().write_option(last_update_time=snapshot.update_time)
        return Claim(reference, (await reference.update(record, option=option)).update_time, asked.seal)
    except (FailedPrecondition, NotFound):
        raise RequestInFlight() from None


def _replay(found: dict[str, Any], seal: bytes | None) -> Answer:
    body = found["body"] if seal is None else _unseal(seal, found["body"])
    headers = []
    for line in found["headers"]:
        name, _, value = line.partition(": ")
        headers.append((name.encode("latin-1"), value.encode("latin-1")))
    return Answer(found["status"], [*headers, REPLAYED], body)


def _cipher(seal: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(hmac.new(seal, b"xynergy idempotent answer", hashlib.sha256).digest())


def _seal(seal: bytes, body: bytes) -> bytes:
    nonce = os.urandom(12)
    sealed: bytes = nonce + _cipher(seal).encrypt(nonce, body, None)
    return base64.b64encode(sealed)


def _unseal(seal: bytes, body: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag

    raw = base64.b64decode(body)
    try:
        opened: bytes = _cipher(seal).decrypt(raw[:12], raw[12:], None)
    except InvalidTag:
        raise InvalidRequest(
            "This Idempotency-Key was used with another API key. Retry with the same API key."
        ) from None
    return opened
