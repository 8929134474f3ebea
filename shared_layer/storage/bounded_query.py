"""A query of BigQuery's that reads no more than a set price allows, and waits no longer than its caller can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from shared_layer.core.context import current
from shared_layer.core.errors import Unavailable, ValidationFailed
from shared_layer.core.logs import log

if TYPE_CHECKING:
    from google.cloud.bigquery import Client

MAXIMUM_BYTES_BILLED: Final = 1 << 30
"""What one query may read: 1 GiB, $0.006 at list price. BigQuery refuses the rest before it reads."""

RETRY_SECONDS: Final = 1.5
"""How long a failing BigQuery is tried again before the caller is told."""

LONGEST_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query answered, and the bytes that BigQuery read for it."""

    rows: list[dict[str, Any]]
    bytes_processed: int


def seconds_left() -> float:
    """How long a query of the current request may take."""
    context = current()
    return min(LONGEST_SECONDS, context.remaining() if context else LONGEST_SECONDS)


def run_bounded(
    client: Client, sql: str, parameters: Sequence[Any], purpose: str, seconds: float, else_try: str = ""
) -> Answer:
    """The answer to `sql` with BigQuery's own query parameters; blocks, so that it belongs in a thread.

    Raises ValidationFailed where it would read too much, Unavailable (which tells what to do, and `else_try`) where
    BigQuery does not answer.
    """
    from google.api_core import exceptions
    from google.auth.exceptions import TransportError
    from google.cloud.bigquery import QueryJobConfig
    from google.cloud.bigquery.retry import DEFAULT_RETRY
    from requests.exceptions import RequestException

    config = QueryJobConfig(
        query_parameters=list(parameters), maximum_bytes_billed=MAXIMUM_BYTES_BILLED, labels={"purpose": purpose}
    )
    retry = DEFAULT_RETRY.with_timeout(min(RETRY_SECONDS, seconds))
    try:
        rows = client.query_and_wait(
            sql, job_config=config, api_timeout=seconds, wait_timeout=seconds, retry=retry, job_retry=None
        )
        return Answer([dict(row.items()) for row in rows], rows.total_bytes_processed or 0)
    except exceptions.GoogleAPICallError as error:
        if "bytes billed" in str(error):
            raise ValidationFailed(
                f"This period holds more than the {MAXIMUM_BYTES_BILLED} bytes that a query may read. Shorten it."
            ) from None
        if isinstance(error, exceptions.ServerError):
            raise _away(error, else_try) from error
        raise
    except (exceptions.RetryError, RequestException, TransportError, TimeoutError) as error:
        raise _away(error, else_try) from error


def _away(error: Exception, else_try: str) -> Unavailable:
    log("ERROR", "dependency_down", f"bigquery: {error}")
    return Unavailable(f"The warehouse does not answer. Retry in a few seconds{'; ' if else_try else ''}{else_try}.")
