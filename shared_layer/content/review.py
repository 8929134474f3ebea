"""Review: submitted, validated, then approved by somebody, or rejected with what to change."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from shared_layer.content.piece import ContentCheck, Piece, ReviewDecision, StoredPiece, piece_document
from shared_layer.content.pieces import existing, load
from shared_layer.content.settings import ContentSettings, read_settings
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import Conflict, Forbidden, IllegalTransition, NotFound
from shared_layer.core.models import Model
from shared_layer.messaging.events.content import ContentReviewed, ContentSubmitted
from shared_layer.messaging.events.validation import ValidationComplete
from shared_layer.messaging.unit import Unit


class Review(Model):
    """A decision. `revision`: the one that was read; refused where somebody has saved since."""

    note: Annotated[str, StringConstraints(max_length=2000)] = ""
    revision: Annotated[int, Field(ge=1)] | None = None


class Rejection(Review):
    """A decision against a revision: what is to be changed."""

    note: Annotated[str, StringConstraints(min_length=1, max_length=2000)] = Field(examples=["Name the bakery first."])


async def submit_piece(piece_id: str, caller: Caller, unit: Unit) -> Piece:
    """Stage a draft as waiting for review; its validation begins. Raises IllegalTransition."""
    piece = await existing(piece_id, caller)
    piece.must_be("draft", "submitted")
    settings = await read_settings(caller.tenant_id)
    piece.status, piece.submitted_by, piece.rejected = "in_review", caller.principal, None
    piece.validation = ContentCheck(revision=piece.revision, outcome="pending")
    unit.replace(piece_document(caller.tenant_id, piece.id), piece)
    unit.emit(ContentSubmitted(content_id=piece.id, revision=piece.revision, ruleset_id=settings.ruleset_id))
    return piece.shown()


async def approve_piece(piece_id: str, review: Review, caller: Caller, unit: Unit) -> Piece:
    """Stage the approval of the revision under review.

    Raises IllegalTransition where its validation is not passed, Forbidden for who wrote at it where the tenant's
    settings want somebody else, Conflict where somebody has saved since.
    """
    piece = await existing(piece_id, caller)
    piece.must_be("in_review", "approved")
    _is_read(piece, review)
    settings = await read_settings(caller.tenant_id)
    if not settings.authors_may_approve and caller.principal in {*piece.contributors, piece.submitted_by}:
        raise Forbidden("Who wrote or submitted a revision cannot approve it here. Ask somebody else.")
    _passed_validation(piece, settings)
    piece.status, piece.contributors = "approved", []
    piece.approved = _decision(piece, review, caller)
    _decide(piece, "approved", unit)
    return piece.shown()


async def reject_piece(piece_id: str, review: Rejection, caller: Caller, unit: Unit) -> Piece:
    """Stage that a revision goes back to its authors. Raises IllegalTransition, Conflict."""
    piece = await existing(piece_id, caller)
    if piece.status == "draft":
        piece.must_be("in_review", "rejected")
    _is_read(piece, review)
    piece.status, piece.approved = "draft", None
    piece.rejected = _decision(piece, review, caller)
    _decide(piece, "rejected", unit)
    return piece.shown()


async def hear_validation(told: ValidationComplete, unit: Unit) -> None:
    """Keep how a submitted revision's validation came out; one of a revision that was saved over is passed over."""
    if told.content_id is None:
        return
    try:
        piece = await load(unit.tenant_id, told.content_id)
    except NotFound:
        return
    if piece.validation is None or piece.validation.revision != told.revision:
        return
    check = ContentCheck(
        revision=piece.validation.revision,
        outcome="passed" if told.outcome == "passed" else "failed",
        validation_id=told.validation_id,
        errors=told.errors,
        warnings=told.warnings,
    )
    # No new version: an author's save, which resets it anyway, is not to be refused for it.
    unit.patch_unchanged(piece_document(unit.tenant_id, piece.id), {"validation": check.model_dump()}, piece.stored_at)


def _passed_validation(piece: StoredPiece, settings: ContentSettings) -> None:
    check = piece.validation
    if not settings.require_validation or (check and check.outcome == "passed"):
        return
    if check is None or check.outcome == "pending":
        raise IllegalTransition("The revision is being validated. Try again in a moment.", status_now=piece.status)
    found = f"{check.errors} error{'s' if check.errors != 1 else ''}"
    raise IllegalTransition(
        f"The validation found {found}. Correct them, or waive them: GET /api/v1/validations/{check.validation_id}.",
        status_now=piece.status,
        validation_id=check.validation_id,
    )


def _is_read(piece: StoredPiece, review: Review) -> None:
    if review.revision not in (None, piece.revision):
        raise Conflict(f"Revision {piece.revision} was saved meanwhile. Read it, then decide.", revision=piece.revision)


def _decision(piece: StoredPiece, review: Review, caller: Caller) -> ReviewDecision:
    return ReviewDecision(by=caller.principal, at=clock.utcnow(), revision=piece.revision, note=review.note)


def _decide(piece: StoredPiece, outcome: str, unit: Unit) -> None:
    unit.replace(piece_document(unit.tenant_id, piece.id), piece)
    unit.emit(ContentReviewed(content_id=piece.id, revision=piece.revision, outcome=outcome))
