"""Validations: asked for, done at once or as a task, read, waived, and finished when their links are looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, Protocol

import orjson

from shared_layer.content.pieces import load, read_version
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import Conflict, NotFound
from shared_layer.core.ids import new_id
from shared_layer.core.models import Page
from shared_layer.messaging.events.content import ContentSubmitted
from shared_layer.messaging.events.validation import LinkCheckDue
from shared_layer.messaging.unit import Unit
from shared_layer.storage.buckets import bucket_name
from shared_layer.storage.documents import page, read, tenant_collection
from shared_layer.storage.gcp_clients import storage
from shared_layer.validation import corpus
from shared_layer.validation.finding import named
from shared_layer.validation.link import link_document, read_links
from shared_layer.validation.link_checking import check_links
from shared_layer.validation.material import Material
from shared_layer.validation.reading import material_of, material_of_piece
from shared_layer.validation.ruleset import DEFAULT, Ruleset, read_ruleset
from shared_layer.validation.running import run, settle, tell_complete, waive, with_link_findings
from shared_layer.validation.validation import (
    AT_ONCE,
    COLLECTION,
    StoredValidation,
    Validation,
    ValidationFilter,
    ValidationRequest,
    validation_document,
)

KIND: Final = "validation.run"
BUCKET: Final = "xynergy-content"


class Followed(Protocol):
    """A task, of which only its address is of interest here."""

    url: str


StartTask = Callable[[str, dict[str, Any], Caller, Unit], Followed]
"""`shared_layer.runtime.tasks.start_task`, handed in by the function: the runtime lies above the domains."""


async def validate(request: ValidationRequest, caller: Caller, unit: Unit, start_task: StartTask) -> Validation:
    """Check a text; one of more than 20 KB as a task, which is then only staged. Raises NotFound."""
    ruleset = await read_ruleset(caller.tenant_id, request.ruleset_id)
    if request.content_id is not None and request.revision is None:
        request.revision = (await load(caller.tenant_id, request.content_id)).revision
    validation = _new(request, ruleset, caller.principal)
    material = await _material(request, caller.tenant_id)
    if sum(len(passage.source.encode()) for passage in material.passages) > AT_ONCE:
        validation.status = "queued"
        await _keep(caller.tenant_id, validation.id, request)
        validation.task_url = start_task(KIND, {"validation_id": validation.id}, caller, unit).url
    else:
        await _run(validation, material, ruleset, unit)
    unit.create(validation_document(caller.tenant_id, validation.id), validation.model_dump())
    return validation.shown()


async def run_queued(validation_id: str, unit: Unit) -> str:
    """Do a validation that was too long to be waited for; answers its address."""
    place = validation_document(unit.tenant_id, validation_id)
    validation = await read(place, StoredValidation)
    request = await _kept(unit.tenant_id, validation_id)
    ruleset = await read_ruleset(unit.tenant_id, validation.ruleset_id)
    await _run(validation, await _material(request, unit.tenant_id), ruleset, unit)
    unit.replace(place, validation)
    return f"/api/v1/validations/{validation_id}"


async def validate_submitted(told: ContentSubmitted, unit: Unit) -> None:
    """Check a revision that waits for its review, and take its text into the tenant's corpus."""
    try:
        ruleset = await read_ruleset(unit.tenant_id, told.ruleset_id)
    except NotFound:
        ruleset = await read_ruleset(unit.tenant_id, DEFAULT)
    request = ValidationRequest(content_id=told.content_id, revision=told.revision, ruleset_id=ruleset.id)
    validation = _new(request, ruleset, unit.context.actor or "platform")
    validation.held = True
    material = await _material(request, unit.tenant_id)
    await _run(validation, material, ruleset, unit)
    text = "\n".join(one.text for one in material.passages if one.field != "title")
    await corpus.enter(told.content_id, told.revision, text, unit)
    unit.create(validation_document(unit.tenant_id, validation.id), validation.model_dump())


async def look_at_links(due: LinkCheckDue, unit: Unit) -> None:
    """Look at the links of an event, and put what they answered on the validations that wait for it."""
    from google.cloud.firestore import ArrayRemove

    decided = await check_links(due, unit)
    told = [due.validation_id] if due.validation_id else []
    await finish(list(dict.fromkeys([one for waiting in decided.values() for one in waiting] + told)), unit)
    for link, waiting in decided.items():
        if waiting:
            unit.merge(link_document(unit.tenant_id, link), {"waiting": ArrayRemove(waiting)})


