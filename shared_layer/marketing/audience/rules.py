"""The rules of a segment: a tree over a contact's fields, its timeline and what it made of campaigns.

{"all": [{"field": "stage", "op": "is", "value": "customer"},
         {"any": [{"did": "payment", "within_days": 90}, {"campaign": "clicked"}]},
         {"none": [{"field": "tags", "op": "contains", "value": "press"}]}]}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag, model_validator

from shared_layer.core.ids import Id
from shared_layer.core.models import Model

DEEPEST: Final = 5
MOST_RULES: Final = 50

Operator = Literal[
    "is", "is_not", "in", "contains", "exists", "missing", "at_least", "at_most", "within_days", "not_within_days"
]
Text = Annotated[str, StringConstraints(max_length=200)]
FIELDS: Final = (
    "name", "given_name", "family_name", "company", "company_domain", "title", "stage", "owner", "source", "tags",
    "emails", "address.city", "address.region", "address.country", "score", "interactions", "created_at",
    "last_contacted_at", "born_on",
)  # fmt: skip
MOMENTS: Final = frozenset({"created_at", "last_contacted_at"})
NUMBERS: Final = frozenset({"score", "interactions"})
_VALUELESS: Final = frozenset({"exists", "missing"})
_NUMERIC: Final = frozenset({"at_least", "at_most", "within_days", "not_within_days"})


class FieldRule(Model):
    """A field of the contact. Texts are compared without regard to case; `within_days` counts back from now."""

    field: Annotated[str, StringConstraints(pattern=r"^(custom\.[a-z][a-z0-9_]{0,39}|[a-z_]{2,20}(\.[a-z]{2,10})?)$")]
    op: Operator = "is"
    value: Text | Annotated[float, Field(ge=-1e12, le=1e12)] | Annotated[list[Text], Field(max_length=100)] | None = (
        None
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> FieldRule:
        if self.field not in FIELDS and not self.field.startswith("custom."):
            raise ValueError(f"no field {self.field!r}; use custom.<name> or one of {', '.join(FIELDS)}")
        if (self.value is None) != (self.op in _VALUELESS):
            raise ValueError(f"{self.op} takes {'no value' if self.op in _VALUELESS else 'a value'}")
        if (self.op == "in") != isinstance(self.value, list):
            raise ValueError("a list of values belongs to op in, and op in takes a list")
        if self.op in _NUMERIC and not isinstance(self.value, float | int):
            raise ValueError(f"{self.op} takes a number")
        if self.op.endswith("within_days") and self.field not in MOMENTS:
            raise ValueError(f"{self.op} is for {' and '.join(sorted(MOMENTS))}")
        if self.op in ("at_least", "at_most") and self.field not in NUMBERS and not self.field.startswith("custom."):
            raise ValueError(f"{self.op} is for {', '.join(sorted(NUMBERS))} and custom fields")
        return self


class DidRule(Model):
    """Something on the contact's timeline: `at_least` times, `within_days` back from now where that is given."""

    did: Literal["mail", "message", "call", "meeting", "note", "payment", "refund", "form", "campaign", "deal"]
    at_least: Annotated[int, Field(ge=1, le=50)] = 1
    within_days: Annotated[int, Field(ge=1, le=3650)] | None = None


class CampaignRule(Model):
    """What the contact made of the mails of a campaign, or of any."""

    campaign: Literal["sent", "clicked", "unsubscribed", "bounced"]
    campaign_id: Id | None = None


class AllOf(Model):
    """Every one of them holds."""

    all: Annotated[list[Rule], Field(min_length=1, max_length=MOST_RULES)]


class AnyOf(Model):
    """At least one of them holds."""

    any: Annotated[list[Rule], Field(min_length=1, max_length=MOST_RULES)]


class NoneOf(Model):
    """None of them holds."""

    none: Annotated[list[Rule], Field(min_length=1, max_length=MOST_RULES)]


_MEMBERS: Final = ("all", "any", "none", "field", "did", "campaign")


def _kind(value: Any) -> str | None:
    """Which rule it is, by the member that only this one has."""
    names = value if isinstance(value, dict) else getattr(type(value), "model_fields", ())
    return next((name for name in _MEMBERS if name in names), None)


Rule = Annotated[
    Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[NoneOf, Tag("none")]
    | Annotated[FieldRule, Tag("field")]
    | Annotated[DidRule, Tag("did")]
    | Annotated[CampaignRule, Tag("campaign")],
    Discriminator(
        _kind,
        custom_error_type="no_rule",
        custom_error_message="a rule has one of all, any, none, field, did or campaign",
    ),
]
AnyRule = AllOf | AnyOf | NoneOf | FieldRule | DidRule | CampaignRule

for _model in (AllOf, AnyOf, NoneOf):
    _model.model_rebuild()


def parts_of(rule: AnyRule) -> list[AnyRule]:
    """The rules right below one; none below a leaf."""
    match rule:
        case AllOf():
            return list(rule.all)
        case AnyOf():
            return list(rule.any)
        case NoneOf():
            return list(rule.none)
    return []


def leaves(rule: AnyRule) -> Iterator[AnyRule]:
    """Every leaf of the tree."""
    parts = parts_of(rule)
    if not parts:
        yield rule
    for part in parts:
        yield from leaves(part)


def check_size(rule: AnyRule) -> AnyRule:
    """The rule itself. Raises ValueError where it is too deep or has too many parts."""

    def depth(one: AnyRule) -> int:
        return 1 + max((depth(part) for part in parts_of(one)), default=0)

    if depth(rule) > DEEPEST:
        raise ValueError(f"rules may be nested {DEEPEST} deep")
    if sum(1 for _ in leaves(rule)) > MOST_RULES:
        raise ValueError(f"a segment may have {MOST_RULES} rules")
    return rule
