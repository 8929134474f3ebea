"""GA4's default channel groups: the rules as Google publishes them, in Google's order.

https://support.google.com/analytics/answer/9756891, "Channels for manual traffic"; the AI assistant since May 2026.
Case does not count. What Google Ads, DV360 and SA360 tell of their own networks is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from shared_layer.attribution.channels.known import category_of

UNASSIGNED: Final = "Unassigned"
DIRECT: Final = "Direct"

PAID: Final = re.compile(r"^(.*cp.*|ppc|retargeting|paid.*)$")
SHOPPING_CAMPAIGN: Final = re.compile(r"^(.*(([^a-df-z]|^)shop|shopping).*)$")

_NO_MEDIUM: Final = frozenset({"(not set)", "(none)"})
_DISPLAY: Final = frozenset({"display", "banner", "expandable", "interstitial", "cpm"})
_SOCIAL: Final = frozenset({"social", "social-network", "social-media", "sm", "social network", "social media"})
_EMAIL: Final = frozenset({"email", "e-mail", "e_mail", "e mail"})
_REFERRAL: Final = frozenset({"referral", "app", "link"})

Holds = Callable[[str, str, str], bool]
"""Whether a rule holds for (source, medium, campaign), all in lower case."""


def _paid(medium: str) -> bool:
    return PAID.match(medium) is not None


def _shopping(source: str, campaign: str) -> bool:
    return category_of(source) == "shopping" or SHOPPING_CAMPAIGN.match(campaign) is not None


DEFAULT_GROUPS: Final[tuple[tuple[str, Holds], ...]] = (
    (DIRECT, lambda source, medium, _: source == "(direct)" and medium in _NO_MEDIUM),
    ("Cross-network", lambda _, __, campaign: "cross-network" in campaign),
    ("Paid Shopping", lambda source, medium, campaign: _shopping(source, campaign) and _paid(medium)),
    ("Paid Search", lambda source, medium, _: category_of(source) == "search" and _paid(medium)),
    ("Paid Social", lambda source, medium, _: category_of(source) == "social" and _paid(medium)),
    ("Paid Video", lambda source, medium, _: category_of(source) == "video" and _paid(medium)),
    ("Display", lambda _, medium, __: medium in _DISPLAY),
    ("Paid Other", lambda _, medium, __: _paid(medium)),
    ("Organic Shopping", lambda source, _, campaign: _shopping(source, campaign)),
    ("Organic Social", lambda source, medium, _: category_of(source) == "social" or medium in _SOCIAL),
    ("Organic Video", lambda source, medium, _: category_of(source) == "video" or "video" in medium),
    ("Organic Search", lambda source, medium, _: category_of(source) == "search" or medium == "organic"),
    ("AI Assistant", lambda _, medium, __: medium == "ai-assistant"),
    ("Referral", lambda _, medium, __: medium in _REFERRAL),
    ("Email", lambda source, medium, _: source in _EMAIL or medium in _EMAIL),
    ("Affiliates", lambda _, medium, __: medium == "affiliate"),
    ("Audio", lambda _, medium, __: medium == "audio"),
    ("SMS", lambda source, medium, _: "sms" in (source, medium)),
    (
        "Mobile Push Notifications",
        lambda source, medium, _: (
            medium.endswith("push") or "mobile" in medium or "notification" in medium or source == "firebase"
        ),
    ),
)
"""In this order; the first that holds is the channel."""


def default_channel(source: str, medium: str, campaign: str) -> str:
    """GA4's default channel group; `Unassigned` where no rule holds."""
    told = (source.lower(), medium.lower(), campaign.lower())
    return next((name for name, holds in DEFAULT_GROUPS if holds(*told)), UNASSIGNED)
