"""Which functions do the steps of which definition, in every version that a run may still be pinned to."""

from __future__ import annotations

from typing import Final

from shared_layer.core.errors import NotFound
from shared_layer.workflows.definition import Doing

EMITS: Final = ("campaign_created", "campaign_status_changed", "slack_message_due", "crm_task_changed")
"""Every event type that a step of any workflow stages."""


def performers() -> dict[tuple[str, int], Doing]:
    """What does the steps, by workflow and version."""
    from shared_layer.workflows.doing.campaign_launch import CAMPAIGN_LAUNCH
    from shared_layer.workflows.doing.content_pipeline import CONTENT_PIPELINE
    from shared_layer.workflows.doing.tenant_onboarding import TENANT_ONBOARDING

    return {
        ("campaign_launch", 1): CAMPAIGN_LAUNCH,
        ("content_pipeline", 1): CONTENT_PIPELINE,
        ("tenant_onboarding", 1): TENANT_ONBOARDING,
    }


def doing_of(name: str, version: int) -> Doing:
    """What does the steps of a definition. Raises NotFound where the code has it no more."""
    found = performers().get((name, version))
    if found is None:
        raise NotFound(f"Version {version} of {name} is gone from the code. Retry the run with definition: newest.")
    return found
