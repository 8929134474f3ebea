"""A text from its subject to somebody's desk: outlined, written and checked by models, then handed over as a task.

Each step asks a model once; an attempt that follows a crash finds the answer in the response cache and pays nothing
more. The check is a model's and is shown as such: who publishes is a person, by the task.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from shared_layer.core.models import Model
from shared_layer.crm.contact import Owner
from shared_layer.workflows.definition import Definition, Step


class ContentPipeline(Model):
    """A text to write: about what, for whom, how long."""

    subject: Annotated[str, StringConstraints(min_length=3, max_length=300)]
    audience: Annotated[str, StringConstraints(min_length=3, max_length=300)]
    words: Annotated[int, Field(ge=100, le=1500)] = 400
    assignee: Owner | None = None


CONTENT_PIPELINE = Definition(
    name="content_pipeline",
    version=1,
    summary="Outline a text, write it, have it checked, and hand it over as a task. Models write, a person publishes.",
    given=ContentPipeline,
    scopes=("ai:use", "crm:write"),
    steps=(
        Step("outline", ("create_chat_completion",)),
        Step("write", ("create_chat_completion",)),
        Step("check", ("create_chat_completion",)),
        Step("hand_over", ("create_note", "create_crm_task"), undone=True),
    ),
)
