"""The JSON Schemas of everything that operations take and answer, written once each under `components/schemas`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import TypeAdapter
from pydantic.errors import PydanticInvalidForJsonSchema
from starlette.responses import Response

from shared_layer.core.declaration import HttpOperation
from shared_layer.front_door.answer import Answer

Mode = Literal["validation", "serialization"]
Use = tuple[str, str]
"""(function, role): the role is `body`, `query`, `answer` or `path.<parameter>`."""


_BOUNDS: Final = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


@dataclass(frozen=True, slots=True)
class Schemas:
    """`of` answers the schema of one use, as a rule a reference into `components`."""

    uses: dict[Use, dict[str, Any]]
    components: dict[str, Any]

    def of(self, operation: HttpOperation, role: str) -> dict[str, Any] | None:
        """The schema of what `operation` uses as `role`; None where it uses nothing that has one."""
        return self.uses.get((operation.name, role))

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """`schema`, or the component that it refers to."""
        reference = schema.get("$ref")
        return self.components[reference.rsplit("/", 1)[1]] if reference else schema


def schemas_of(operations: Iterable[HttpOperation]) -> Schemas:
    """The schemas of `operations`, answers as they are written, everything else as it is read.

    Raises ValueError for a type that JSON Schema has no words for.
    """
    inputs = [(use, mode, TypeAdapter(kind)) for operation in operations for use, mode, kind in _uses(operation)]
    try:
        found, document = TypeAdapter.json_schemas(inputs, ref_template="#/components/schemas/{model}")
    except PydanticInvalidForJsonSchema as error:
        raise ValueError(f"a type has no JSON Schema: {error.message}") from error
    uses = {use: _translated(schema) for (use, _), schema in found.items()}
    return Schemas(uses, {name: _translated(schema) for name, schema in document.get("$defs", {}).items()})


def _translated(value: Any) -> Any:
    """`value` with bounds in JSON Schema's words: pydantic leaves its own where a validator stands before them.

    A default of null is left out: it says no more than that a field may be, and generators of clients take a field
    with a default for one that is always there.
    """
    if isinstance(value, list):
        return [_translated(member) for member in value]
    if not isinstance(value, dict):
        return value
    numeric = value.get("type") in ("integer", "number")
    said = ((key, member) for key, member in value.items() if key != "default" or member is not None)
    return {_BOUNDS.get(key, key) if numeric else key: _translated(member) for key, member in said}


def _uses(operation: HttpOperation) -> Iterator[tuple[Use, Mode, Any]]:
    signature = operation.signature
    for name, kind in signature.path.items():
        yield (operation.name, f"path.{name}"), "validation", kind
    if signature.query is not None:
        yield (operation.name, "query"), "validation", signature.query[1]
    if signature.body is not None:
        yield (operation.name, "body"), "validation", signature.body[1]
    answer = written_answer(signature.answer)
    if answer is not None:
        yield (operation.name, "answer"), "serialization", answer


def written_answer(answer: Any) -> Any:
    """The part of a return annotation that is written as JSON; None where the handler answers a Response itself."""
    members = get_args(answer) if get_origin(answer) in (Union, UnionType) else (answer,)
    written = [member for member in members if not (member in (None, type(None)) or _is_response(member))]
    return Union[tuple(written)] if written else None  # noqa: UP007 - the members are known at run time only


def _is_response(member: Any) -> bool:
    return isinstance(member, type) and issubclass(member, Response | Answer)
