"""A tenant's own dataset in BigQuery, made once its tenant exists; made again is harmless."""

from __future__ import annotations

import asyncio

from shared_layer.core import clock
from shared_layer.core.settings import settings
from shared_layer.messaging.unit import Unit
from shared_layer.storage.gcp_clients import bigquery
from shared_layer.storage.warehouse import aso_dataset
from shared_layer.tenants.tenant import tenant_reference


async def provision_warehouse(tenant_id: str, unit: Unit) -> None:
    """Create `aso_tenant_{id}` where it is not, then stage the tenant's `warehouse` as ready."""
    await asyncio.to_thread(_create_dataset, tenant_id)
    unit.patch(tenant_reference(tenant_id), {"warehouse": "ready", "updated_at": clock.utcnow()})


def _create_dataset(tenant_id: str) -> None:
    from google.cloud.bigquery import Dataset

    dataset = Dataset(f"{settings().project}.{aso_dataset(tenant_id)}")
    dataset.location = settings().region
    dataset.labels = {"tenant": tenant_id[:63]}
    bigquery().create_dataset(dataset, exists_ok=True, timeout=20)
