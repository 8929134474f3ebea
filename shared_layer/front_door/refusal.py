"""The answer to a call that there is no room for, put together beforehand.

Under three times its load an instance refuses twice as many calls as it serves: what a refusal costs is taken from
what it can serve. Made anew as every problem is, it costs half of what the framework takes for a call; so, a tenth.
"""

from __future__ import annotations

from typing import Final

from shared_layer.core.context import RequestContext
from shared_layer.core.errors import Overloaded
from shared_layer.core.json import dumps
from shared_layer.front_door.answer import SECURITY_HEADERS, Answer, Dialect, problem_answer
from shared_layer.front_door.cors import cors_headers

_PATH: Final = "/the/path/0b9d2f"
_ID: Final = "the-request-0b9d2f"


class Refusal:
    """What one operation's calls are refused with."""

    def __init__(self, dialect: Dialect | None) -> None:
        whole = problem_answer(Overloaded(retry_after=1), RequestContext(_ID, "", "", "", ""), _PATH, dialect)
        self._status, self._headers = whole.status_code, whole.headers
        self._before, _, rest = whole.body.partition(dumps(_PATH))
        self._between, _, self._after = rest.partition(_ID.encode())

    def answer(self, request_id: str, path: str, origin: bytes | None) -> Answer:
        """The answer to the call `request_id` of `path` by a page of `origin`."""
        identified = request_id.encode()
        body = b"".join((self._before, dumps(path), self._between, identified, self._after))
        named = (b"x-request-id", identified)
        return Answer(self._status, [*self._headers, named, *cors_headers(origin), *SECURITY_HEADERS], body)
