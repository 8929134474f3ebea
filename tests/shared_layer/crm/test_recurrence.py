"""A recurring task's next moment: what dateutil finds step by step, found without the steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_layer.crm.recurrence import next_due

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
BEGINNING = datetime(2021, 3, 1, 9, 30, tzinfo=UTC)


@st.composite
def rules(draw: st.DrawFn) -> str:
    parts = [f"FREQ={draw(st.sampled_from(('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY')))}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 9))}")
    if draw(st.booleans()):
        parts.append(f"WKST={draw(st.sampled_from(DAYS))}")
    if draw(st.booleans()):
        parts.append(f"BYDAY={','.join(sorted(draw(st.sets(st.sampled_from(DAYS), min_size=1, max_size=3))))}")
    if draw(st.booleans()):
        parts.append(f"BYMONTH={draw(st.integers(1, 12))}")
    end = draw(st.sampled_from(("", "COUNT=40", "UNTIL=20240229", "UNTIL=20231231T120000Z")))
    return ";".join([*parts, end] if end else parts)


@given(rules(), st.integers(0, 2000), st.integers(-40, 1500))
@settings(max_examples=200, deadline=None)
def test_it_is_what_the_rule_gives_step_by_step(rule: str, begun: int, later: int):
    first = BEGINNING + timedelta(days=begun)
    after = first + timedelta(days=later, hours=1)
    expected = rrulestr(rule.replace("Z", ""), dtstart=first.replace(tzinfo=None)).after(after.replace(tzinfo=None))
    assert next_due(rule, first, after, "UTC") == (expected.replace(tzinfo=UTC) if expected else None)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYDAY=MO;BYSETPOS=2",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=9",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    ],
)
def test_a_rule_that_never_comes_true_is_given_up_with_the_calendars_end(rule: str):
    assert next_due(rule, BEGINNING, BEGINNING, "UTC") is None


def test_a_series_that_began_in_the_year_one_goes_on_today():
    first = datetime(1, 1, 2, tzinfo=UTC)
    assert next_due("FREQ=DAILY;INTERVAL=2", first, BEGINNING, "UTC") in (
        datetime(2021, 3, 2, tzinfo=UTC),
        datetime(2021, 3, 3, tzinfo=UTC),
    )


def test_nine_oclock_stays_nine_oclock_over_a_change_of_clocks():
    winter = datetime(2026, 3, 28, 8, 0, tzinfo=UTC)
    assert next_due("FREQ=DAILY", winter, winter, "Europe/Berlin") == datetime(2026, 3, 29, 7, 0, tzinfo=UTC)
