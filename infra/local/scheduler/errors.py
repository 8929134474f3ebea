"""What a Scheduler call can be refused with.

SchedulerError
├── InvalidJob   INVALID_ARGUMENT     the job as given cannot run
├── JobExists    ALREADY_EXISTS       a job of that name is there
├── JobMissing   NOT_FOUND            no job of that name
└── WrongState   FAILED_PRECONDITION  the job's state does not allow the call
"""

from __future__ import annotations

from typing import ClassVar

import grpc


class SchedulerError(Exception):
    """A refusal, answered with the gRPC status `code` and the exception's message."""

    code: ClassVar[grpc.StatusCode] = grpc.StatusCode.INTERNAL


class InvalidJob(SchedulerError):
    """The message names the field and what it must be."""

    code = grpc.StatusCode.INVALID_ARGUMENT


class JobExists(SchedulerError):
    code = grpc.StatusCode.ALREADY_EXISTS

    def __init__(self, name: str) -> None:
        super().__init__(f"Job {name} already exists.")


class JobMissing(SchedulerError):
    code = grpc.StatusCode.NOT_FOUND

    def __init__(self, name: str) -> None:
        super().__init__(f"Job {name} not found.")


class WrongState(SchedulerError):
    """PauseJob wants an enabled job, ResumeJob a paused one."""

    code = grpc.StatusCode.FAILED_PRECONDITION
