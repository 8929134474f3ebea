"""One person's journey, found by any of the names that he goes by."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import EmailStr, StringConstraints, model_validator

from shared_layer.attribution.journey import Journey, Touch
from shared_layer.attribution.naming import Names, identities
from shared_layer.attribution.people import People
from shared_layer.core.caller import Caller
from shared_layer.core.errors import NotFound
from shared_layer.core.ids import Id
from shared_layer.core.models import Model, Query


class WhoseJourney(Query):
    """One of the names: a contact's id, an address, the visitor's own id."""

    contact_id: Id | None = None
    email: EmailStr | None = None
    anonymous_id: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not (self.contact_id or self.email or self.anonymous_id):
            raise ValueError("say whose journey: contact_id, email or anonymous_id")
        return self


class ConversionView(Model):
    """A conversion, whether it counts still, and the channels that came before it, oldest first."""

    id: str
    at: datetime
    name: str
    amount_micros: int
    net_micros: int
    currency: str
    origin: str
    refunds: dict[str, int]
    counts: bool
    channels: list[str]


class JourneyView(Model):
    """A journey as it is answered, oldest first. `left_out` counts what was too old to be kept."""

    person_id: str
    contact_id: str | None
    emails: list[str]
    anonymous_ids: list[str]
    touches: list[Touch]
    conversions: list[ConversionView]
    left_out: int
    updated_at: datetime


async def look_up(whose: WhoseJourney, caller: Caller) -> JourneyView:
    """The journey. Raises NotFound where nobody is known by the name."""
    [named] = await identities(caller.tenant_id, [Names(whose.contact_id, whose.email, whose.anonymous_id)])
    known = People(caller.tenant_id)
    await known.load(named)
    found = known.found(named)
    if not found:
        raise NotFound("Nobody is known by this name. A touch or a conversion that names him begins his journey.")
    return _view(found[0])


def _view(journey: Journey) -> JourneyView:
    kept = journey.model_dump(exclude={"merged_into", "conversions"})
    conversions = [
        ConversionView(
            **one.model_dump(exclude={"undone_at"}),
            net_micros=one.net_micros,
            counts=one.counts,
            channels=[touch.channel for touch in journey.touches if touch.at <= one.at],
        )
        for one in journey.conversions
    ]
    return JourneyView(**kept, conversions=conversions)
