"""Preview a segment: how many it holds now, ten of them, and why one contact does or does not belong.

Beyond 2,000 candidates the count goes on as a task, which the answer names.
"""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.marketing.audience.preview import PreviewRequest, SegmentPreview, preview
from shared_layer.runtime.tasks import start_task


@endpoint(
    "POST",
    "/api/v1/segments/{segment_id}:preview",
    scope="marketing:read",
    idempotency="optional",
    deadline=30,
    emits=("task_step_due",),
)
async def preview_audience_segment(
    segment_id: Id, wanted: PreviewRequest, caller: Caller, unit: Unit
) -> SegmentPreview:
    return await preview(segment_id, wanted, caller, unit, start_task)
