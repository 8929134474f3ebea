"""The day's script as values, read from a file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

DAY: Final = Path(__file__).with_name("day.toml")

Brief = dict[str, Any]
"""What `POST /api/v1/campaigns` takes."""


@dataclass(frozen=True, slots=True)
class PlannedCampaign:
    """A campaign of the day: its brief, how it is moved afterwards, and the name of the campaign it is like."""

    brief: Brief
    moves: tuple[str, ...]
    like: str

    @property
    def name(self) -> str:
        """The campaign's own name."""
        return str(self.brief["name"])


@dataclass(frozen=True, slots=True)
class Mistake:
    """A brief that must be refused with `status`, by a problem that names the field `names`."""

    what: str
    brief: Brief
    status: int
    names: str


@dataclass(frozen=True, slots=True)
class TwoEditors:
    """A campaign that two people rename at the same time."""

    campaign: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Article:
    """An article of the company's site: `forgotten` is what its author should have taken out, `later` a later title."""

    title: str
    slug: str
    site: str
    keyphrase: str
    source: str
    html: str
    forgotten: str
    later: str


@dataclass(frozen=True, slots=True)
class SmallCustomer:
    """A tenant on the standard plan that reads more often than its plan allows."""

    name: str
    owner_email: str
    reads: int


@dataclass(frozen=True, slots=True)
class Assistant:
    """What the company asks the model: once whole, once as a stream."""

    question: str
    streamed: str


@dataclass(frozen=True, slots=True)
class ProviderScene:
    """What is asked before, while and after a provider is away; `answer` and `plan` are what its stand-in says."""

    answer: str
    plan: str
    question: str
    while_away: tuple[str, ...]
    after: str


@dataclass(frozen=True, slots=True)
class Day:
    """Everything that happens. `company` is what `POST /api/v1/tenants` takes, but for the plan."""

    company: dict[str, str]
    campaigns: tuple[PlannedCampaign, ...]
    interrupted: Brief
    mistakes: tuple[Mistake, ...]
    two_editors: TwoEditors
    article: Article
    small_customer: SmallCustomer
    assistant: Assistant
    provider: ProviderScene


def read_day(path: Path = DAY) -> Day:
    """The day in a TOML file. Raises OSError, ValueError (not TOML), KeyError or TypeError (not a day)."""
    with path.open("rb") as file:
        told = tomllib.load(file)
    provider = told["provider"]
    return Day(
        company=told["company"],
        campaigns=tuple(_campaign(entry) for entry in told["campaigns"]),
        interrupted=told["interrupted"],
        mistakes=tuple(Mistake(**entry) for entry in told["mistakes"]),
        two_editors=TwoEditors(**told["two_editors"]),
        article=Article(**told["article"]),
        small_customer=SmallCustomer(**told["small_customer"]),
        assistant=Assistant(**told["assistant"]),
        provider=ProviderScene(**{**provider, "while_away": tuple(provider["while_away"])}),
    )


def _campaign(entry: dict[str, Any]) -> PlannedCampaign:
    brief = {name: value for name, value in entry.items() if name not in ("moves", "like")}
    return PlannedCampaign(brief, tuple(entry["moves"]), entry.get("like", ""))
