"""One row of an import: read by the mapping, held against what is there, and what is to become of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import quote, unquote

from pydantic import Field, ValidationError

from shared_layer.core.errors import ValidationFailed
from shared_layer.core.models import Model, empty_list
from shared_layer.crm.contact import ContactDraft, FieldName
from shared_layer.crm.identity import Identity, identities_of
from shared_layer.crm.normalising import normal_emails, normal_phones

Outcome = Literal["new", "update", "unchanged", "duplicate", "invalid"]

TARGETS: Final = (
    "name", "given_name", "family_name", "email", "phone", "company", "title", "stage", "owner", "tags", "born_on",
    "address.number", "address.street", "address.unit", "address.city", "address.region", "address.postcode",
    "address.country", "custom",
)  # fmt: skip

_SPELLINGS: Final = {
    "name": ("name", "full name", "fullname", "contact", "contact name", "display name"),
    "given_name": ("given name", "first name", "firstname", "first", "forename", "vorname"),
    "family_name": ("family name", "last name", "lastname", "last", "surname", "nachname"),
    "email": ("email", "e mail", "mail", "emails", "email address", "e mail address"),
    "phone": ("phone", "phones", "telephone", "mobile", "tel", "phone number", "telefon"),
    "company": ("company", "company name", "organisation", "organization", "account", "firma"),
    "title": ("title", "job title", "position", "role"),
    "stage": ("stage", "lifecycle stage", "status"),
    "owner": ("owner", "contact owner"),
    "tags": ("tags", "tag", "labels"),
    "born_on": ("born on", "birthday", "date of birth", "dob"),
    "address.number": ("street number", "house number"),
    "address.street": ("street", "address", "address 1", "street address", "strasse"),
    "address.unit": ("unit", "address 2", "suite", "apartment"),
    "address.city": ("city", "town", "suburb", "ort"),
    "address.region": ("state", "region", "province"),
    "address.postcode": ("postcode", "zip", "zip code", "postal code", "plz"),
    "address.country": ("country", "land"),
}
_SPLIT: Final = re.compile(r"[;,|]")
_CUSTOM: Final = "custom."
_PLAIN: Final = " !\"#$&'()*+,/:?@[]{}|<>^`~"


def guessed_mapping(header: list[str]) -> dict[str, str]:
    """A target for each column whose name says what it holds; the columns of our own export are all known."""
    known = {spelling: target for target, spellings in _SPELLINGS.items() for spelling in spellings}
    mapping: dict[str, str] = {}
    for column in header:
        words = " ".join(re.findall(r"[a-z0-9]+", column.lower()))
        exact = column in TARGETS or column.startswith(_CUSTOM)
        target = column if exact else known.get(words)
        if target is not None and target not in mapping.values():
            mapping[column] = target
    return mapping


def checked_mapping(mapping: Mapping[str, str], header: list[str]) -> dict[str, str]:
    """The mapping, once it is possible. Raises ValidationFailed naming what is not."""
    from pydantic import TypeAdapter

    for column, target in mapping.items():
        if column not in header:
            raise ValidationFailed(f"The mapping names the column {column!r}, which the file does not have.")
        if target.startswith(_CUSTOM):
            try:
                TypeAdapter(FieldName).validate_python(target.removeprefix(_CUSTOM))
            except ValidationError:
                raise ValidationFailed(
                    f"{target!r}: write a custom field in lower case, such as custom.size."
                ) from None
        elif target not in TARGETS:
            raise ValidationFailed(f"{target!r} is nothing to map to. Map to {', '.join(TARGETS)} or custom.NAME.")
    if not mapping:
        raise ValidationFailed("No column is known. Send a mapping from columns to fields, such as {'Mail': 'email'}.")
    return dict(mapping)


class RowReport(Model):
    """What becomes of a row. `row` counts from 1 behind the header; `problems` say what to correct."""

    row: int
    outcome: Outcome
    contact_id: str | None = None
    duplicate_of_row: int | None = None
    changes: list[str] = Field(default_factory=empty_list)
    problems: list[str] = Field(default_factory=empty_list)


@dataclass(slots=True)
class Row:
    """A row as it was read: the fields it gives, in our spelling, or its problems."""

    number: int
    fields: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def identities(self) -> list[Identity]:
        """What its contact is found by: addresses; numbers only where there is no address."""
        emails = self.fields.get("emails", [])
        return identities_of(emails, [] if emails else self.fields.get("phones", []))


def read_row(number: int, header: list[str], values: list[str], mapping: Mapping[str, str], region: str) -> Row:
    """One row's fields; what is empty in the file says nothing."""
    row, given = Row(number), dict[str, Any]()
    for column, text in zip(header, values, strict=True):
        target = mapping.get(column)
        if target is not None and text:
            _set(given, target, text)
    try:
        draft = ContactDraft.model_validate(given)
        row.fields = {name: value for name, value in draft.model_dump().items() if name in given}
        if "emails" in given:
            row.fields["emails"] = normal_emails(draft.emails)
        if "phones" in given:
            row.fields["phones"] = normal_phones(draft.phones, region)
    except ValidationError as error:
        entries = error.errors(include_url=False, include_context=False, include_input=False)
        row.problems = [f"{'.'.join(map(str, one['loc'])) or 'row'}: {one['msg']}"[:300] for one in entries[:10]]
    except ValidationFailed as error:
        row.problems = [one["detail"] for one in error.fields.get("errors", [])] or [error.detail]
    return row


def _set(given: dict[str, Any], target: str, text: str) -> None:
    if target in ("email", "phone"):
        given.setdefault(f"{target}s", []).extend(part.strip() for part in _SPLIT.split(text) if part.strip())
    elif target == "tags":
        given.setdefault("tags", []).extend(part.strip() for part in _SPLIT.split(text) if part.strip())
    elif target == "custom":
        given.setdefault("custom", {}).update(read_custom(text))
    elif target.startswith(_CUSTOM):
        given.setdefault("custom", {})[target.removeprefix(_CUSTOM)] = text
    elif target.startswith("address."):
        given.setdefault("address", {})[target.removeprefix("address.")] = text
    else:
        given[target] = text.lower() if target == "stage" else text


def write_custom(fields: Mapping[str, str]) -> str:
    """Custom fields in one cell: `size=L; colour=red`, what would be mistaken written as in an address (`%3B`)."""
    return "; ".join(f"{name}={quote(value, safe=_PLAIN)}" for name, value in sorted(fields.items()))


def read_custom(text: str) -> dict[str, str]:
    """The fields of such a cell."""
    parts = [part.strip().partition("=") for part in text.split(";") if part.strip()]
    return {name.strip(): unquote(value) for name, _, value in parts}
