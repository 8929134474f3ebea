"""Checkpoints in Cloud Storage: a bucket of their own, where objects are added and never replaced."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

import orjson
from pydantic import ValidationError

from shared_layer.governance.checkpoint import Checkpoint
from shared_layer.storage.buckets import bucket_name
from shared_layer.storage.gcp_clients import storage

BUCKET: Final = "xynergy-audit"
FOLDER: Final = "checkpoints/"
UPLOAD_SECONDS: Final = 10.0


async def read_checkpoints(tenant_id: str, latest: int = 0) -> list[Checkpoint]:
    """The tenant's checkpoints, by number, or only the `latest` so many; none where there is no bucket yet."""
    return await asyncio.to_thread(_read, tenant_id, latest)


async def write_checkpoint(checkpoint: Checkpoint) -> None:
    """Add a checkpoint; one that is there already stays as it is."""
    name = f"{FOLDER}{checkpoint.tenant_id}/{checkpoint.seq:016d}.json"
    await write_object(name, orjson.dumps(checkpoint.model_dump()))


async def write_object(name: str, content: bytes) -> None:
    """Add a JSON object to the audit bucket; one that is there already stays as it is."""
    await asyncio.to_thread(_write, name, content)


async def tenants_with_checkpoints() -> set[str]:
    """Whose checkpoints there are: also tenants whose whole chain somebody removed."""
    return await asyncio.to_thread(_tenants)


def _tenants() -> set[str]:
    from google.api_core.exceptions import NotFound

    folders = storage().list_blobs(bucket_name(BUCKET), prefix=FOLDER, delimiter="/", timeout=UPLOAD_SECONDS)
    try:
        for _ in folders:  # the folders are known once the pages are read
            continue
    except NotFound:
        return set()
    return {folder.removeprefix(FOLDER).rstrip("/") for folder in folders.prefixes}


def _read(tenant_id: str, latest: int) -> list[Checkpoint]:
    from google.api_core.exceptions import NotFound

    try:
        blobs = sorted(
            storage().list_blobs(bucket_name(BUCKET), prefix=f"{FOLDER}{tenant_id}/", timeout=UPLOAD_SECONDS),
            key=lambda blob: str(blob.name),
        )[-latest:]
    except NotFound:
        return []
    return [read_checkpoint(tenant_id, blob.name, blob.download_as_bytes(timeout=UPLOAD_SECONDS)) for blob in blobs]


def read_checkpoint(tenant_id: str, name: str, content: bytes) -> Checkpoint:
    """The checkpoint that an object holds; of one that holds none any more, one of that number that nobody signed."""
    try:
        return Checkpoint.model_validate_json(content)
    except ValidationError:
        number = name.rpartition("/")[2].removesuffix(".json")
        seq = int(number) if number.isdecimal() else 0
        return Checkpoint(tenant_id=tenant_id, seq=seq, hash="", signed_at="", previous="", key_id="")


def _write(name: str, content: bytes) -> None:
    from google.api_core.exceptions import Conflict, NotFound, PreconditionFailed

    blob = storage().bucket(bucket_name(BUCKET)).blob(name)
    options = {"content_type": "application/json", "if_generation_match": 0, "timeout": UPLOAD_SECONDS}
    try:
        try:
            blob.upload_from_string(content, **options)
        except NotFound:
            with suppress(Conflict):  # another instance made it
                storage().create_bucket(bucket_name(BUCKET))
            blob.upload_from_string(content, **options)
    except PreconditionFailed:
        return  # it was written before: by a delivery that was repeated
