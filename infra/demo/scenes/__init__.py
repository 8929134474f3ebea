"""The scenes of the day, in their order."""

from __future__ import annotations

from collections.abc import Callable

from infra.demo.scenes.article import article
from infra.demo.scenes.assistant import assistant
from infra.demo.scenes.campaigns import campaigns
from infra.demo.scenes.editors import two_editors
from infra.demo.scenes.evening import evening
from infra.demo.scenes.interrupted import interrupted
from infra.demo.scenes.lost_key import lost_key
from infra.demo.scenes.mistakes import mistakes
from infra.demo.scenes.newsletter import newsletter
from infra.demo.scenes.provider import provider_away
from infra.demo.scenes.small_customer import small_customer
from infra.demo.scenes.week import agency_week
from infra.demo.stage import Stage

SCENES: tuple[Callable[[Stage], None], ...] = (
    campaigns,
    interrupted,
    mistakes,
    two_editors,
    article,
    small_customer,
    assistant,
    provider_away,
    lost_key,
    evening,
    newsletter,
    agency_week,
)
