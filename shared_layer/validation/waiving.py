"""Findings waived, and waivers taken back: what a validation comes to is reckoned anew, and told of."""

from __future__ import annotations

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import NotFound
from shared_layer.core.models import Page
from shared_layer.messaging.events.validation import ValidationWaived
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, tenant_collection
from shared_layer.validation.running import tell_complete
from shared_layer.validation.validating import stored_validation
from shared_layer.validation.validation import Validation, validation_document
from shared_layer.validation.waiver import COLLECTION, NewWaiver, Waiver, WaiverFilter, waiver_document, waiver_id


async def waive_finding(validation_id: str, new: NewWaiver, caller: Caller, unit: Unit) -> Validation:
    """Stage a waiver, and what the validation comes to with it. Raises NotFound for a finding that it does not have."""
    validation = await stored_validation(validation_id, caller)
    finding = next((one for one in validation.findings if one.id == new.finding_id), None)
    if finding is None:
        raise NotFound("The validation has no such finding.")
    subject = validation.content_id or validation.id
    waiver = Waiver(
        id=waiver_id(subject, finding.id),
        subject=subject,
        finding_id=finding.id,
        rule=finding.rule,
        reason=new.reason,
        by=caller.principal,
        at=clock.utcnow(),
    )
    former, finding.waived = validation.outcome, True
    validation.judge()
    unit.put(waiver_document(caller.tenant_id, waiver.id), waiver.model_dump())
    unit.replace(validation_document(caller.tenant_id, validation.id), validation)
    unit.emit(ValidationWaived(validation_id=validation.id, waiver_id=waiver.id, content_id=validation.content_id))
    if validation.outcome is not None and validation.outcome != former:
        tell_complete(validation, unit)
    return validation.shown()


async def list_waivers(query: WaiverFilter, caller: Caller) -> Page[Waiver]:
    """The tenant's waivers, or those of one piece: the newest first."""
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(caller.tenant_id, COLLECTION)
    if query.subject is not None:
        found = found.where(filter=FieldFilter("subject", "==", query.subject))
    return await page(found, Waiver, query, ["-at"])


async def withdraw_waiver(waiver_id: str, caller: Caller, unit: Unit) -> None:
    """Stage that a waiver holds for no later validation. Raises NotFound."""
    place = waiver_document(caller.tenant_id, waiver_id)
    if not (await place.get()).exists:
        raise NotFound()
    unit.delete(place)
