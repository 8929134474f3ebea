"""When a contact may be written to, by his own clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from shared_layer.crm.contact import StoredContact
from shared_layer.marketing.mail.quiet_hours import allowed_at
from shared_layer.marketing.mail.setup import QuietHours
from shared_layer.marketing.mail.zones import COUNTRIES, zones_of

NIGHT = QuietHours()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zones", "moment", "allowed"),
    [
        (["Europe/Berlin"], "2026-01-15T12:00", "2026-01-15T12:00"),
        (["Europe/Berlin"], "2026-01-15T20:30", "2026-01-16T07:00"),
        (["Europe/Berlin"], "2026-01-16T03:00", "2026-01-16T07:00"),
        (["Europe/Berlin"], "2026-03-28T23:00", "2026-03-29T06:00"),
        (["Europe/Berlin"], "2026-10-24T22:00", "2026-10-25T07:00"),
        (["Asia/Kolkata"], "2026-01-15T02:00", "2026-01-15T02:30"),
        (["America/New_York", "America/Los_Angeles"], "2026-01-15T14:00", "2026-01-15T16:00"),
        (["America/New_York", "America/Los_Angeles"], "2026-01-16T03:00", "2026-01-16T16:00"),
    ],
    ids=["day", "evening", "night", "spring forward", "fall back", "half an hour", "both coasts", "one coast asleep"],
)
def test_the_end_of_the_night_is_by_the_wall_clock(zones: list[str], moment: str, allowed: str) -> None:
    assert allowed_at(NIGHT, zones, at(moment)) == at(allowed)


def test_hours_of_the_day_can_be_quiet_too() -> None:
    noon = QuietHours(begins="12:00", ends="14:00")
    assert allowed_at(noon, ["UTC"], at("2026-01-15T13:10")) == at("2026-01-15T14:00")
    assert allowed_at(noon, ["UTC"], at("2026-01-15T14:00")) == at("2026-01-15T14:00")
    assert allowed_at(None, ["UTC"], at("2026-01-15T13:10")) == at("2026-01-15T13:10")


def test_an_hour_that_the_change_of_clocks_leaves_out_ends_the_night_all_the_same() -> None:
    early = QuietHours(begins="22:00", ends="02:30")
    assert allowed_at(early, ["Europe/Berlin"], at("2026-03-29T00:30")) > at("2026-03-29T00:30")
    assert allowed_at(early, ["Europe/Berlin"], at("2026-03-29T00:30")) <= at("2026-03-29T01:30")


def contact(**fields: Any) -> StoredContact:
    moment = at("2026-01-01T00:00")
    return StoredContact(id="c", source="api", created_by="t", created_at=moment, updated_at=moment, **fields)


def test_a_contacts_zone_is_its_own_word_then_its_country_then_its_number_then_the_campaigns() -> None:
    address = {"country": "de"}
    assert zones_of(contact(custom={"timezone": "Asia/Tokyo"}, address=address), "UTC") == ["Asia/Tokyo"]
    assert zones_of(contact(custom={"timezone": "Mars/Base"}, address=address), "UTC") == ["Europe/Berlin"]
    assert zones_of(contact(phones=["+442079460000"]), "UTC") == ["Europe/London"]
    assert zones_of(contact(address={"country": "US"}), "UTC") == ["America/New_York", "America/Los_Angeles"]
    assert zones_of(contact(), "Europe/Paris") == ["Europe/Paris"]


def test_every_zone_of_the_table_is_known() -> None:
    from zoneinfo import ZoneInfo

    assert all(ZoneInfo(zone) for zones in COUNTRIES.values() for zone in zones)
