"""The one retrying layer of Google's HTTP clients (BigQuery, Storage): the adapter of their session.

Google's own retries go on for two to ten minutes around every call. They try nothing again that is raised here as
DependencyDown, so that an attempt more or less is decided in one place. Import it when it is needed.
"""

from __future__ import annotations

import time
from typing import Any, Final

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import ConnectTimeout, RequestException, Timeout

from shared_layer.storage.deadlines import attempt_seconds, room_after
from shared_layer.storage.retry_budget import RetryBudget, pause

CONNECT_SECONDS: Final = 2.0
ANSWER_SECONDS: Final = 10.0
REPEATABLE: Final = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
DID_NOTHING: Final = frozenset({429, 503})
FAILED: Final = frozenset({429, 500, 502, 503, 504})


class DependencyDown(RequestException):
    """The service did not answer, or answered that it cannot; the text says which and why."""


class BoundedAdapter(HTTPAdapter):
    """Up to three attempts at each request, within the deadline of the request that this thread works for."""

    def __init__(self, name: str) -> None:
        super().__init__(pool_maxsize=32)
        self._name, self._budget = name, RetryBudget()

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> Response:
        """The answer, unless it is that the service is down. Raises DependencyDown."""
        asked = _seconds(timeout)
        attempt = 1
        while True:
            seconds = attempt_seconds(asked, ANSWER_SECONDS)
            limits = (min(CONNECT_SECONDS, seconds), seconds)
            try:
                answer = super().send(request, stream, limits, verify, cert, proxies)
            except (RequestsConnectionError, Timeout) as error:
                reason, harmless = str(error), isinstance(error, ConnectTimeout) or _refused(error)
            else:
                if answer.status_code not in FAILED:
                    self._budget.succeeded()
                    return answer
                reason, harmless = f"{answer.status_code} {answer.text[:500]}", answer.status_code in DID_NOTHING
            self._budget.failed()
            seconds = pause(attempt)
            if not (_repeatable(request, harmless) and self._budget.allows(attempt) and room_after(seconds)):
                raise DependencyDown(f"{self._name}: {reason}", request=request)
            time.sleep(seconds)
            attempt += 1


def _repeatable(request: PreparedRequest, harmless: bool) -> bool:
    """Whether sending it again cannot do it twice: nothing happened (`harmless`), or its method says so."""
    whole = request.body is None or isinstance(request.body, bytes | str)
    return whole and (harmless or request.method in REPEATABLE)


def _seconds(timeout: Any) -> float | None:
    """What Google's client asked for: a number, (connect, read), or nothing."""
    found = timeout[-1] if isinstance(timeout, tuple) else timeout
    return None if found is None else float(found)


def _refused(error: Exception) -> bool:
    """Whether no connection was made, so that nothing can have happened."""
    from urllib3.exceptions import MaxRetryError, NewConnectionError

    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
