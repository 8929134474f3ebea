"""From a key or a person's token to what it may do, remembered in the process: a request needs no Firestore read.

A remembered credential is trusted for 300 s, and only as long as its tenant's epoch in Redis stands where it stood
when it was read: whoever revokes a key or suspends a tenant advances the epoch, and every instance reads again.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from shared_layer.access import operators
from shared_layer.access.api_keys import StoredKey, key_id_of, key_reference
from shared_layer.access.last_use import note_use
from shared_layer.access.plans import PLANS, Plan
from shared_layer.access.user_tokens import is_token, verify_user
from shared_layer.core import clock
from shared_layer.core.errors import Unauthenticated
from shared_layer.core.logs import log
from shared_layer.core.scopes import SCOPES
from shared_layer.storage.gcp_clients import firestore
from shared_layer.storage.redis import RedisUnavailable, redis

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

TRUST_SECONDS: Final = 300.0
REMEMBERED: Final = 10_000
UNKNOWN_SECONDS: Final = 10.0
TENANT_ID: Final = re.compile("[a-z][a-z0-9-]{2,39}")
GOVERNED: Final = "governed"
"""The field of a tenant's document that is true from its first policy on."""


@dataclass(slots=True)
class Credential:
    """What a key or token opens: `ends_at` is when it stops (expiry, the end of its grace), `epoch` the tenant's.

    `role` is a person's; `governed` tells that the tenant has policies, which then count beside the scopes. In `rates`
    the gate keeps what it worked out for it.
    """

    principal: str
    tenant_id: str
    scopes: frozenset[str]
    plan: Plan
    operator: bool = False
    suspended: bool = False
    role: str = ""
    governed: bool = False
    requests_per_minute: int | None = None
    ends_at: datetime | None = None
    epoch: int = 0
    read_at: float = 0.0
    known: bool = True
    rates: dict[tuple[str, str], Any] = field(init=False, repr=False, default_factory=dict)

    def current(self, moment: float) -> bool:
        """Whether it may still be used without reading it again."""
        if not self.known:
            return moment - self.read_at < UNKNOWN_SECONDS
        return moment - self.read_at < TRUST_SECONDS


_remembered: OrderedDict[bytes, Credential] = OrderedDict()
_found_tenants: dict[str, tuple[str, float]] = {}


def remembered_credential(key: str) -> Credential | None:
    """What `key` opens, where this process has read it lately; None where `credential_of` must be asked."""
    found = _remembered.get(_digest(key))
    if found is None or not found.known or found.ends_at is not None:
        return None
    return found if clock.now() - found.read_at < TRUST_SECONDS else None


async def credential_of(key: str) -> Credential | None:
    """What `key` opens now; None for a key that is unknown, revoked or past its end.

    Raises Unauthenticated for a person's token that is not valid, or whose person is no active member.
    """
    digest = _digest(key)
    remembered = _remembered.get(digest)
    if remembered is None or not remembered.current(clock.now()):
        remembered = await _read(key)
        _remember(digest, remembered)
    if not remembered.known or (remembered.ends_at and remembered.ends_at <= clock.utcnow()):
        return None
    return remembered


async def renewed(key: str, epoch: int) -> Credential | None:
    """The credential read again because the tenant's epoch moved to `epoch`."""
    credential = await _read(key)
    credential.epoch = epoch
    _remember(_digest(key), credential)
    return credential if credential.known else None


async def tenant_status(tenant_id: str) -> str | None:
    """The tenant's status, None where there is no such tenant; one that was found is not looked for again in 300 s."""
    if not TENANT_ID.fullmatch(tenant_id):
        return None
    status, until = _found_tenants.get(tenant_id, ("", 0.0))
    if until > clock.now():
        return status
    found = (await firestore().collection("tenants").document(tenant_id).get()).to_dict()
    if found is None:
        return None
    _found_tenants[tenant_id] = (found["status"], clock.now() + TRUST_SECONDS)
    return str(found["status"])


def forget_all() -> None:
    """Read every credential and tenant again."""
    _remembered.clear()
    _found_tenants.clear()


