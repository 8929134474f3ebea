"""Assets: announced, uploaded, taken in, listed, read."""

from __future__ import annotations

import asyncio
import hashlib
import re
from typing import Final

from starlette.responses import Response

from shared_layer.content.asset import (
    BYTES_AT_MOST,
    COLLECTION,
    KEPT,
    PIXELS_AT_MOST,
    UPLOADS,
    AltText,
    Asset,
    AssetFilter,
    AssetToUpload,
    NewAsset,
    asset_document,
    content_document,
    kept_name,
    upload_name,
)
from shared_layer.content.delivery import site
from shared_layer.content.pictures import sniff
from shared_layer.content.stripping import strip
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import IllegalTransition, NotFound, VersionMismatch
from shared_layer.core.ids import new_id
from shared_layer.core.models import Page
from shared_layer.messaging.events.content import AssetReady, AssetRefused
from shared_layer.messaging.object_change import ObjectChange
from shared_layer.messaging.unit import Unit
from shared_layer.storage.buckets import bucket_name
from shared_layer.storage.documents import page, read, tenant_collection
from shared_layer.storage.gcp_clients import storage

_UPLOAD: Final = re.compile(r"tenants/([a-z0-9-]{1,64})/uploads/(ast_[0-9a-z]+)")


async def announce_asset(new: NewAsset, caller: Caller, unit: Unit) -> AssetToUpload:
    """Stage an asset that awaits its bytes, and have Cloud Storage sign the address that takes them."""
    moment, asset_id = clock.utcnow(), new_id("ast")
    asset = Asset(**new.model_dump(), id=asset_id, created_by=caller.principal, created_at=moment, updated_at=moment)
    blob = storage().bucket(bucket_name(UPLOADS)).blob(upload_name(caller.tenant_id, asset_id))
    blob.metadata = {"tenant_id": caller.tenant_id, "asset_id": asset_id}
    url = await asyncio.to_thread(
        blob.create_resumable_upload_session, content_type=new.content_type, size=new.size, checksum=None
    )
    unit.create(asset_document(caller.tenant_id, asset_id), asset.model_dump())
    return AssetToUpload(**asset.model_dump(), upload_url=url)


async def take_in(change: ObjectChange, unit: Unit) -> None:
    """Take an upload in: by its bytes, without its metadata, once. What is no upload of an asset is passed over."""
    match = _UPLOAD.fullmatch(change.name)
    if match is None or unit.tenant_id != match[1]:
        return
    try:
        asset = await read(asset_document(unit.tenant_id, match[2]), Asset)
    except NotFound:
        return
    if asset.state != "awaiting_upload":
        return
    reason = await _kept(asset, change, unit)
    if reason is not None:
        asset.state, asset.refused_because = "refused", reason
        unit.emit(AssetRefused(asset_id=asset.id, reason=reason))
    unit.replace(asset_document(unit.tenant_id, asset.id), asset)
    unit.after_commit(lambda: _forget_upload(change.name))


async def _kept(asset: Asset, change: ObjectChange, unit: Unit) -> str | None:
    """Keep an upload's bytes, and put on the asset what they are; answers why they are refused."""
    if change.size > BYTES_AT_MOST or change.size != asset.size:
        return f"{change.size} bytes came where {asset.size} were announced."
    upload = storage().bucket(bucket_name(UPLOADS)).blob(change.name)
    data: bytes = await asyncio.to_thread(upload.download_as_bytes)
    found = sniff(data)
    if found is None or found.kind != asset.content_type:
        what = found.kind if found else "no file of a type that is taken"
        return f"The bytes are {what}, not {asset.content_type}."
    if found.width * found.height > PIXELS_AT_MOST:
        return f"A picture of {found.width} × {found.height} is too large."
    try:
        stripped = strip(found.kind, data)
    except ValueError as error:
        return f"The picture is broken: {error}."
    await _keep(asset, stripped.data, unit)
    asset.state, asset.left_out = "ready", stripped.left_out
    asset.width, asset.height, asset.size = found.width, found.height, len(stripped.data)
    unit.emit(AssetReady(asset_id=asset.id, kind=found.kind, size=asset.size, same_as=asset.same_as))
    return None


async def _keep(asset: Asset, data: bytes, unit: Unit) -> None:
    """Write the bytes where nobody has written them yet; who had them first is named on the asset."""
    asset.sha256 = hashlib.sha256(data).hexdigest()
    place = content_document(unit.tenant_id, asset.sha256)
    first = await place.get()
    if first.exists:
        asset.same_as = (first.to_dict() or {}).get("asset_id")
        return
    blob = storage().bucket(bucket_name(KEPT)).blob(kept_name(unit.tenant_id, asset.sha256))
    await asyncio.to_thread(blob.upload_from_string, data, asset.content_type)
    unit.create(place, {"asset_id": asset.id, "size": len(data)})


async def _forget_upload(name: str) -> None:
    from google.api_core.exceptions import NotFound as Gone

    blob = storage().bucket(bucket_name(UPLOADS)).blob(name)
    try:
        await asyncio.to_thread(blob.delete)
    except Gone:
        return


async def get_asset(asset_id: str, caller: Caller) -> Asset:
    """An asset of the tenant. Raises NotFound."""
    return await read(asset_document(caller.tenant_id, asset_id), Asset)


async def list_assets(query: AssetFilter, caller: Caller) -> Page[Asset]:
    """The tenant's assets, the newest first."""
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(caller.tenant_id, COLLECTION)
    if query.state is not None:
        found = found.where(filter=FieldFilter("state", "==", query.state))
    return await page(found, Asset, query, ["-created_at"])


async def update_asset(asset_id: str, changes: AltText, version: int, caller: Caller, unit: Unit) -> Asset:
    """Stage another alternative text. Raises VersionMismatch."""
    asset = await get_asset(asset_id, caller)
    if asset.version != version:
        raise VersionMismatch()
    asset.alt = changes.alt
    unit.replace(asset_document(caller.tenant_id, asset_id), asset)
    return asset


async def bytes_of(tenant_id: str, asset: Asset) -> bytes:
    """An asset's bytes. Raises IllegalTransition for one that is not ready."""
    if asset.state != "ready" or asset.sha256 is None:
        raise IllegalTransition(f"The asset is {asset.state}: it has no bytes to show.", status_now=asset.state)
    blob = storage().bucket(bucket_name(KEPT)).blob(kept_name(tenant_id, asset.sha256))
    data: bytes = await asyncio.to_thread(blob.download_as_bytes)
    return data


async def show_asset(site_key: str, asset_id: str) -> Response:
    """An asset as a page of the site shows it; its bytes never change. Raises NotFound."""
    tenant_id, _ = await site(site_key)
    asset = await read(asset_document(tenant_id, asset_id), Asset)
    if asset.state != "ready":
        raise NotFound()
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return Response(await bytes_of(tenant_id, asset), media_type=asset.content_type, headers=headers)
