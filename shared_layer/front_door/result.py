"""What a handler gives back, as an answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from starlette.responses import Response

from shared_layer.core.declaration import HttpOperation
from shared_layer.core.models import Entity
from shared_layer.front_door.answer import JSON, Answer, Headers


class ResultWriter:
    """Writes the results of one operation's calls: a model as JSON, an entity with its version as ETag, nothing as an
    empty answer; a Response as it is. What is `deferred` of a deferrable operation is answered with 202.
    """

    __slots__ = ("_deferrable", "_status", "_to_json")

    def __init__(self, operation: HttpOperation) -> None:
        self._status = operation.status
        self._deferrable = operation.deferrable
        self._to_json: Callable[[Any], bytes] | None = None
        answer = operation.signature.answer
        if answer not in (None, type(None), Any) and not _is_response(answer):
            self._to_json = TypeAdapter(answer).serializer.to_json

    def answer(self, result: Any) -> Any:
        """The result as an answer."""
        if self._to_json is None:
            return result if result is not None else Answer(self._status, [])
        headers: Headers = [JSON]
        kind: Any = type(result)
        if _is_entity(kind):
            headers.append((b"etag", b'"%d"' % result.version))
        status = 202 if self._deferrable and result.deferred else self._status
        return Answer(status, headers, self._to_json(result))


@cache
def _is_entity(kind: type) -> bool:
    """`isinstance` of a pydantic model is asked of its metaclass, which is dear."""
    return issubclass(kind, Entity)


def _is_response(answer: Any) -> bool:
    return isinstance(answer, type) and issubclass(answer, Response | Answer)
