"""A job as the API stores it: checked, defaults filled in, output-only fields emptied."""

from __future__ import annotations

import re
import secrets

from infra.local.scheduler.errors import InvalidJob
from infra.local.scheduler.schedule import next_fire
from infra.local.scheduler.wire import HttpTarget, Job, PubsubTarget, RetryConfig, http_method

_PARENT = re.compile(r"projects/[A-Za-z0-9:.-]+/locations/[a-z0-9-]+")
_JOB = re.compile(_PARENT.pattern + r"/jobs/[A-Za-z0-9_-]{1,500}")
_TOPIC = re.compile(r"projects/[A-Za-z0-9:.-]+/topics/[A-Za-z][A-Za-z0-9_.~+%-]{2,254}")
_OUTPUT_ONLY = ("user_update_time", "state", "status", "schedule_time", "last_attempt_time")
_METHODS_WITH_BODY = ("POST", "PUT", "PATCH")
_HTTP_DEADLINE = 180
_SHORTEST_DEADLINE, _LONGEST_DEADLINE = 15, 30 * 60
_MOST_RETRIES = 5


def check_parent(parent: str) -> None:
    """Raises InvalidJob unless `parent` is projects/P/locations/L."""
    if not _PARENT.fullmatch(parent):
        raise InvalidJob(f"parent {parent!r} must be projects/PROJECT/locations/LOCATION.")


def named(job: Job, parent: str) -> Job:
    """The job with a name under `parent`; one that the caller left unnamed gets a number, as at Google."""
    check_parent(parent)
    if not job.name:
        job.name = f"{parent}/jobs/{secrets.randbelow(10**19):020d}"
    if not _JOB.fullmatch(job.name) or not job.name.startswith(f"{parent}/"):
        raise InvalidJob(f"name {job.name!r} must be {parent}/jobs/JOB of letters, digits, '-' and '_'.")
    return job


def checked(job: Job, now: float) -> Job:
    """The job with its defaults; raises InvalidJob where it could not run."""
    for field in _OUTPUT_ONLY:
        job.ClearField(field)
    if len(job.description) > 500:
        raise InvalidJob("description must have at most 500 characters.")
    next_fire(job.schedule, job.time_zone, now)
    job.time_zone = job.time_zone or "Etc/UTC"
    target = job.WhichOneof("target")
    if target == "http_target":
        _check_http(job)
    elif target == "pubsub_target":
        _check_pubsub(job.pubsub_target)
    else:
        raise InvalidJob("target must be http_target or pubsub_target: App Engine is not served on one machine.")
    _check_retry(job.retry_config)
    return job


def _check_http(job: Job) -> None:
    target: HttpTarget = job.http_target
    if not target.uri.startswith(("http://", "https://")):
        raise InvalidJob(f"http_target.uri {target.uri!r} must begin with http:// or https://.")
    method = http_method(target)
    if target.body and method not in _METHODS_WITH_BODY:
        raise InvalidJob(f"http_target.body is not allowed with {method}.")
    if target.WhichOneof("authorization_header") == "oauth_token":
        raise InvalidJob("http_target.oauth_token is for Google's own APIs; on one machine use oidc_token.")
    if not target.http_method:
        target.http_method = 1
    if not job.HasField("attempt_deadline"):
        job.attempt_deadline.seconds = _HTTP_DEADLINE
    if not _SHORTEST_DEADLINE <= job.attempt_deadline.seconds <= _LONGEST_DEADLINE:
        raise InvalidJob("attempt_deadline must be between 15 seconds and 30 minutes.")


def _check_pubsub(target: PubsubTarget) -> None:
    if not _TOPIC.fullmatch(target.topic_name):
        raise InvalidJob(f"pubsub_target.topic_name {target.topic_name!r} must be projects/PROJECT/topics/TOPIC.")
    if not target.data and not target.attributes:
        raise InvalidJob("pubsub_target must have data or at least one attribute.")


def _check_retry(config: RetryConfig) -> None:
    if not 0 <= config.retry_count <= _MOST_RETRIES:
        raise InvalidJob(f"retry_config.retry_count must be between 0 and {_MOST_RETRIES}.")
    if not config.HasField("max_retry_duration"):
        config.max_retry_duration.SetInParent()
    if not config.HasField("min_backoff_duration"):
        config.min_backoff_duration.seconds = 5
    if not config.HasField("max_backoff_duration"):
        config.max_backoff_duration.seconds = 3600
    config.max_doublings = config.max_doublings or 5
