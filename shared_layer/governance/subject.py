"""A data subject: an e-mail address, a contact's id or both, and where they stand in values of any shape."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from shared_layer.core.context import RequestContext
from shared_layer.governance.commitment import subject_key

ERASED: Final = "[erased]"


@dataclass(frozen=True)
class Subject:
    """Whom a request is about: by address, contact id or both, and by the others that are the same person's."""

    email: str | None
    contact_id: str | None
    other_emails: tuple[str, ...] = ()
    other_contact_ids: tuple[str, ...] = ()

    @cached_property
    def emails(self) -> list[str]:
        """Every address of the subject, each once."""
        return list(dict.fromkeys(each for each in (self.email, *self.other_emails) if each))

    @cached_property
    def contact_ids(self) -> list[str]:
        """Every contact id of the subject, each once."""
        return list(dict.fromkeys(each for each in (self.contact_id, *self.other_contact_ids) if each))

    def by_address(self) -> Subject:
        """The subject without its ids: of an erased contact they name nobody any more."""
        return Subject(self.email, None, self.other_emails)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds the subject in a text, in any case, and never within a longer address or id."""
        parts = [rf"(?<![A-Za-z0-9._%+'-]){re.escape(each)}(?![A-Za-z0-9-]|\.[A-Za-z0-9])" for each in self.emails]
        parts += [rf"(?<![A-Za-z0-9_-]){re.escape(each)}(?![A-Za-z0-9_-])" for each in self.contact_ids]
        return re.compile("|".join(parts), re.IGNORECASE)

    @property
    def needles(self) -> list[str]:
        """What a store that knows no patterns is asked for, in lower case; its answers are looked at again here."""
        return [value.casefold() for value in (*self.emails, *self.contact_ids)]

    @property
    def keys(self) -> list[str]:
        """The names of the subject's salts."""
        by_email = [subject_key("email", each) for each in self.emails]
        return by_email + [subject_key("contact", each) for each in self.contact_ids]

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
        return any(each in (document_id, fields.get("contact_id")) for each in self.contact_ids)


SamePerson = Callable[[str, Subject], Awaitable[Subject]]
"""(tenant, subject) → the subject with whatever else is known to be the same person's."""

Forget = Callable[[str, Subject, RequestContext], Awaitable[int]]
"""Removes the subject's own records in (tenant), their counts with them; answers how many."""
