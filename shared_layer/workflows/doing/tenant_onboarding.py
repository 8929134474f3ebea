"""A new tenant set up: what is missing becomes tasks, with a first segment to work on. Cancelled, all of it goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared_layer.core import clock
from shared_layer.core.errors import NotFound
from shared_layer.crm.segments import SegmentDraft, SegmentRules, create_segment, delete_segment
from shared_layer.crm.task import CrmTaskDraft
from shared_layer.crm.todo import create_crm_task, delete_crm_task
from shared_layer.tenants.onboarding import get_profile
from shared_layer.workflows.definition import Doing, Work


async def look(work: Work) -> dict[str, Any]:
    profile = await get_profile(work.caller.tenant_id, work.caller)
    missing = [{"step": each.step, "advice": each.what_to_do} for each in profile.onboarding if not each.done]
    return {"missing": missing, "done": [each.step for each in profile.onboarding if each.done]}


async def give_tasks(work: Work) -> dict[str, Any]:
    tasks = []
    for number, each in enumerate(work.outputs["look"]["missing"]):
        draft = CrmTaskDraft(
            title=f"Set up: {each['step'].replace('_', ' ')}",
            text=each["advice"],
            due_at=clock.utcnow() + timedelta(days=1 + number),
            assignee=work.given.assignee,
        )
        tasks.append((await create_crm_task(draft, work.caller, work.unit)).id)
    return {"task_ids": tasks}


async def drop_tasks(work: Work, output: dict[str, Any]) -> None:
    for task_id in output["task_ids"]:
        try:
            await delete_crm_task(task_id, work.caller, work.unit)
        except NotFound:
            continue  # somebody threw it away before


async def save_segment(work: Work) -> dict[str, Any]:
    draft = SegmentDraft(name="Customers", rules=SegmentRules(stage="customer"))
    return {"segment_id": (await create_segment(draft, work.caller, work.unit)).id}


async def drop_segment(work: Work, output: dict[str, Any]) -> None:
    try:
        await delete_segment(output["segment_id"], work.caller, work.unit)
    except NotFound:
        return  # somebody threw it away before


TENANT_ONBOARDING = Doing(
    do={"look": look, "give_tasks": give_tasks, "save_segment": save_segment},
    undo={"give_tasks": drop_tasks, "save_segment": drop_segment},
)
