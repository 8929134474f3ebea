"""What a function says about itself. Gateway spec, Terraform input, local runner, docs and catalogue derive from it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from shared_layer.core.services import Service, service_of_module
from shared_layer.core.signature import Signature

Tier = Literal["standard", "expensive", "ai", "none"]
Idempotency = Literal["none", "optional", "required"]
Kind = Literal["http", "event", "document", "schedule", "object"]

DELIVERED_AT_LEAST = 40
PATH_PARAMETER = re.compile(r"{([a-z_]+)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What the platform gives an instance: memory in MiB, instances, requests in flight, secrets mounted as files."""

    memory: int = 256
    cpu: float = 1.0
    min_instances: int = 0
    max_instances: int = 20
    concurrency: int = 80
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """The part that every kind of function has in common.

    `name` is the file's and the function's name; `deadline` is in seconds; `emits` names the event types it stages.
    """

    name: str
    module: str
    summary: str
    description: str
    service: Service
    deadline: float
    emits: tuple[str, ...] = ()
    resources: Resources = field(default_factory=Resources)

    @property
    def kind(self) -> Kind:
        """Which of the five kinds of trigger this is."""
        raise TypeError(f"{type(self).__name__} is no kind of function")

    @property
    def slug(self) -> str:
        """The Cloud Function's name: `create_campaign` becomes `create-campaign`."""
        return self.name.replace("_", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOperation(Declaration):
    """One method on one path. What each option means says `front_door.endpoint.Options`."""

    deadline: float = 15.0
    method: str
    path: str
    scope: str
    tier: Tier = "standard"
    status: int = 200
    idempotency: Idempotency = "none"
    sealed: bool = False
    streams: bool = False
    websocket: bool = False
    body_limit: int = 1 << 20
    while_suspended: bool = False
    deferrable: bool = False
    handler: Callable[..., Any]
    signature: Signature

    @property
    def kind(self) -> Kind:
        return "http"

    @property
    def path_parameters(self) -> tuple[str, ...]:
        """Names in the path's braces, in order."""
        return tuple(PATH_PARAMETER.findall(self.path))


@dataclass(frozen=True, slots=True, kw_only=True)
class EventHandler(Declaration):
    """Called for each event of its topics (of `event_types`, where given): at least once, deduped by the inbox.

    `max_attempts` is how often the handler itself may fail before the event is a dead letter; `contended` that it
    changes documents that others change at the same time, and is done anew at once where one of them came first.
    """

    topics: tuple[str, ...]
    event_types: tuple[str, ...] = ()
    raw: bool = False
    contended: bool = False
    max_attempts: int = 5
    handler: Callable[..., Any]
    signature: Signature

    @property
    def kind(self) -> Kind:
        return "event"

    @property
    def max_deliveries(self) -> int:
        """How often Pub/Sub delivers: further where the instance died or what the handler needs is away.

        40 deliveries, 1 to 600 s apart, last five hours; a handler of raw messages buries nothing itself.
        """
        return self.max_attempts if self.raw else max(self.max_attempts, DELIVERED_AT_LEAST)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentHandler(Declaration):
    """Called for each change of the Firestore documents that match `document` (Eventarc path pattern)."""

    document: str
    change: Literal["created", "updated", "deleted", "written"] = "written"
    handler: Callable[..., Any]
    signature: Signature

    @property
    def kind(self) -> Kind:
        return "document"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleHandler(Declaration):
    """Called at each tick of a cron expression."""

    cron: str
    time_zone: str = "UTC"
    handler: Callable[..., Any]
    signature: Signature

    @property
    def kind(self) -> Kind:
        return "schedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectHandler(Declaration):
    """Called when an object of `bucket` is finalized."""

    bucket: str
    handler: Callable[..., Any]
    signature: Signature

    @property
    def kind(self) -> Kind:
        return "object"


AnyDeclaration = HttpOperation | EventHandler | DocumentHandler | ScheduleHandler | ObjectHandler


def described(function: Callable[..., Any]) -> dict[str, Any]:
    """The fields of a declaration that the function's own file answers: name, module, service and docstring.

    The module's docstring counts; its first line is the summary. Raises ValueError where there is none.
    """
    module = inspect.getmodule(function)
    text = inspect.cleandoc((module.__doc__ if module else None) or function.__doc__ or "")
    if not text:
        raise ValueError(f"{function.__module__}: say in the file's docstring what {function.__name__} does")
    summary, _, rest = text.partition("\n")
    source = module_name(function)
    return {
        "name": function.__name__,
        "module": source,
        "summary": summary.strip(),
        "description": rest.strip(),
        "service": service_of_module(source),
    }


def module_name(function: Callable[..., Any]) -> str:
    """The dotted name by the file's place, also where a framework loaded the file under another name."""
    parts = inspect.getfile(function).removesuffix(".py").replace("\\", "/").split("/")
    for root in ("functions", "triggers"):
        if len(parts) >= 3 and parts[-3] == root:
            return ".".join(parts[-3:])
    return function.__module__


def declare(function: Callable[..., Any], declaration: AnyDeclaration) -> None:
    """Attach `declaration` to the function that the runtime will call."""
    function.__dict__["xynergy_declaration"] = declaration


def declaration_of(candidate: object) -> AnyDeclaration | None:
    """The declaration of a decorated function; None for anything else."""
    found = getattr(candidate, "xynergy_declaration", None)
    return found if isinstance(found, Declaration) else None  # type: ignore[return-value]
