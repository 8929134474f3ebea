"""Create one document after a while: long enough to be killed while it is at work."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from shared_layer.core.models import Model
from shared_layer.front_door import Caller, Unit, endpoint, idempotency
from shared_layer.storage.documents import tenant_document

idempotency.LEASE = timedelta(seconds=1.5)  # what a crash leaves claimed is free again soon, for the tests' sake


class Made(Model):
    """What is asked for: `key` names the retries of one request; `seconds` is how long it takes."""

    key: str
    seconds: float = 0.0


@endpoint("POST", "/api/v1/slow-things", scope="marketing:write", tier="none", status=201, idempotency="required")
async def create_slowly(made: Made, caller: Caller, unit: Unit) -> Made:
    await asyncio.sleep(made.seconds)
    unit.create(tenant_document(caller.tenant_id, "effects", uuid4().hex), {"key": made.key})
    return made
