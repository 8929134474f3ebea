"""A data subject: an e-mail address, a contact's id or both, and where they stand in values of any shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from shared_layer.governance.commitment import subject_key

ERASED: Final = "[erased]"


@dataclass(frozen=True)
class Subject:
    """Whom a request is about. At least one of the two is given."""

    email: str | None
    contact_id: str | None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds the subject in a text, in any case, and never within a longer address or id."""
        parts = []
        if self.email:
            parts.append(rf"(?<![A-Za-z0-9._%+'-]){re.escape(self.email)}(?![A-Za-z0-9-]|\.[A-Za-z0-9])")
        if self.contact_id:
            parts.append(rf"(?<![A-Za-z0-9_-]){re.escape(self.contact_id)}(?![A-Za-z0-9_-])")
        return re.compile("|".join(parts), re.IGNORECASE)

    @property
    def needles(self) -> list[str]:
        """What a store that knows no patterns is asked for, in lower case; its answers are looked at again here."""
        return [value.casefold() for value in (self.email, self.contact_id) if value]

    @property
    def keys(self) -> list[str]:
        """The names of the subject's salts."""
        named = (("email", self.email), ("contact", self.contact_id))
        return [subject_key(kind, value) for kind, value in named if value]

    def mentions(self, value: Any, path: str = "") -> Iterator[tuple[str, str]]:
        """Every (path, text) below `value` that names the subject; names of members count as well."""
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if isinstance(value, str):
            if self.pattern.search(value):
                yield path, value
        elif isinstance(value, dict):
            for name, item in value.items():
                if self.pattern.search(str(name)):
                    yield f"{path}/{name}", str(name)
                yield from self.mentions(item, f"{path}/{name}")
        elif isinstance(value, list | tuple):
            for index, item in enumerate(value):
                yield from self.mentions(item, f"{path}/{index}")

    def named_in(self, value: Any) -> bool:
        """Whether the subject stands anywhere in `value`."""
        return next(self.mentions(value), None) is not None

    def erased_from(self, value: Any) -> Any:
        """`value` with the subject struck out wherever it stands."""
        if isinstance(value, str):
            return self.pattern.sub(ERASED, value)
        if isinstance(value, bytes):
            return (
                self.pattern.sub(ERASED, value.decode("utf-8", "replace")).encode() if self.named_in(value) else value
            )
        if isinstance(value, dict):
            return {self.pattern.sub(ERASED, str(name)): self.erased_from(item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.erased_from(item) for item in value]
        return value

    def owns(self, document_id: str, fields: dict[str, Any]) -> bool:
        """Whether a document is the subject's own record, and not one that only mentions it."""
        return self.contact_id is not None and self.contact_id in (document_id, fields.get("contact_id"))
