"""A data subject's request being done: every store searched, exported or erased, searched again, certified."""

from __future__ import annotations

import asyncio
import base64
from collections import Counter
from typing import Any, Final

import orjson

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import NotFound, Unavailable
from shared_layer.governance.chain import salt_document
from shared_layer.governance.checkpoint_store import write_object
from shared_layer.governance.places import object_prefix
from shared_layer.governance.privacy_request import StoredRequest, refusal, request_document
from shared_layer.governance.signing import certificate_signer
from shared_layer.governance.subject import Forget, SamePerson
from shared_layer.governance.subject_search import find_subject
from shared_layer.messaging.events.governance import PrivacyRequestCompleted
from shared_layer.messaging.unit import Unit
from shared_layer.storage.buckets import bucket_name
from shared_layer.storage.documents import read
from shared_layer.storage.gcp_clients import firestore, storage

RESULTS: Final = "xynergy-reports"
ROUNDS: Final = 3


async def fulfil(tenant_id: str, request_id: str, unit: Unit, same: SamePerson, forget: Forget) -> None:
    """Do a request, and stage that it is done. A delivery after it is done does nothing.

    Raises Unavailable where the subject is still found after three rounds: the next delivery goes on.
    """
    request = await read(request_document(tenant_id, request_id), StoredRequest)
    if request.status != "received":
        return
    await _know_whole(tenant_id, request, same)
    if request.kind == "export":
        await _export(tenant_id, request)
    elif reason := await refusal(tenant_id, request.subject):
        request.status, request.refused_because = "refused", reason
    else:
        forgotten = await forget(tenant_id, request.subject, unit.context)
        await _erase(tenant_id, request, forgotten)
    if request.status == "received":
        request.status, request.completed_at = "done", clock.utcnow()
    request.name(None)
    unit.replace(request_document(tenant_id, request_id), request)
    done = PrivacyRequestCompleted(request_id=request_id, kind=request.kind, certificate=request.certificate)
    unit.emit(done, tenant_id)


async def _know_whole(tenant_id: str, request: StoredRequest, same: SamePerson) -> None:
    """Keep what else is the subject's before any of it goes: a delivery after this one could not find it any more."""
    subject = await same(tenant_id, request.subject)
    if subject == request.subject:
        return
    request.name(subject)
    named = request.model_dump(include={"other_emails", "other_contact_ids"})
    option = firestore().write_option(last_update_time=request.stored_at)
    written = await request_document(tenant_id, request.id).update(named, option=option)
    request.remember_update_time(written.update_time)


async def read_result(request_id: str, caller: Caller) -> bytes:
    """The file of a finished export. Raises NotFound."""
    request = await read(request_document(caller.tenant_id, request_id), StoredRequest)
    if request.result is None:
        raise NotFound("There is no result under that id: the request is no export, or not done yet.")
    content = await asyncio.to_thread(_download, _result_name(caller.tenant_id, request_id))
    if content is None:
        raise NotFound("The export is gone: a later erasure of its subject took it along.")
    return content


async def _export(tenant_id: str, request: StoredRequest) -> None:
    own = "/".join(request_document(tenant_id, request.id)._path)
    finds = [find async for find in find_subject(tenant_id, request.subject, own)]
    places = [{"store": find.store, "place": find.place, "content": find.content} for find in finds]
    content = {"request_id": request.id, "exported_at": clock.utcnow(), "places": places}
    encoded = orjson.dumps(content, default=str, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)
    await asyncio.to_thread(_upload, _result_name(tenant_id, request.id), encoded)
    request.found = dict(Counter(find.store for find in finds))
    request.result = f"/api/v1/privacy/requests/{request.id}:download"


async def _erase(tenant_id: str, request: StoredRequest, forgotten: int) -> None:
    own = "/".join(request_document(tenant_id, request.id)._path)
    erased = Counter({"documents": forgotten})
    for _ in range(ROUNDS):
        finds = [find async for find in find_subject(tenant_id, request.subject, own)]
        if not finds:
            break
        for find in finds:
            await find.erase()
            erased[find.store] += 1
    else:
        left = dict(Counter(find.store for find in finds))
        raise Unavailable(
            f"After {ROUNDS} rounds of erasure the subject is still found: {left}. The next delivery goes on."
        )
    for key in request.subject.keys:
        erased["salts"] += (await salt_document(tenant_id, key).get()).exists
        await salt_document(tenant_id, key).delete()
    request.found = dict(erased)
    request.certificate = await _certify(tenant_id, request)


async def _certify(tenant_id: str, request: StoredRequest) -> str:
    signer = certificate_signer()
    body: dict[str, Any] = {
        "tenant_id": tenant_id,
        "request_id": request.id,
        "requested_at": request.created_at.isoformat(),
        "erased_at": clock.utcnow().isoformat(),
        "erased": request.found,
        "found_again": 0,
        "searched": ["documents", "rows", "objects", "cache_keys", "audit"],
        "key_id": signer.key_id,
    }
    name = f"certificates/{tenant_id}/{request.id}.json"
    await write_object(name, orjson.dumps(body | {"signature": base64.b64encode(signer.sign(body)).decode()}))
    return name


def _result_name(tenant_id: str, request_id: str) -> str:
    return f"{object_prefix(tenant_id)}privacy/{request_id}.json"


def _upload(name: str, content: bytes) -> None:
    storage().bucket(bucket_name(RESULTS)).blob(name).upload_from_string(content, content_type="application/json")


def _download(name: str) -> bytes | None:
    from google.api_core.exceptions import NotFound as NoObject

    try:
        content: bytes = storage().bucket(bucket_name(RESULTS)).blob(name).download_as_bytes()
    except NoObject:
        return None
    return content
