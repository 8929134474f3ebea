"""Answers held to the JSON schema that was asked for (JSON Schema 2020-12)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from shared_layer.core.errors import ValidationFailed


def schema_check(schema: Mapping[str, Any]) -> Callable[[str], Any]:
    """A function that answers a JSON text's value, and raises ValueError where it does not fit `schema`.

    Raises ValidationFailed where the schema itself is none. References are resolved in the schema alone: nothing is
    fetched.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError, ValidationError
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise ValidationFailed(f"json_schema is no JSON schema: {error.message[:200]}", param="json_schema") from None
    validator = Draft202012Validator(schema, registry=Registry())

    def check(text: str) -> Any:
        value = orjson.loads(text)
        try:
            validator.validate(value)
        except ValidationError as error:
            raise ValueError(error.message[:200]) from None
        except Unresolvable as error:
            raise ValidationFailed(f"json_schema refers to {error}, which it does not hold.") from None
        return value

    return check
