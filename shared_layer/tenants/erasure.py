"""The erasure of a deleted tenant: every store emptied, counted again, and certified. Its audit chain stays.

Each step is harmless when repeated, so that a crash is mended by the next run. The certificate is written only once a
second count finds nothing; it is signed with the audit key and lies in the audit bucket.
"""

from __future__ import annotations

import base64
import hashlib
from functools import partial
from typing import Any, Final

import orjson

from shared_layer.access.credentials import advance_epoch
from shared_layer.core import clock
from shared_layer.core.errors import Unavailable
from shared_layer.core.logs import log
from shared_layer.governance.checkpoint_store import write_object as append_to_bucket
from shared_layer.governance.erasing import count_everything, erase_everything
from shared_layer.governance.legal_hold import any_hold
from shared_layer.governance.signing import certificate_signer
from shared_layer.messaging.events.tenants import TenantErased
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot
from shared_layer.storage.gcp_clients import firestore
from shared_layer.tenants.tenant import Tenant, tenant_reference

AT_ONCE: Final = 20
LOOKED_AT: Final = 500
"""Due tenants looked at in a run: those that a legal hold keeps, or that fail, keep no others back."""


async def erase_due_tenants(unit: Unit) -> None:
    """Erase the tenants whose grace is over, up to 20 in a run; what fails is tried again by the next run.

    One with a legal hold, which an operator may have placed since its deletion, waits until the hold is released.
    """
    from google.cloud.firestore import FieldFilter

    due = (
        firestore()
        .collection("tenants")
        .where(filter=FieldFilter("status", "==", "deleted"))
        .where(filter=FieldFilter("erase_after", "<=", clock.utcnow()))
        .limit(LOOKED_AT)
    )
    tenants = [from_snapshot(snapshot, Tenant) async for snapshot in due.stream()]
    erased = 0
    for tenant in tenants:
        if hold := await any_hold(tenant.id):
            log("WARNING", "tenant_held", f"legal hold {hold.id} keeps it", erased_tenant=tenant.id)
            continue
        step = Unit(unit.context, tenant.id, unit.emits)
        try:
            await erase_tenant(tenant, step)
            erased += 1
        except Unavailable as error:
            log("ERROR", "tenant_not_erased", str(error), erased_tenant=tenant.id)
        if erased == AT_ONCE:
            return


async def erase_tenant(tenant: Tenant, unit: Unit) -> str:
    """Erase one tenant and leave its name, its certificate and its audit chain; the certificate's name.

    Raises Unavailable where a second count still finds something.
    """
    erased = await erase_everything(tenant.id)
    left = {store: found for store, found in (await count_everything(tenant.id)).items() if found}
    if left:
        raise Unavailable(f"After the erasure of {tenant.id} there is still: {left}")
    name = await _certify(tenant, erased)
    moment = clock.utcnow()
    tombstone = tenant.model_copy(
        update={
            "name": "erased",
            "owner_email": None,
            "status": "erased",
            "warehouse": "pending",
            "suspended_because": None,
            "certificate": name,
            "updated_at": moment,
        }
    )
    unit.patch_unchanged(tenant_reference(tenant.id), tombstone.model_dump(), tenant.stored_at)
    unit.emit(TenantErased(certificate=name, erased=erased), tenant.id)
    unit.after_commit(partial(advance_epoch, tenant.id))
    await unit.commit()
    return name


async def _certify(tenant: Tenant, erased: dict[str, int]) -> str:
    """Write the signed certificate; answers its name in the audit bucket. A run that was cut short certifies again."""
    signer = certificate_signer()
    body: dict[str, Any] = {
        "tenant_id": tenant.id,
        "deleted_at": tenant.deleted_at.isoformat() if tenant.deleted_at else None,
        "erased_at": clock.utcnow().isoformat(),
        "erased": erased,
        "left": 0,
        "kept": "the audit chain, whose personal values are commitments to salts that are erased",
        "key_id": signer.key_id,
    }
    content = orjson.dumps(body | {"signature": base64.b64encode(signer.sign(body)).decode()})
    name = f"certificates/{tenant.id}/{hashlib.sha256(content).hexdigest()[:16]}.json"
    await append_to_bucket(name, content)
    return name
