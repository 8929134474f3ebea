"""The messages of google.cloud.scheduler.v1. `descriptors.binpb` is the installed client's; a test holds them equal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from google.protobuf import message_factory

from infra.local.descriptors import pool_of

DESCRIPTORS = Path(__file__).with_name("descriptors.binpb")
_POOL = pool_of(DESCRIPTORS)


def message_class(name: str) -> Any:
    """The class of the message with the full name `name`."""
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(name))


if TYPE_CHECKING:
    from google.cloud.scheduler_v1.types import HttpTarget, Job, ListJobsResponse, PubsubTarget, RetryConfig
    from google.rpc.status_pb2 import Status
else:
    HttpTarget = message_class("google.cloud.scheduler.v1.HttpTarget")
    Job = message_class("google.cloud.scheduler.v1.Job")
    ListJobsResponse = message_class("google.cloud.scheduler.v1.ListJobsResponse")
    PubsubTarget = message_class("google.cloud.scheduler.v1.PubsubTarget")
    RetryConfig = message_class("google.cloud.scheduler.v1.RetryConfig")
    Status = message_class("google.rpc.Status")

_STATES = _POOL.FindEnumTypeByName("google.cloud.scheduler.v1.Job.State").values_by_name
_METHODS = _POOL.FindEnumTypeByName("google.cloud.scheduler.v1.HttpMethod").values_by_number
ENABLED: int = _STATES["ENABLED"].number
PAUSED: int = _STATES["PAUSED"].number


def http_method(target: HttpTarget) -> str:
    """The verb that the target asks for; POST where it names none."""
    return str(_METHODS[target.http_method].name) if target.http_method else "POST"


def seconds(moment_or_span: Any) -> float:
    """What a Timestamp or a Duration says, as seconds."""
    return float(moment_or_span.seconds + moment_or_span.nanos / 1e9)


__all__ = [
    "DESCRIPTORS",
    "ENABLED",
    "PAUSED",
    "HttpTarget",
    "Job",
    "ListJobsResponse",
    "PubsubTarget",
    "RetryConfig",
    "Status",
    "http_method",
    "message_class",
    "seconds",
]