async def finish(validation_ids: list[str], unit: Unit) -> None:
    """Put on validations what their links answered; those that wait for no other are complete, and are told of.

    One is one commit, tried again where somebody else put something on it meanwhile.
    """
    for validation_id in validation_ids:
        for attempt in range(5):
            part = Unit(unit.context, unit.tenant_id, unit.emits)
            await _finish(validation_id, part)
            try:
                await part.commit()
            except Conflict:
                if attempt == 4:
                    raise
            else:
                break


async def _finish(validation_id: str, unit: Unit) -> None:
    place = validation_document(unit.tenant_id, validation_id)
    try:
        validation = await read(place, StoredValidation)
    except NotFound:
        return
    if validation.status != "checking_links":
        return
    states = await read_links(unit.tenant_id, validation.pending)
    decided = {one: state for one, state in states.items() if state.known}
    if not decided:
        return
    ruleset = await read_ruleset(unit.tenant_id, validation.ruleset_id)
    validation.findings = named([*validation.findings, *with_link_findings(validation, decided, ruleset)])
    validation.pending = [one for one in validation.pending if one not in decided]
    await waive(validation, unit.tenant_id)
    settle(validation)
    unit.replace(place, validation)
    if not validation.pending:
        tell_complete(validation, unit)


async def stored_validation(validation_id: str, caller: Caller) -> StoredValidation:
    """A validation as it is stored. Raises NotFound."""
    return await read(validation_document(caller.tenant_id, validation_id), StoredValidation)


async def get_validation(validation_id: str, caller: Caller) -> Validation:
    """A validation with its findings. Raises NotFound."""
    return (await stored_validation(validation_id, caller)).shown()


async def list_validations(query: ValidationFilter, caller: Caller) -> Page[Validation]:
    """The tenant's validations, or a piece's history by version: the newest first."""
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(caller.tenant_id, COLLECTION)
    for name in ("content_id", "revision", "outcome"):
        if (value := getattr(query, name)) is not None:
            found = found.where(filter=FieldFilter(name, "==", value))
    stored = await page(found, StoredValidation, query, ["-created_at"])
    return Page[Validation](items=[one.shown() for one in stored.items], next_cursor=stored.next_cursor)


async def _run(validation: StoredValidation, material: Material, ruleset: Ruleset, unit: Unit) -> None:
    await run(validation, material, ruleset, unit)
    if validation.outcome is not None:
        tell_complete(validation, unit)


async def _material(request: ValidationRequest, tenant_id: str) -> Material:
    if request.content_id is None:
        return material_of(request)
    piece = await load(tenant_id, request.content_id)
    version = await read_version(tenant_id, piece.id, request.revision or piece.revision)
    return material_of_piece(version.text, piece.locale, piece.id)


def _new(request: ValidationRequest, ruleset: Ruleset, by: str) -> StoredValidation:
    moment = clock.utcnow()
    return StoredValidation(
        id=new_id("val"),
        status="complete",
        kind="content" if request.content_id else "html" if request.html is not None else "text",
        content_id=request.content_id,
        revision=request.revision,
        ruleset_id=ruleset.id,
        ruleset_version=ruleset.version,
        suites=list(dict.fromkeys(request.suites or ruleset.suites)),
        created_by=by,
        created_at=moment,
        updated_at=moment,
    )


async def _keep(tenant_id: str, validation_id: str, request: ValidationRequest) -> None:
    """Put a text where it waits for its task; the bucket lets go of it after 30 days."""
    blob = storage().bucket(bucket_name(BUCKET)).blob(_name(tenant_id, validation_id))
    await asyncio.to_thread(blob.upload_from_string, request.model_dump_json(), "application/json")


async def _kept(tenant_id: str, validation_id: str) -> ValidationRequest:
    blob = storage().bucket(bucket_name(BUCKET)).blob(_name(tenant_id, validation_id))
    return ValidationRequest.model_validate(orjson.loads(await asyncio.to_thread(blob.download_as_bytes)))


def _name(tenant_id: str, validation_id: str) -> str:
    return f"tenants/{tenant_id}/validations/{validation_id}.json"
