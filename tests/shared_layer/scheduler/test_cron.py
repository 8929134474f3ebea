"""When schedules fire: as cronsim says from wherever one asks, and as the clock on the wall says over DST."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from pydantic import TypeAdapter, ValidationError

from shared_layer.scheduler.cron import Cron, Zone, delay, fires, next_fires

ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "Australia/Adelaide", "Africa/Cairo", "America/Sao_Paulo",
    "Asia/Kolkata", "Asia/Beirut", "America/Santiago", "America/St_Johns", "Africa/Casablanca", "Atlantic/Azores",
    "America/Havana", "Antarctica/Troll", "Pacific/Apia",
)  # fmt: skip
MINUTES = ("0", "30", "59", "*", "*/15", "0,30", "5-20/5", "17", "*/7", "15,45")
HOURS = ("*", "0", "1", "2", "3", "*/2", "1,2,3", "0-4", "23", "*/6", "9-17")
DAYS = ("*", "1", "15", "29", "31", "L", "*/10", "LW")
MONTHS = ("*", "3", "10,11", "FEB", "*/3", "4-9")
WEEKDAYS = ("*", "0", "7", "MON-FRI", "SUN", "1#2", "5L", "6,0")


def some_expression(dice: random.Random) -> str:
    return " ".join(dice.choice(field) for field in (MINUTES, HOURS, DAYS, MONTHS, WEEKDAYS))


def some_moment(dice: random.Random, zone: str) -> datetime:
    """A moment of 2024 to 2034; every other one near a change of clocks, where there is one in that year."""
    moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=dice.randrange(11 * 365 * 24 * 60))
    changes = changes_of(moment.year, zone)
    if changes and dice.random() < 0.5:
        moment = dice.choice(changes) + timedelta(minutes=dice.randrange(-300, 300), seconds=dice.randrange(60))
    return moment


@cache
def changes_of(year: int, zone: str) -> list[datetime]:
    """The moments of a year at which the zone's clocks change, to the hour."""
    start, wall = datetime(year, 1, 1, tzinfo=UTC), ZoneInfo(zone)
    hours = [start + timedelta(hours=number) for number in range(366 * 24)]
    offsets = [hour.astimezone(wall).utcoffset() for hour in hours]
    return [hour for hour, one, other in zip(hours[1:], offsets, offsets[1:], strict=False) if one != other]


def by_cronsim(expression: str, zone: str, after: datetime, count: int) -> list[datetime]:
    """What cronsim says when it is asked from two days before, at noon: far from any change of clocks of that day."""
    begin = (after - timedelta(days=2)).astimezone(ZoneInfo(zone)).replace(hour=12, minute=0, second=0, microsecond=0)
    found: list[datetime] = []
    for fire in CronSim(expression, begin):
        if fire.astimezone(UTC) > after:
            found.append(fire.astimezone(UTC))
        if len(found) == count:
            break
    return found


def compared(expressions: int, seed: int) -> int:
    dice, fires_compared = random.Random(seed), 0
    for _ in range(expressions):
        expression, zone = some_expression(dice), dice.choice(ZONES)
        try:
            TypeAdapter(Cron).validate_python(expression)
        except ValidationError:
            continue  # a day that its months do not have
        after = some_moment(dice, zone)
        expected = by_cronsim(expression, zone, after, 8)
        found = [fire.astimezone(UTC) for fire in next_fires(expression, zone, after, 8)]
        assert found == expected, (expression, zone, after)
        fires_compared += len(found)
    return fires_compared


def test_fires_are_cronsims_over_expressions_zones_and_years() -> None:
    assert compared(400, seed=26) > 2_500


@pytest.mark.long
def test_many_fires_are_cronsims_over_expressions_zones_and_years() -> None:
    assert compared(10_000, seed=27) > 70_000


