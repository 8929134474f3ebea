"""A score whose every point can be told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared_layer.crm.contact import StoredContact
from shared_layer.crm.lead_score import is_going_cold, lead_score

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def contact(days: int | None = None, **fields: Any) -> StoredContact:
    last = int((NOW - timedelta(days=days)).timestamp() * 1_000_000) if days is not None else 0
    made = {"id": "con_1", "source": "api", "created_by": "k", "created_at": NOW, "updated_at": NOW}
    return StoredContact.model_validate(made | {"last_contacted_us": last} | fields)


@pytest.mark.parametrize(
    ("one", "points"),
    [
        (contact(), 0),
        (contact(0), 45),
        (contact(30), 22),
        (contact(3650), 0),
        (contact(0, interactions=30), 75),
        (contact(0, interactions=1000), 75),
        (contact(company_domain="acme.example", title="Head of Sales", phones=["+1202"], stage="customer"), 25),
        (contact(title="Headhunter"), 0),
    ],
)
def test_points_are_given_for_how_lately_how_often_and_how_fitting(one: StoredContact, points: int) -> None:
    assert lead_score(one, NOW)[0] == points


def test_the_three_weightiest_reasons_are_told() -> None:
    one = contact(3, interactions=12, company_domain="acme.example", title="CEO", stage="prospect")
    score, reasons = lead_score(one, NOW)
    assert [reason.reason for reason in reasons] == ["recency", "frequency", "business address"]
    assert [reason.points for reason in reasons] == [42, 22, 8]
    assert score == 42 + 22 + 8 + 7 + 4
    assert reasons[0].detail == "last contact 3 days ago"


def test_the_score_never_falls_with_another_interaction() -> None:
    scores = [lead_score(contact(5, interactions=count), NOW)[0] for count in range(100)]
    assert scores == sorted(scores)


@pytest.mark.parametrize(
    ("one", "cold"),
    [
        (contact(44, interactions=5), False),
        (contact(45, interactions=5), True),
        (contact(200, interactions=2), False),
        (contact(200, interactions=5, stage="former"), False),
        (contact(None, interactions=5), False),
    ],
)
def test_who_was_often_in_touch_and_falls_silent_is_going_cold(one: StoredContact, cold: bool) -> None:
    assert is_going_cold(one, NOW) == cold
