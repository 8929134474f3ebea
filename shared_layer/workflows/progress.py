"""How far a run is: what its task remembers between two steps.

The task's `position` holds the definition's version and the direction; its `outcome` the steps that were done, with
what they answered, so that whoever follows the task sees them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from shared_layer.core.models import Model, empty_list
from shared_layer.runtime.tasks import StoredTask, TaskError

Direction = Literal["forward", "back", "back_to_start"]


class StepRecord(Model):
    """A step that was done, and perhaps undone. `attempts` it took; `last_error` is of the one before the last."""

    name: str
    state: Literal["done", "undone", "kept"] = "done"
    attempts: int
    last_error: TaskError | None = None
    output: dict[str, Any] = Field(default_factory=dict)
    cost_micros: int = 0
    finished_at: datetime


class Progress(Model):
    """A run between two steps. `cost_micros` counts what was spent by attempts that a fresh start put aside, too.

    What is undone is undone by the version that did it; `next_definition` is the one that then begins anew.
    """

    definition: int
    next_definition: int | None = None
    direction: Direction = "forward"
    steps: list[StepRecord] = Field(default_factory=empty_list)
    cost_micros: int = 0

    @classmethod
    def of(cls, task: StoredTask) -> Progress:
        """What the task remembers."""
        return cls(
            definition=task.position["definition"],
            next_definition=task.position.get("next_definition"),
            direction=task.position["direction"],
            steps=[StepRecord.model_validate(each) for each in task.outcome.get("steps", [])],
            cost_micros=task.outcome.get("cost_micros", 0),
        )

    @property
    def position(self) -> dict[str, Any]:
        """The task's `position`."""
        return {
            "definition": self.definition,
            "next_definition": self.next_definition,
            "direction": self.direction,
        }

    @property
    def outcome(self) -> dict[str, Any]:
        """The task's `outcome`."""
        return {"steps": [each.model_dump() for each in self.steps], "cost_micros": self.cost_micros}

    @property
    def done(self) -> list[StepRecord]:
        """The steps that stand, in the order in which they were done."""
        return [each for each in self.steps if each.state == "done"]

    def outputs(self) -> dict[str, dict[str, Any]]:
        """What the steps that stand answered, by name."""
        return {each.name: each.output for each in self.done}
