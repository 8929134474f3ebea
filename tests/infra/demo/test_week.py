"""The week's script: a file that tells everything, and says so when it does not."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.demo.scenes.week.incoming import PLAYS
from infra.demo.week import WEEK, moment_of, read_week


def test_the_week_is_in_order_and_its_person_shows_up_in_every_way() -> None:
    week = read_week()
    moments = [happening.at for happening in week.happenings]
    assert moments == sorted(moments)
    kinds = Counter(happening.kind for happening in week.happenings)
    assert {"form", "slack", "edit", "payment", "refund", "deal", "mail"} <= set(kinds)
    assert set(kinds) <= set(PLAYS)
    his = sum(one.details.get("sender", "").lower() == week.person.email for one in week.happenings)
    told = {"message": kinds["slack"], "deal": kinds["deal"] + kinds["move"], "mail": kinds["mail"] + his}
    assert week.timeline == {kind: told.get(kind, kinds[kind]) for kind in week.timeline}


def test_the_week_is_the_one_before_whatever_day_it_is() -> None:
    for day in range(23, 30):  # Monday to Sunday
        now = datetime(2026, 11, day, 12, 0, tzinfo=UTC)
        assert moment_of("Monday", "09:00", now) == datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
        assert moment_of("Sunday", "09:00", now) < now


@pytest.mark.parametrize(
    ("old", "new"),
    [('day = "Monday"', 'on = "Monday"'), ("form = {", "telegram = {"), ("[person]", "[somebody]"), ("[agency]", "[")],
)
def test_a_file_that_is_no_week_is_refused(old: str, new: str, tmp_path: Path) -> None:
    script = tmp_path / "week.toml"
    script.write_text(WEEK.read_text().replace(old, new, 1))
    with pytest.raises((ValueError, KeyError, TypeError)):
        read_week(script)
