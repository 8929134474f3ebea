"""A workflow's definition: named steps in order, each with what undoes it.

    done ──▶ done ──▶ working        cancelled: ◀── undo ◀── undo (a step without `undo` is left as it is)

A step's writes and events go on its unit and are committed with the run's new position: all of it or nothing, however
often the step is attempted. What a step answers is kept and handed to the steps behind it.

A definition that runs may still be at work on is never changed: a new one gets the next version beside it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared_layer.core.caller import Caller
from shared_layer.core.models import Model
from shared_layer.messaging.unit import Unit


@dataclass(slots=True)
class Work:
    """What a step is given: the run's input as its model, what earlier steps answered, who for, and where to stage.

    `key` is the same for each attempt at this step of this run, for effects elsewhere that take such a key.
    `cost_micros` is what the step spent, in millionths of a US dollar.
    """

    given: Any
    outputs: Mapping[str, dict[str, Any]]
    caller: Caller
    unit: Unit
    key: str
    cost_micros: int = field(default=0)


Do = Callable[[Work], Awaitable[dict[str, Any]]]
Undo = Callable[[Work, dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `undo` takes back what it did, given what it answered; None: it stays as it is.

    `operations` are those of the API that do the same: a policy that forbids one of them forbids the step.
    """

    name: str
    do: Do
    operations: tuple[str, ...] = ()
    undo: Undo | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """A workflow in one version. `scopes` are what its steps use; `given` is the model of its input."""

    name: str
    version: int
    summary: str
    given: type[Model]
    scopes: tuple[str, ...]
    steps: tuple[Step, ...]
    emits: tuple[str, ...]

    def step(self, name: str) -> Step:
        """The step of that name. Raises LookupError."""
        for step in self.steps:
            if step.name == name:
                return step
        raise LookupError(f"{self.name} version {self.version} has no step {name!r}")
