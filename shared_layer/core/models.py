"""The base of every model at the border: strict about what it does not know, exact about what it does."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, StringConstraints


def empty_list() -> list[Any]:
    """What a list in a model is by default.

    Not `list` itself: of a default's maker pydantic asks the signature, and for this builtin Python compiles the
    pattern of its tokenizer, which is a tenth of a cold start.
    """
    return []


class Model(BaseModel):
    """A value in a request or an answer: unknown fields are refused, texts trimmed, NaN and Infinity are no numbers."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, allow_inf_nan=False, ser_json_inf_nan="constants", frozen=False
    )


class Query(Model):
    """Parameters of the query string; a handler's parameter of a subclass of this is read from there."""


class Entity(Model):
    """A stored thing that is changed over time. `version` counts its writes and is its ETag.

    An entity read from Firestore remembers its document's update time, so that a write can demand that nobody
    came between.
    """

    model_config = ConfigDict(extra="ignore")

    version: int = Field(default=1, ge=1, description="Counts the writes; sent as ETag, expected back as If-Match.")
    created_at: datetime
    updated_at: datetime
    _update_time: Any = PrivateAttr(default=None)

    @property
    def stored_at(self) -> Any:
        """Firestore's update time of the document this was read from. Raises LookupError for one never stored."""
        if self._update_time is None:
            raise LookupError(
                f"this {type(self).__name__} was not read from Firestore: no write can be held against it"
            )
        return self._update_time

    def remember_update_time(self, update_time: Any) -> None:
        """Hold later writes against the document as it was at `update_time`."""
        self._update_time = update_time


Item = TypeVar("Item")


class Page(Model, Generic[Item]):
    """One page of a list. `next_cursor` is opaque; null on the last page."""

    items: list[Item]
    next_cursor: str | None = None


def whole_number(value: Any) -> Any:
    """A query's digits as a number; whatever else is left for the validator to refuse."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


class PageQuery(Query):
    """How every list is paged: `limit` items (1 to 200), from the `cursor` that the page before answered."""

    limit: Annotated[int, BeforeValidator(whole_number), Field(ge=1, le=200)] = 50
    cursor: Annotated[str, StringConstraints(max_length=1024, strip_whitespace=False)] | None = None
