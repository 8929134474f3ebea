"""Times of clocks as moments: zones, gaps, and hours that come twice."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from shared_layer.content.publication import instant
from shared_layer.content.slugs import slug_of

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("local", "zone", "utc"),
    [
        ("2026-07-01T09:00:00", BERLIN, "2026-07-01T07:00:00+00:00"),
        ("2026-12-01T09:00:00", "America/New_York", "2026-12-01T14:00:00+00:00"),
        ("2026-03-29T02:30:00", BERLIN, "2026-03-29T01:00:00+00:00"),
        ("2026-03-08T02:15:00", "America/New_York", "2026-03-08T07:00:00+00:00"),
        ("2026-10-25T02:30:00", BERLIN, "2026-10-25T00:30:00+00:00"),
        ("2026-10-04T02:10:00", "Australia/Lord_Howe", "2026-10-03T15:30:00+00:00"),
        ("2026-07-01T09:00:00+02:00", "Asia/Tokyo", "2026-07-01T07:00:00+00:00"),
    ],
)
def test_a_skipped_hour_becomes_the_first_moment_after_it_and_a_repeated_one_counts_first(
    local: str, zone: str, utc: str
) -> None:
    assert instant(datetime.fromisoformat(local), ZoneInfo(zone)).isoformat() == utc


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Slow bread, and why!", "slow-bread-and-why"),
        ("Über Brötchen", "uber-brotchen"),
        ("It's baker's work", "its-bakers-work"),
        ("日本のパン", "abc123"),
        ("—", "abc123"),
        ("word " * 40, "-".join(["word"] * 16)),
    ],
)
def test_a_title_becomes_an_address(title: str, slug: str) -> None:
    assert slug_of(title, "abc123") == slug
