"""From bytes to the handler's arguments: path, query, body and If-Match, all validated before anything happens."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from pydantic import TypeAdapter, ValidationError
from starlette.types import Receive

from shared_layer.core import json
from shared_layer.core.declaration import PATH_PARAMETER, HttpOperation
from shared_layer.core.errors import (
    BodyTooLarge,
    InvalidRequest,
    NotFound,
    UnsupportedMediaType,
    ValidationFailed,
    VersionRequired,
)
from shared_layer.front_door.authentication import RequestHeaders


class ArgumentReader:
    """What reads one operation's arguments; made once when the function is declared."""

    def __init__(self, operation: HttpOperation) -> None:
        pattern = "".join(
            f"(?P<{part}>[^/]+?)" if index % 2 else re.escape(part)
            for index, part in enumerate(PATH_PARAMETER.split(operation.path))
        )
        self._path = re.compile(pattern)
        self._template = operation.path if not operation.path_parameters else None
        self._limit = operation.body_limit
        signature = operation.signature
        self._path_types = {name: TypeAdapter(hint) for name, hint in signature.path.items()}
        self._query = signature.query
        self._query_type = TypeAdapter(signature.query[1]) if signature.query else None
        self._body = signature.body
        self._body_type = TypeAdapter(signature.body[1]) if signature.body else None
        self._if_match = signature.if_match

    def but_body(self, path: str, query_string: bytes, headers: RequestHeaders) -> dict[str, Any]:
        """All arguments but the body's."""
        arguments = self.path(path)
        if self._query is not None:
            self.query(query_string, arguments)
        if self._if_match is not None:
            self.if_match(headers.get(b"if-match"), arguments)
        return arguments

    def path(self, path: str) -> dict[str, Any]:
        """The path's parameters. Raises NotFound: an id that cannot be is an id that is not."""
        if path == self._template:
            return {}
        match = self._path.fullmatch(path)
        if match is None:
            raise NotFound()
        try:
            return {name: kind.validate_python(match[name]) for name, kind in self._path_types.items()}
        except ValidationError:
            raise NotFound() from None

    def query(self, query_string: bytes, arguments: dict[str, Any]) -> None:
        """Add the query model. Raises ValidationFailed, also for unknown or doubled names."""
        if self._query is None or self._query_type is None:
            return
        try:
            pairs = parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=100)
        except (UnicodeDecodeError, ValueError):
            raise InvalidRequest("The query string is not valid percent-encoded UTF-8.") from None
        values = dict(pairs)
        if len(values) != len(pairs):
            raise ValidationFailed("A query parameter is given twice. Give each once.")
        try:
            arguments[self._query[0]] = self._query_type.validate_strings(values)
        except ValidationError as error:
            raise validation_failed(error, "query") from None

    def value(self, raw: bytes, content_type: bytes | None) -> Any:
        """The body as a JSON value. Raises UnsupportedMediaType, MalformedJson."""
        if content_type != b"application/json" and content_type is not None and not _is_json(content_type):
            raise UnsupportedMediaType()
        return json.parse(raw)

    def body(self, raw: bytes, arguments: dict[str, Any]) -> None:
        """Add the body model. Raises ValidationFailed."""
        if self._body is None or self._body_type is None:
            return
        try:
            arguments[self._body[0]] = self._body_type.validator.validate_json(raw, strict=True)
        except ValidationError as error:
            raise validation_failed(error, "body") from None

    def if_match(self, header: bytes | None, arguments: dict[str, Any]) -> None:
        """Add the version in If-Match. Raises VersionRequired."""
        if self._if_match is None:
            return
        if header is None:
            raise VersionRequired()
        number = header.decode("latin-1").strip().removeprefix("W/").strip('"')
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            raise InvalidRequest('If-Match is not an ETag of this platform. Send it as it was answered, such as "3".')
        arguments[self._if_match] = int(number)

    async def read_body(self, receive: Receive, content_length: bytes | None) -> bytes:
        """The raw body. Raises BodyTooLarge as soon as the limit is passed, without reading on."""
        if content_length is not None and content_length.isdigit() and int(content_length) > self._limit:
            raise BodyTooLarge(f"The body may have {self._limit} bytes; this one has {int(content_length)}.")
        message = await receive()
        body: bytes = message.get("body", b"")
        if not message.get("more_body", False) and len(body) <= self._limit:
            return body
        chunks, size = [body], len(body)
        while message.get("more_body", False) and size <= self._limit:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise InvalidRequest("The connection closed before the body was complete.")
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
        if size > self._limit:
            raise BodyTooLarge(f"The body may have {self._limit} bytes; this one has more.")
        return b"".join(chunks)


def _is_json(content_type: bytes) -> bool:
    media = content_type.partition(b";")[0].strip().lower()
    return media == b"application/json" or (media.startswith(b"application/") and media.endswith(b"+json"))


def validation_failed(error: ValidationError, place: str) -> ValidationFailed:
    """A pydantic error as a problem: each entry names the place by JSON pointer and says what is wrong."""
    entries = [
        {
            "pointer": "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in entry["loc"]),
            "in": place,
            "detail": entry["msg"],
            "type": entry["type"],
        }
        for entry in error.errors(include_url=False, include_context=False, include_input=False)[:50]
    ]
    return ValidationFailed(errors=entries)
