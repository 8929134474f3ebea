"""The workflows that there are, in every version that a run may still be pinned to."""

from __future__ import annotations

from typing import Any

from shared_layer.core.errors import NotFound, ValidationFailed
from shared_layer.core.models import Model
from shared_layer.workflows.definition import Definition


def definitions() -> dict[str, tuple[Definition, ...]]:
    """Every workflow by name, its versions oldest first."""
    from shared_layer.workflows.definitions.campaign_launch import CAMPAIGN_LAUNCH
    from shared_layer.workflows.definitions.content_pipeline import CONTENT_PIPELINE
    from shared_layer.workflows.definitions.tenant_onboarding import TENANT_ONBOARDING

    newest_of_all = (CAMPAIGN_LAUNCH, CONTENT_PIPELINE, TENANT_ONBOARDING)
    return {definition.name: (definition,) for definition in newest_of_all}


def newest(name: str) -> Definition:
    """The newest version of a workflow. Raises NotFound."""
    known = definitions()
    if name not in known:
        raise NotFound(f"There is no workflow of that name. There are {', '.join(sorted(known))}.")
    return known[name][-1]


def pinned(name: str, version: int) -> Definition:
    """A workflow in the version that a run was started with. Raises NotFound where the code has it no more."""
    for definition in definitions().get(name, ()):
        if definition.version == version:
            return definition
    raise NotFound(f"Version {version} of {name} is gone from the code. Retry the run with definition: newest.")


def checked(definition: Definition, given: dict[str, Any], pointer: str = "/input") -> Model:
    """A run's input, which a body holds at `pointer`, as its model. Raises ValidationFailed, naming the fields."""
    from pydantic import ValidationError

    try:
        return definition.given.model_validate(given)
    except ValidationError as error:
        errors = [
            {
                "pointer": "/".join([pointer, *map(str, each["loc"])]),
                "in": "body",
                "detail": each["msg"],
                "type": each["type"],
            }
            for each in error.errors(include_url=False, include_input=False, include_context=False)[:50]
        ]
        raise ValidationFailed(f"The input does not fit {definition.name}.", errors=errors) from None


class DescribedWorkflow(Model):
    """A workflow that can be started: its steps in order, which of them are undone, and its input as JSON Schema."""

    name: str
    definition: int
    summary: str
    steps: list[str]
    undone: list[str]
    scopes: list[str]
    input_schema: dict[str, Any]


class DescribedWorkflows(Model):
    """Every workflow, in its newest version."""

    items: list[DescribedWorkflow]


def describe() -> DescribedWorkflows:
    """What can be started."""
    return DescribedWorkflows(items=[_described(versions[-1]) for _, versions in sorted(definitions().items())])


def _described(definition: Definition) -> DescribedWorkflow:
    return DescribedWorkflow(
        name=definition.name,
        definition=definition.version,
        summary=definition.summary,
        steps=[step.name for step in definition.steps],
        undone=[step.name for step in definition.steps if step.undone],
        scopes=sorted(definition.scopes),
        input_schema=definition.given.model_json_schema(),
    )
