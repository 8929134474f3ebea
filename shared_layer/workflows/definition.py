"""A workflow's definition: named steps in order, and which of them are undone. What they do is in `doing`.

    done ──▶ done ──▶ working        cancelled: ◀── undone ◀── undone (a step that nothing undoes is left as it is)

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
    """One step, and whether what it did is taken back by a cancel.

    `operations` are those of the API that do the same: a policy that forbids one of them forbids the step.
    """

    name: str
    operations: tuple[str, ...] = ()
    undone: bool = False


@dataclass(frozen=True)
class Doing:
    """What the steps of a definition do, by name, and what undoes them: that is given what the step answered."""

    do: Mapping[str, Do]
    undo: Mapping[str, Undo]


@dataclass(frozen=True, slots=True)
class Definition:
    """A workflow in one version. `scopes` are what its steps use; `given` is the model of its input."""

    name: str
    version: int
    summary: str
    given: type[Model]
    scopes: tuple[str, ...]
    steps: tuple[Step, ...]

    def step(self, name: str) -> Step:
        """The step of that name. Raises LookupError."""
        for step in self.steps:
            if step.name == name:
                return step
        raise LookupError(f"{self.name} version {self.version} has no step {name!r}")
