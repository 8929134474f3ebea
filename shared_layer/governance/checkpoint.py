"""A signed checkpoint: at this moment the chain had so many records, and the last one had this hash.

Each names the digest of the checkpoint before it, so that a removed checkpoint is missed as well. Ed25519 (RFC 8032)
over the RFC 8785 form of everything but the signature; the shape follows CloudTrail's digest files.
"""

from __future__ import annotations

import base64
from typing import Any, Final

from shared_layer.core.models import Model
from shared_layer.governance.record import digest
from shared_layer.governance.signing import Signer, verify_signature

NO_CHECKPOINT: Final = "0" * 64
"""`previous` of a tenant's first checkpoint."""


class Checkpoint(Model):
    """The head of `tenant_id`'s chain at `signed_at`; `previous` is the digest of the checkpoint before."""

    tenant_id: str
    seq: int
    hash: str
    signed_at: str
    previous: str
    key_id: str
    signature: str = ""

    def digest(self) -> str:
        """What the next checkpoint names as `previous`."""
        return digest(self.model_dump())

    def unsigned(self) -> dict[str, Any]:
        """What is signed."""
        return self.model_dump(exclude={"signature"})


def sign(tenant_id: str, head: tuple[int, str], signed_at: str, previous: str, signer: Signer) -> Checkpoint:
    """A checkpoint of `head`, signed."""
    seq, last_hash = head
    made = Checkpoint(
        tenant_id=tenant_id, seq=seq, hash=last_hash, signed_at=signed_at, previous=previous, key_id=signer.key_id
    )
    made.signature = base64.b64encode(signer.sign(made.unsigned())).decode()
    return made


def first_fault(
    tenant_id: str, checkpoints: list[Checkpoint], keys: dict[str, Any], *, whole: bool = True
) -> tuple[int, str] | None:
    """The first checkpoint (its seq, and why) that is forged, another tenant's, or follows one that is gone.

    Without `whole` the first one of them may follow others that are not looked at.
    """
    previous, last_seq = NO_CHECKPOINT, 0
    if checkpoints and not whole:
        previous = checkpoints[0].previous
    for each in checkpoints:
        if each.tenant_id != tenant_id or not _signed_by(keys, each):
            return each.seq, "the checkpoint's signature is not ours"
        if each.previous != previous or each.seq <= last_seq:
            return last_seq + 1, "a checkpoint is missing, or out of order"
        previous, last_seq = each.digest(), each.seq
    return None


def _signed_by(keys: dict[str, Any], checkpoint: Checkpoint) -> bool:
    """Whether one of the keys signed it; what is no base64 is no signature."""
    try:
        signature = base64.b64decode(checkpoint.signature, validate=True)
    except ValueError:
        return False
    return verify_signature(keys, checkpoint.key_id, checkpoint.unsigned(), signature)
