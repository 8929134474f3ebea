"""A tenant's own channel rules, in order before GA4's: the first that holds says the channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, StringConstraints

from shared_layer.attribution.channels.groups import default_channel
from shared_layer.attribution.channels.known import category_of
from shared_layer.attribution.channels.traffic import Traffic
from shared_layer.core.models import Entity, Model, empty_list

ChannelName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _&/+.()-]{0,59}$"),
    Field(examples=["Partners"], description="Letters, digits, spaces and `_&/+.()-`; at most 60."),
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Attribute = Literal[
    "source", "medium", "campaign", "term", "content", "referrer_host", "landing_host", "landing_path",
    "source_category",
]  # fmt: skip
Operator = Literal["is", "contains", "begins_with", "ends_with"]

OPERATORS: Final[dict[Operator, Callable[[str, str], bool]]] = {
    "is": lambda value, wanted: value == wanted,
    "contains": lambda value, wanted: wanted in value,
    "begins_with": str.startswith,
    "ends_with": str.endswith,
}


class ChannelCondition(Model):
    """Holds where the attribute is, contains, begins or ends with one of `values` (with `negated`: with none of them).

    Case does not count. `source_category` is GA4's: search, shopping, social, video, or empty. Patterns are not taken:
    one that is written badly can keep a processor busy for hours.
    """

    attribute: Attribute
    operator: Operator = "is"
    values: Annotated[list[Text], Field(min_length=1, max_length=200, examples=[["partner.example"]])]
    negated: bool = False

    def holds(self, traffic: Traffic) -> bool:
        """Whether the visit is meant."""
        value = (
            category_of(traffic.source) or ""
            if self.attribute == "source_category"
            else str(getattr(traffic, self.attribute)).lower()
        )
        compare = OPERATORS[self.operator]
        return any(compare(value, wanted.lower()) for wanted in self.values) is not self.negated


class ChannelRule(Model):
    """A channel, and the conditions that must all hold for it."""

    channel: ChannelName
    conditions: Annotated[list[ChannelCondition], Field(min_length=1, max_length=20)]

    def holds(self, traffic: Traffic) -> bool:
        """Whether all conditions hold."""
        return all(condition.holds(traffic) for condition in self.conditions)


class ChannelRulesText(Model):
    """Rules of the tenant's own, looked at in order before GA4's default channel groups."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "rules": [
                        {
                            "channel": "Partners",
                            "conditions": [{"attribute": "source", "operator": "is", "values": ["partner.example"]}],
                        }
                    ]
                }
            ]
        }
    )

    rules: Annotated[list[ChannelRule], Field(max_length=100)] = Field(default_factory=empty_list)


class ChannelRules(Entity, ChannelRulesText):
    """The rules as stored; version 1 are GA4's alone, which nobody has changed."""

    model_config = ConfigDict(extra="ignore")

    changed_by: str = ""


class Classified(Model):
    """A visit's channel, and why: `rule` is the number of the tenant's own rule (from 1), null where GA4's decided."""

    channel: str
    rule: int | None
    source_category: str | None
    traffic: Traffic


def classify(traffic: Traffic, rules: list[ChannelRule]) -> Classified:
    """The channel of a visit by the tenant's rules, then by GA4's."""
    category = category_of(traffic.source)
    for number, rule in enumerate(rules, start=1):
        if rule.holds(traffic):
            return Classified(channel=rule.channel, rule=number, source_category=category, traffic=traffic)
    channel = default_channel(traffic.source, traffic.medium, traffic.campaign)
    return Classified(channel=channel, rule=None, source_category=category, traffic=traffic)
