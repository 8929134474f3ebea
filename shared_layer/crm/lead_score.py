"""A lead's score: 0 to 100, of how lately, how often and how fitting, with what counted most.

Recency halves every 30 days since the last contact (45 points at most); frequency grows with the logarithm of the
interactions (30 points, full at 30); fit is what is known of the contact (25 points). It is a rule, not a model: every
point can be told to the person.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Final

from shared_layer.crm.contact import ScoreReason, StoredContact

RECENCY: Final = 45
HALF_LIFE_DAYS: Final = 30.0
FREQUENCY: Final = 30
OFTEN: Final = 30
SHOWN: Final = 3
COLD_AFTER_DAYS: Final = 45
COLD_FROM: Final = 3
"""Interactions from which silence means something."""

DECISIVE: Final = (
    "ceo", "cto", "cfo", "coo", "cmo", "chief", "founder", "owner", "president", "director", "head", "vp", "partner",
    "geschäftsführer", "inhaber",
)  # fmt: skip


def days_silent(contact: StoredContact, moment: datetime) -> int | None:
    """Whole days since the last contact; None where there never was one."""
    if not contact.last_contacted_us:
        return None
    return max(0, int((moment.timestamp() - contact.last_contacted_us / 1_000_000) // 86_400))


def lead_score(contact: StoredContact, moment: datetime) -> tuple[int, list[ScoreReason]]:
    """The score and its three weightiest reasons."""
    reasons = [*_recency(contact, moment), *_frequency(contact), *_fit(contact)]
    score = min(100, sum(reason.points for reason in reasons))
    return score, sorted(reasons, key=lambda reason: (-reason.points, reason.reason))[:SHOWN]


def _recency(contact: StoredContact, moment: datetime) -> list[ScoreReason]:
    days = days_silent(contact, moment)
    if days is None:
        return []
    points = round(RECENCY * 0.5 ** (days / HALF_LIFE_DAYS))
    return [ScoreReason(reason="recency", points=points, detail=f"last contact {days} days ago")] if points else []


def _frequency(contact: StoredContact) -> list[ScoreReason]:
    count = contact.interactions
    points = round(FREQUENCY * min(1.0, math.log1p(count) / math.log1p(OFTEN)))
    return [ScoreReason(reason="frequency", points=points, detail=f"{count} interactions")] if points else []


def _fit(contact: StoredContact) -> list[ScoreReason]:
    title = (contact.title or "").casefold()
    decides = next((word for word in DECISIVE if word in title.split()), None)
    found = [
        ("business address", 8, contact.company_domain),
        ("decides", 7, decides and contact.title),
        ("phone", 4, next(iter(contact.phones), None) and "can be called"),
        ("stage", {"customer": 6, "prospect": 4}.get(contact.stage, 0), contact.stage),
    ]
    return [ScoreReason(reason=name, points=points, detail=str(why)) for name, points, why in found if why and points]


def is_going_cold(contact: StoredContact, moment: datetime) -> bool:
    """Whether somebody who was often in touch, and has not left, has been silent for 45 days."""
    days = days_silent(contact, moment)
    return (
        days is not None
        and days >= COLD_AFTER_DAYS
        and contact.interactions >= COLD_FROM
        and contact.stage in ("prospect", "customer", "lead")
    )
