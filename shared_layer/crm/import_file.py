"""The file of an import in Storage: kept for its steps, gone after the bucket's days."""

from __future__ import annotations

import asyncio
from typing import Final

from shared_layer.storage.buckets import bucket_name
from shared_layer.storage.gcp_clients import storage

BUCKET: Final = "xynergy-reports"


def _name(tenant_id: str, import_id: str) -> str:
    return f"tenants/{tenant_id}/imports/{import_id}.csv"


async def keep_file(tenant_id: str, import_id: str, text: str) -> None:
    """Write the file."""
    blob = storage().bucket(bucket_name(BUCKET)).blob(_name(tenant_id, import_id))
    await asyncio.to_thread(blob.upload_from_string, text.encode(), "text/csv")


async def kept_file(tenant_id: str, import_id: str) -> str:
    """Read it again."""
    content: bytes = await asyncio.to_thread(
        storage().bucket(bucket_name(BUCKET)).blob(_name(tenant_id, import_id)).download_as_bytes
    )
    return content.decode()