def on_the_wall(day: date, hour: int, minute: int, zone: str) -> datetime:
    """The first instant of a day at which the clock on the wall shows the time, or has leapt over it."""
    wall = ZoneInfo(zone)
    instant = datetime.combine(day, time(), wall).astimezone(UTC) - timedelta(hours=1)
    wanted = datetime.combine(day, time(hour, minute))
    while instant.astimezone(wall).replace(tzinfo=None) < wanted:
        instant += timedelta(minutes=1)
    return instant


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"])
def test_a_fixed_time_fires_once_a_day_also_where_its_hour_is_missing_or_comes_twice(zone: str) -> None:
    days = {
        change.astimezone(ZoneInfo(zone)).date() + timedelta(days=apart)
        for year in (2026, 2027)
        for change in changes_of(year, zone)
        for apart in (-1, 0, 1)
    }
    for day in sorted(days):
        for hour, minute in ((0, 0), (0, 30), (1, 15), (1, 45), (2, 0), (2, 30), (3, 0)):
            begin = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) - timedelta(seconds=1)
            end = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
            found = takewhile(lambda fire: fire < end, fires(f"{minute} {hour} * * *", zone, begin))  # noqa: B023
            assert [fire.astimezone(UTC) for fire in found] == [on_the_wall(day, hour, minute, zone)], (day, hour)


@pytest.mark.parametrize("zone", ["Pacific/Chatham", "Australia/Lord_Howe"])
@pytest.mark.parametrize("expression", ["*/15 3 * * *", "*/7 2 */10 4-9 *", "5-20/5 */6 * * *", "*/30 * * * 0"])
def test_where_clocks_change_within_an_hour_every_instant_that_fits_fires_and_the_search_ends(
    zone: str, expression: str
) -> None:
    for change in changes_of(2027, zone):
        begin, end = change - timedelta(hours=30), change + timedelta(hours=30)
        fields = CronSim(expression, begin)
        walk = [begin + timedelta(minutes=number) for number in range(1, 3600)]
        wall = [(instant, instant.astimezone(ZoneInfo(zone))) for instant in walk]
        expected = [
            instant
            for instant, local in wall
            if local.minute in fields.minutes and local.hour in fields.hours
            and local.month in fields.months and fields.match_day(local.date())
        ]  # fmt: skip
        found = takewhile(lambda fire: fire < end, fires(expression, zone, begin))  # noqa: B023
        assert [fire.astimezone(UTC) for fire in found] == expected


def test_an_hour_that_is_missing_fires_at_the_next_valid_instant_and_one_that_comes_twice_once() -> None:
    spring, autumn = datetime(2027, 3, 14, tzinfo=UTC), datetime(2027, 11, 7, tzinfo=UTC)
    assert [f"{fire:%d %H:%M %Z}" for fire in next_fires("30 2 * * *", "America/New_York", spring, 2)] == [
        "14 03:00 EDT",
        "15 02:30 EDT",
    ]
    assert [f"{fire:%d %H:%M %Z}" for fire in next_fires("30 1 * * *", "America/New_York", autumn, 2)] == [
        "07 01:30 EDT",
        "08 01:30 EST",
    ]


def test_a_schedule_made_in_the_second_of_two_like_hours_never_fires_before_it_was_made() -> None:
    second = datetime(2027, 11, 7, 6, 20, tzinfo=UTC)  # 01:20 EST, an hour after 01:20 EDT
    after = second.astimezone(ZoneInfo("America/New_York"))
    assert next(CronSim("45 1 * * *", after)).astimezone(UTC) < second
    assert next_fires("45 1 * * *", "America/New_York", second, 1)[0] > second


@pytest.mark.parametrize(
    "text",
    ["* * * *", "0 0 31 2 *", "61 * * * *", "@reboot", "0 0 * * * *", "a b c d e", "0 0 */5 2 1#5 x", "", "²L * * * *"],
)
def test_what_is_no_cron_expression_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Cron).validate_python(text)


def test_aliases_stand_for_their_five_fields() -> None:
    assert TypeAdapter(Cron).validate_python("@daily") == "0 0 * * *"
    assert TypeAdapter(Cron).validate_python("0  9 * * mon-fri") == "0 9 * * MON-FRI"


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", "", "Europe", "\x00"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Zone).validate_python(name)


def test_jitter_is_the_same_for_whoever_asks_and_ends_before_the_next_fire() -> None:
    fire = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    delays = [delay("sch_1", fire + timedelta(minutes=number), 600, None) for number in range(200)]
    assert delays == [delay("sch_1", fire + timedelta(minutes=number), 600, None) for number in range(200)]
    assert max(delays) <= timedelta(seconds=600)
    assert len(set(delays)) > 100
    assert delay("sch_1", fire, 3600, fire + timedelta(minutes=1)) < timedelta(minutes=1)
