"""A visit tried against the rules, those in force or a draft: nothing is kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from shared_layer.attribution.channels.rule_store import read_rules
from shared_layer.attribution.channels.rules import ChannelRule, Classified, classify
from shared_layer.attribution.channels.traffic import traffic_of
from shared_layer.core.caller import Caller
from shared_layer.core.errors import ValidationFailed
from shared_layer.core.models import Model

Text = Annotated[str, StringConstraints(max_length=300)]
Address = Annotated[str, StringConstraints(max_length=2000)]


class ChannelTrial(Model):
    """A visit: the address that was opened, the referrer, and what else is known. `rules` are tried instead of those
    in force, where they are given."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"url": "https://shop.example/?utm_medium=email", "referrer": "https://chatgpt.com/"}]
        }
    )

    url: Address | None = None
    referrer: Address | None = None
    source: Text | None = None
    medium: Text | None = None
    campaign: Text | None = None
    term: Text | None = None
    content: Text | None = None
    rules: Annotated[list[ChannelRule], Field(max_length=100)] | None = None


async def try_rules(trial: ChannelTrial, caller: Caller) -> Classified:
    """The channel of the visit, and why. Raises ValidationFailed for an address that cannot be read."""
    try:
        traffic = traffic_of(**trial.model_dump(exclude={"rules"}))
    except ValueError as error:
        raise ValidationFailed(f"url or referrer is no address that can be read: {error}") from None
    rules = trial.rules if trial.rules is not None else (await read_rules(caller.tenant_id)).rules
    return classify(traffic, rules)
