"""Feedback: how good an answer was, told by whoever used it."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from shared_layer.ai.money.ledger import entry_of
from shared_layer.core.caller import Caller
from shared_layer.core.errors import NotFound
from shared_layer.core.models import Model
from shared_layer.messaging.events.ai import AiFeedbackGiven
from shared_layer.messaging.unit import Unit

_SCORES: Final = {"good": 1.0, "bad": 0.0}


class Feedback(Model):
    """The outcome of one answer: good, bad, or a score from 0 (of no use) to 1 (perfect)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"call_id": "call_0000000000000000", "outcome": "good"}]})

    call_id: Annotated[str, Field(pattern=r"^call_[A-Za-z0-9]{1,64}$", examples=["call_0000000000000000"])]
    outcome: Literal["good", "bad", "score"]
    score: Annotated[float, Field(ge=0, le=1)] | None = None

    @model_validator(mode="after")
    def _score_where_asked(self) -> Self:
        if (self.outcome == "score") == (self.score is None):
            raise ValueError("Send score with the outcome 'score', and only with it.")
        return self


class FeedbackReceipt(Model):
    """What was taken down. `learned` is false for an answer that the router had no part in: it teaches nothing."""

    call_id: str
    score: float
    learned: bool


async def give_feedback(feedback: Feedback, caller: Caller, unit: Unit) -> FeedbackReceipt:
    """Stage the feedback's event. The last one on a call counts. Raises NotFound for a call that is not on record."""
    entry = await entry_of(caller.tenant_id, feedback.call_id)
    if entry is None:
        raise NotFound(
            f"There is no answer {feedback.call_id} on record. The call_id is in the answer's `xynergy` part; it is on"
            " record a second or two after the answer."
        )
    score = _SCORES.get(feedback.outcome, feedback.score or 0.0)
    unit.emit(AiFeedbackGiven(call_id=feedback.call_id, outcome=feedback.outcome, score=score))
    return FeedbackReceipt(call_id=feedback.call_id, score=score, learned=bool(entry.get("routed")))
