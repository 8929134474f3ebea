"""Give feedback on an answer: good, bad or a score. It teaches the tenant's router; the last one on a call counts."""

from shared_layer.ai.outcomes.feedback import Feedback, FeedbackReceipt
from shared_layer.ai.outcomes.feedback import give_feedback as give
from shared_layer.front_door import Caller, Unit, endpoint


@endpoint(
    "POST",
    "/api/v1/ai/feedback",
    scope="ai:use",
    status=202,
    idempotency="optional",
    emits=("ai_feedback_given",),
)
async def give_feedback(feedback: Feedback, caller: Caller, unit: Unit) -> FeedbackReceipt:
    return await give(feedback, caller, unit)
