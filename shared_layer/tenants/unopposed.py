"""Changes of a tenant that demand no version: where something else was written meanwhile, they are made anew.

A tenant's document is written by handlers too (its warehouse becomes ready); a caller that sent no If-Match, or the
right one, must not hear of that as a conflict.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from shared_layer.governance.group_commit import until_unopposed
from shared_layer.messaging.unit import Unit
from shared_layer.tenants.tenant import Tenant


async def commit_unopposed(unit: Unit, change: Callable[[Unit], Awaitable[Tenant]]) -> Tenant:
    """The tenant after `change`, which reads it, stages on the unit it is given, and may be called again."""

    async def attempt() -> Tenant:
        step = Unit(unit.context, unit.tenant_id, unit.emits)
        tenant = await change(step)
        await step.commit()
        return tenant

    return await until_unopposed(attempt)
