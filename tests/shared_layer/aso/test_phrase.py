"""A search has one spelling, an intent and a cluster; the brand is told apart."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_layer.aso.branding import brand_pattern, is_branded
from shared_layer.aso.phrase import cluster_of, core_of, intent_of, keyword_id, normal


@pytest.mark.parametrize(
    ("written", "spelling"),
    [
        ("  Espresso   Beans ", "espresso beans"),
        ("Ｅｓｐｒｅｓｓｏ beans", "espresso beans"),
        ("ESPRESSO\u200b\u00a0BEANS!", "espresso beans"),
        ("what’s “espresso”?", "what's espresso"),
        ("cafe\u0301", "caf\u00e9"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("c++ tutorial", "c++ tutorial"),
        ("kettle 1.5 l", "kettle 1.5 l"),
        ("?!…", ""),
    ],
)
def test_spellings_of_one_search_are_one(written: str, spelling: str) -> None:
    assert normal(written) == spelling


@given(st.text(max_size=60))
def test_the_one_spelling_is_its_own(text: str) -> None:
    assert normal(normal(text)) == normal(text)
    assert keyword_id("t1", text) == keyword_id("t1", normal(text)) != keyword_id("t2", text)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("buy espresso beans online", "transactional"),
        ("best espresso beans price", "transactional"),
        ("best espresso beans", "commercial"),
        ("pour over vs drip", "commercial"),
        ("coffee roastery near me", "commercial"),
        ("how to make espresso", "informational"),
        ("espresso ratio", "informational"),
        ("acme login", "navigational"),
    ],
)
def test_the_words_tell_what_is_wanted(text: str, intent: str) -> None:
    assert intent_of(text) == intent


def test_a_brand_alone_is_navigation_but_not_what_is_asked_of_it() -> None:
    assert intent_of("acme", branded=True) == "navigational"
    assert intent_of("how does acme work", branded=True) == "informational"
    assert intent_of("acme reviews", branded=True) == "commercial"


def test_searches_that_one_page_serves_are_one_cluster_and_others_are_not() -> None:
    one = {
        cluster_of(text) for text in ("buy espresso beans", "best espresso bean 2026", "espresso beans price online")
    }
    assert len(one) == 1
    assert cluster_of("decaf espresso beans") not in one
    assert core_of("the best agencies for boxes") == ("box",)
    assert core_of("how to") == ("how", "to")


def test_a_brand_is_found_as_a_word_apart_or_together_and_never_within_another() -> None:
    terms = ["Acme Tools", "ACME"]
    assert all(is_branded(text, terms) for text in ("acme", "Acme-Tools login", "acmetools", "buy acme", "acmé acme"))
    assert not any(is_branded(text, terms) for text in ("acmeology", "tools", "macme"))
    assert not is_branded("acme", [])


def test_the_warehouse_finds_the_same_brand() -> None:
    pattern = brand_pattern(["a+b", "acme"])
    assert re.compile(pattern.replace(r"\pL", "a-z").replace(r"\pN", "0-9")).search("the a+b shop")
    assert brand_pattern(["?"]) == ""
