"""Where a visit came from: what is told, tagged, clicked, or shown by the referrer."""

from __future__ import annotations

import pytest

from shared_layer.attribution.channels.known import assistant_of, engine_of, is_network
from shared_layer.attribution.channels.rules import ChannelRule, classify
from shared_layer.attribution.channels.traffic import traffic_of

SHOP = "https://www.shop.example/cakes"


def channel(url: str | None = SHOP, referrer: str | None = None, **told: str) -> str:
    return classify(traffic_of(url, referrer, **told), []).channel


@pytest.mark.parametrize(
    ("query", "referrer", "expected"),
    [
        ("", None, "Direct"),
        ("?utm_source=google&utm_medium=cpc", None, "Paid Search"),
        ("?gclid=Cj0abc", "https://www.google.com/", "Paid Search"),
        ("?msclkid=abc", None, "Paid Search"),
        ("?fbclid=abc", "https://l.facebook.com/", "Organic Social"),
        ("", "https://www.google.co.uk/search?q=cakes", "Organic Search"),
        ("", "https://de.search.yahoo.com/search?p=kuchen", "Organic Search"),
        ("", "android-app://com.google.android.googlequicksearchbox/", "Organic Search"),
        ("", "https://t.co/xyz", "Organic Social"),
        ("", "https://bsky.app/profile/x", "Organic Social"),
        ("", "https://chatgpt.com/", "AI Assistant"),
        ("", "https://www.perplexity.ai/search/x", "AI Assistant"),
        ("", "https://gemini.google.com/app", "AI Assistant"),
        ("?utm_source=chatgpt.com", None, "AI Assistant"),
        ("", "https://blog.example/post", "Referral"),
        ("", "https://shop.example/basket", "Direct"),
        ("?utm_source=newsletter&utm_medium=email", "https://www.google.com/", "Email"),
    ],
)
def test_a_visit_is_classified_by_what_is_known_of_it(query: str, referrer: str | None, expected: str) -> None:
    assert channel(SHOP + query, referrer) == expected


@pytest.mark.parametrize("medium", ["email", "cpc", "banner", "something", "affiliate"])
def test_a_medium_without_a_source_is_not_direct(medium: str) -> None:
    traffic = traffic_of(f"{SHOP}?utm_medium={medium}", "https://www.google.com/")
    assert (traffic.source, traffic.medium) == ("(not set)", medium)
    assert channel(f"{SHOP}?utm_medium={medium}") != "Direct"


def test_what_is_told_outright_wins_over_tags_clicks_and_referrer() -> None:
    traffic = traffic_of(f"{SHOP}?utm_source=a&utm_medium=b&gclid=c", "https://bing.com/", source="d", medium="e")
    assert (traffic.source, traffic.medium) == ("d", "e")
    assert traffic_of(f"{SHOP}?gclid=c", "https://bing.com/").source == "google"


def test_the_words_that_were_searched_for_are_kept_where_the_engine_shows_them() -> None:
    assert traffic_of(SHOP, "https://duckduckgo.com/?q=wedding+cakes").term == "wedding cakes"
    assert engine_of("google.com.br") == engine_of("google.de") == engine_of("google.com")
    assert engine_of("google.example.com") is None


def test_a_host_within_a_known_one_is_known_but_one_that_ends_alike_is_not() -> None:
    assert is_network("de-de.facebook.com")
    assert not is_network("notfacebook.com")
    assert assistant_of("chat.openai.com") == "ChatGPT"
    assert assistant_of("evil-claude.ai") is None


@pytest.mark.parametrize("address", ["http://[::1", "https://a]b/"])
def test_an_address_that_cannot_be_read_is_an_error_that_says_so(address: str) -> None:
    with pytest.raises(ValueError, match=r"IPv6|netloc|bracket"):
        traffic_of(address)


def test_a_tenants_rules_come_first_and_in_their_order() -> None:
    def rule(name: str, **condition: object) -> ChannelRule:
        return ChannelRule.model_validate({"channel": name, "conditions": [condition]})

    google = rule("Brand", attribute="campaign", operator="contains", values=["BRAND"])
    anything = rule("Search", attribute="source_category", values=["search"])
    traffic = traffic_of(f"{SHOP}?utm_source=google&utm_medium=cpc&utm_campaign=my-brand")
    found = classify(traffic, [google, anything])
    assert (found.channel, found.rule, found.source_category) == ("Brand", 1, "search")
    assert classify(traffic, [anything, google]).channel == "Search"
    without = rule("Others", attribute="campaign", operator="contains", values=["brand"], negated=True)
    assert classify(traffic, [without]).channel == "Paid Search"
