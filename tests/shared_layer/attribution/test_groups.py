"""GA4's default channel groups, rule by rule as Google publishes them.

https://support.google.com/analytics/answer/9756891
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_layer.attribution.channels.groups import DEFAULT_GROUPS, UNASSIGNED, default_channel
from shared_layer.attribution.channels.known import category_of

PUBLISHED = [
    ("(direct)", "(none)", "", "Direct"),
    ("(direct)", "(not set)", "", "Direct"),
    ("(direct)", "email", "", "Email"),
    ("partner.example", "banner", "some-cross-network-campaign", "Cross-network"),
    ("google", "cpc", "Cross-Network", "Cross-network"),
    ("amazon.com", "cpc", "", "Paid Shopping"),
    ("google", "cpc", "spring shopping", "Paid Shopping"),
    ("google", "cpc", "the shop", "Paid Shopping"),
    ("google", "cpc", "workshop", "Paid Search"),
    ("google", "cpc", "eshop", "Paid Shopping"),
    ("google", "cpc", "bishop-eshopper", "Paid Shopping"),
    ("google", "cpc", "", "Paid Search"),
    ("Bing", "PPC", "", "Paid Search"),
    ("google", "cpm", "", "Paid Search"),
    ("duckduckgo", "retargeting", "", "Paid Search"),
    ("facebook", "paid_social", "", "Paid Social"),
    ("linkedin.com", "cpc", "", "Paid Social"),
    ("youtube.com", "cpv", "", "Paid Video"),
    ("youtube.com", "cpc", "", "Paid Video"),
    ("newspaper.example", "cpm", "", "Display"),
    ("newspaper.example", "banner", "", "Display"),
    ("newspaper.example", "interstitial", "", "Display"),
    ("newspaper.example", "expandable", "", "Display"),
    ("newspaper.example", "display", "", "Display"),
    ("newspaper.example", "cpc", "", "Paid Other"),
    ("newspaper.example", "paid-post", "", "Paid Other"),
    ("newspaper.example", "prepaid", "", UNASSIGNED),
    ("etsy.com", "referral", "", "Organic Shopping"),
    ("newsletter", "link", "shopping-tips", "Organic Shopping"),
    ("facebook.com", "referral", "", "Organic Social"),
    ("partner.example", "social-media", "", "Organic Social"),
    ("partner.example", "sm", "", "Organic Social"),
    ("vimeo.com", "referral", "", "Organic Video"),
    ("partner.example", "my-video-embed", "", "Organic Video"),
    ("google", "organic", "", "Organic Search"),
    ("bing", "(not set)", "", "Organic Search"),
    ("unknown-engine", "organic", "", "Organic Search"),
    ("chatgpt.com", "ai-assistant", "(ai-assistant)", "AI Assistant"),
    ("blog.example", "referral", "", "Referral"),
    ("blog.example", "app", "", "Referral"),
    ("blog.example", "link", "", "Referral"),
    ("crm", "email", "", "Email"),
    ("crm", "e-mail", "", "Email"),
    ("crm", "e_mail", "", "Email"),
    ("e mail", "weekly", "", "Email"),
    ("crm", "newsletter", "", UNASSIGNED),
    ("club", "affiliate", "", "Affiliates"),
    ("pod", "audio", "", "Audio"),
    ("sms", "weekly", "", "SMS"),
    ("crm", "sms", "", "SMS"),
    ("crm", "webpush", "", "Mobile Push Notifications"),
    ("crm", "mobile-app", "", "Mobile Push Notifications"),
    ("crm", "notification", "", "Mobile Push Notifications"),
    ("firebase", "weekly", "", "Mobile Push Notifications"),
    ("some-source", "some-medium", "some-campaign", UNASSIGNED),
    ("(not set)", "something", "", UNASSIGNED),
]


@pytest.mark.parametrize(("source", "medium", "campaign", "channel"), PUBLISHED)
def test_a_visit_is_the_channel_that_google_says(source: str, medium: str, campaign: str, channel: str) -> None:
    assert default_channel(source, medium, campaign) == channel


def test_every_group_is_shown_by_an_example() -> None:
    assert {channel for *_, channel in PUBLISHED} == {*(name for name, _ in DEFAULT_GROUPS), UNASSIGNED}


def test_googles_list_of_sources_is_whole() -> None:
    kinds = {"google": "search", "news.google.com": "search", "amazon": "shopping", "tiktok": "social"}
    assert {source: category_of(source) for source in kinds} == kinds
    assert category_of("YouTube.com") == "video"
    assert category_of("partner.example") is None


WORDS = st.sampled_from(
    ["google", "facebook", "youtube", "amazon", "(direct)", "(none)", "(not set)", "cpc", "cpm", "paid", "organic",
     "email", "sms", "push", "video", "social", "referral", "affiliate", "shop", "cross-network", "x", ""]
)  # fmt: skip
TEXTS = st.lists(WORDS, max_size=3).map("-".join)


def published(source: str, medium: str, campaign: str) -> str:
    """The page read once more, as a decision without tables."""
    paid = re.fullmatch(r"(.*cp.*|ppc|retargeting|paid.*)", medium) is not None
    shopping = category_of(source) == "shopping" or bool(re.fullmatch(r"(.*(([^a-df-z]|^)shop|shopping).*)", campaign))
    category = category_of(source)
    if source == "(direct)" and medium in ("(not set)", "(none)"):
        return "Direct"
    if "cross-network" in campaign:
        return "Cross-network"
    if paid and shopping:
        return "Paid Shopping"
    if paid and category in ("search", "social", "video"):
        return f"Paid {category.title()}"
    if medium in ("display", "banner", "expandable", "interstitial", "cpm"):
        return "Display"
    if paid:
        return "Paid Other"
    if shopping:
        return "Organic Shopping"
    if category == "social" or medium in ("social", "social-network", "social-media", "sm", "social network",
                                          "social media"):  # fmt: skip
        return "Organic Social"
    if category == "video" or "video" in medium:
        return "Organic Video"
    if category == "search" or medium == "organic":
        return "Organic Search"
    return "the rest"


@given(TEXTS, TEXTS, TEXTS)
def test_the_order_of_the_rules_is_googles(source: str, medium: str, campaign: str) -> None:
    expected, found = published(source, medium, campaign), default_channel(source, medium, campaign)
    rest = {"AI Assistant", "Referral", "Email", "Affiliates", "Audio", "SMS", "Mobile Push Notifications", UNASSIGNED}
    assert found == expected if expected != "the rest" else found in rest


@given(TEXTS, TEXTS, TEXTS)
def test_case_does_not_count(source: str, medium: str, campaign: str) -> None:
    assert default_channel(source.upper(), medium.upper(), campaign.upper()) == default_channel(
        source, medium, campaign
    )