def epoch_key(tenant_id: str) -> str:
    """Where Redis counts the changes to a tenant's keys and status."""
    return f"epoch:{tenant_id}"


async def advance_epoch(tenant_id: str) -> None:
    """Make every instance read the tenant's credentials again at the next request."""
    try:
        await redis().command("INCR", epoch_key(tenant_id))
    except RedisUnavailable as error:
        log("WARNING", "epoch_not_advanced", f"other instances learn of it within {TRUST_SECONDS:.0f} s: {error}")


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


def _remember(digest: bytes, credential: Credential) -> None:
    _remembered[digest] = credential
    _remembered.move_to_end(digest)
    while len(_remembered) > REMEMBERED:
        _remembered.popitem(last=False)


async def _read(key: str) -> Credential:
    if fingerprint := operators.operator_fingerprint(key):
        plan = PLANS["unlimited"]
        return Credential(fingerprint, "", frozenset(SCOPES), plan, operator=True, read_at=operators.read_at())
    if is_token(key):
        return await _read_member(key)
    unknown = Credential("", "", frozenset(), PLANS["standard"], read_at=clock.now(), known=False)
    key_id = key_id_of(key)
    standing = await _standing(key_reference(key_id)) if key_id else None
    if standing is None:
        return unknown
    stored = StoredKey.model_validate(standing.record)
    if not stored.opened_by(key) or not stored.alive():
        return unknown
    await note_use(stored.id, stored.tenant_id)
    ends = [end for end in (stored.expires_at, stored.dies_at) if end]
    return replace(
        standing.credential(stored.id, stored.scopes),
        requests_per_minute=stored.requests_per_minute,
        ends_at=min(ends) if ends else None,
    )


async def _read_member(token: str) -> Credential:
    from shared_layer.access.members import Member, member_reference

    claims = await verify_user(token)
    try:
        reference = member_reference(claims["sub"])
    except ValueError:
        raise Unauthenticated("The identity token names no user of the platform.") from None
    standing = await _standing(reference)
    member = Member.model_validate(standing.record) if standing else None
    if standing is None or member is None or member.status != "active":
        raise Unauthenticated("This user is no active member of a tenant. Ask the tenant's owner.")
    ends_at = datetime.fromtimestamp(claims["exp"], UTC)
    return replace(standing.credential(f"user_{member.id}", member.scopes), ends_at=ends_at, role=member.role)


@dataclass(frozen=True, slots=True)
class _Standing:
    """A key's or member's record and its tenant's, read together, after the tenant's epoch."""

    record: dict[str, Any]
    tenant: dict[str, Any]
    epoch: int

    def credential(self, principal: str, scopes: Collection[str]) -> Credential:
        return Credential(
            principal=principal,
            tenant_id=self.record["tenant_id"],
            scopes=frozenset(scopes),
            plan=PLANS.get(self.tenant.get("plan", ""), PLANS["standard"]),
            suspended=self.tenant.get("status") != "active",
            governed=bool(self.tenant.get(GOVERNED)),
            epoch=self.epoch,
            read_at=clock.now(),
        )


async def _standing(reference: AsyncDocumentReference) -> _Standing | None:
    """The record as it stands now, None where there is none.

    Its tenant is known by a first reading. What counts is the second one: it comes after the epoch's, so that whatever
    changes later moves an epoch that this process has seen.
    """
    first = await reference.get()
    if not first.exists:
        return None
    tenant_id: str = first.get("tenant_id")
    epoch = await _epoch(tenant_id)
    tenant = firestore().collection("tenants").document(tenant_id)
    found = {snapshot.reference.path: snapshot.to_dict() async for snapshot in firestore().get_all([reference, tenant])}
    record = found.get(reference.path)
    return _Standing(record, found.get(tenant.path) or {}, epoch) if record else None


async def _epoch(tenant_id: str) -> int:
    try:
        return int(await redis().command("GET", epoch_key(tenant_id)) or 0)
    except RedisUnavailable:
        return 0
