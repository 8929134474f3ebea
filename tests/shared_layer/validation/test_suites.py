"""The suites: what each finds, where exactly, and what it leaves alone."""

from __future__ import annotations

import pytest

from shared_layer.validation.suites import brand, claims, links, personal_data, readability, seo
from tests.shared_layer.validation.checking import findings, marked

PERSONAL = [
    ("Write to Jane.Doe+x@mail.bakery.co.uk today.", [("pii.email", "Jane.Doe+x@mail.bakery.co.uk")]),
    ("Call (202) 555-0143 or +49 30 901820.", [("pii.phone", "(202) 555-0143"), ("pii.phone", "+49 30 901820")]),
    ("DE89 3704 0044 0532 0130 00 THIS", [("pii.iban", "DE89 3704 0044 0532 0130 00")]),
    ("GB29NWBK60161331926819.", [("pii.iban", "GB29NWBK60161331926819")]),
    ("Card 4111-1111-1111-1111!", [("pii.card", "4111-1111-1111-1111")]),
    ("Amex 378282246310005", [("pii.card", "378282246310005")]),
    ("SSN 123-45-6789", [("pii.ssn", "123-45-6789")]),
    ("from 8.8.4.4", [("pii.ip_address", "8.8.4.4")]),
    ("AKIA" + "IOSFODNN7EXAMPLE is it", [("pii.secret", "AKIA" + "IOSFODNN7EXAMPLE")]),
]
NOT_PERSONAL = [
    "DE89 3704 0044 0532 0130 01 has a wrong sum",
    "4111 1111 1111 1112 has a wrong sum",
    "Order 1234567890123456 of 2026-11-28, version 10.4.2.1, ISBN 978-3-16-148410-0",
    "000-12-3456 and 666-12-3456 were never given out",
    "10.0.0.1 and 192.168.1.1 and 127.0.0.1",
    "In 2026 we sold 1,234,567 loaves at 12.50 each, 08:30 to 18:00",
    "@baker on social media, user@localhost",
]


@pytest.mark.parametrize(("text", "expected"), PERSONAL)
def test_personal_data_is_found_where_it_stands(text: str, expected: list[tuple[str, str]]) -> None:
    found = findings(personal_data.check, text)
    assert marked(text, found) == expected
    assert all(words not in (one.excerpt or "") for one, (_, words) in zip(found, expected, strict=True))


@pytest.mark.parametrize("text", NOT_PERSONAL)
def test_what_only_looks_like_personal_data_is_left_alone(text: str) -> None:
    assert marked(text, findings(personal_data.check, text)) == []


def test_addresses_that_may_stand_there_are_allowed() -> None:
    text = "Write to hello@bakery.example, press@bakery.example or jane@home.example; call (202) 555-0143."
    rules = {"allowed_personal_data": ["@bakery.example", "202 555 0143"]}
    assert [words for _, words in marked(text, findings(personal_data.check, text, rules=rules))] == [
        "jane@home.example"
    ]


def test_a_span_in_markup_counts_the_markup_and_its_references() -> None:
    html = "<p>A &amp; B, <b>jane&#64;home.example</b></p>\n<p>Fish &lt;3 and <i>4111 1111</i> 1111 1111</p>"
    assert marked(html, findings(personal_data.check, html, html=True)) == [
        ("pii.email", "jane&#64;home.example"),
        ("pii.card", "4111 1111</i> 1111 1111"),
    ]


def test_banned_required_and_misspelled_words() -> None:
    text = "Our CHEAP  bread (cheapest!) on github.com/x by Github. Cheapskate."
    rules = {
        "banned": [{"phrase": "cheap", "instead": "good value"}, {"phrase": "cheap bread", "severity": "warning"}],
        "required": [{"phrase": "terms apply"}],
        "brand_spellings": ["GitHub"],
    }
    found = findings(brand.check, text, rules=rules)
    assert marked(text, found) == [
        ("brand.banned", "CHEAP"),
        ("brand.banned", "CHEAP  bread"),
        ("brand.required", ""),
        ("brand.spelling", "Github"),
    ]
    assert [one.severity for one in found] == ["error", "warning", "error", "warning"]
    assert found[0].fix == "Write “good value”."
    open_ended = {"banned": [{"phrase": "cheap*"}]}
    assert len(findings(brand.check, text, rules=open_ended)) == 3


def test_claims_are_held_against_the_cited_passages() -> None:
    sources = [
        "In 2025 the bakery sold 1,234,567 loaves, 39.7 % of them rye. “Time is an ingredient,” says Ada Lovelace."
    ]
    text = (
        "We sold 1.2 million loaves in 2025, 40% rye and 61 percent wheat. 3 reasons why. Ada says: “Time is an "
        "ingredient”. “Rye is the very best of all”, she adds. Version 1.2.3 costs $7; call (202) 555-0143."
    )
    assert marked(text, findings(claims.check, text, sources=sources)) == [
        ("claims.number_unsupported", "61 percent"),
        ("claims.number_unsupported", "$7"),
        ("claims.quote_unsupported", "“Rye is the very best of all”"),
    ]


@pytest.mark.parametrize(
    ("claim", "source", "borne_out"),
    [
        ("1.2 million", "1,234,567", True),
        ("1.3 million", "1,234,567", False),
        ("40 %", "39.7 percent", True),
        ("39.7 %", "40 %", False),
        ("40 %", "40", False),
        ("$5k", "5,000", True),
        ("2.50", "2.5", True),
        ("25 million", "25m", True),
    ],
)
def test_a_number_is_borne_out_by_one_that_rounds_to_it(claim: str, source: str, borne_out: bool) -> None:
    [[one], [other]] = [list(claims.numbers_in(text)) for text in (claim, source)]
    assert claims.bears_out(one, other) is borne_out


def test_a_quotation_may_leave_something_out_but_nothing_be_put_in() -> None:
    sources = ["We bake with time, with water, and with nothing that comes out of a bag."]
    kept = "“We bake with time … and with nothing that comes out of a bag”"
    added = "“We bake with time, with love, and with nothing that comes out of a bag”"
    assert findings(claims.check, kept, sources=sources) == []
    assert len(findings(claims.check, added, sources=sources)) == 1


def test_a_text_with_numbers_and_no_source_is_told_so_once() -> None:
    assert [one.rule for one in findings(claims.check, "We sold 500 loaves and 30 % cakes.")] == ["claims.uncited"]
    assert findings(claims.check, "Three reasons to bake.") == []


def test_links_that_lead_nowhere_are_found_and_the_others_handed_on() -> None:
    html = '<a href="#">a</a> <a href="javascript:x()">b</a> <a href="/own">c</a> <a href="http://a.example/">d</a>'
    found = findings(links.check, html, html=True)
    assert marked(html, found) == [
        ("links.malformed", '<a href="#">'),
        ("links.malformed", '<a href="javascript:x()">'),
        ("links.insecure", '<a href="http://a.example/">'),
    ]


def test_search_engines_are_given_what_they_look_for() -> None:
    html = (
        "<html><head><title>Bread</title></head><body><h1>Rye</h1><h1>More</h1><h3>Deep</h3>"
        '<img src="a.png"><img src="b.png" alt=""></body></html>'
    )
    title, description = "Bread", None
    found = findings(seo.check, html, html=True, title=title, description=description, keyphrase="slow bread")
    assert [one.rule for one in found] == [
        "seo.image_without_alt",
        "seo.title_length",
        "seo.description_missing",
        "seo.several_h1",
        "seo.heading_skipped",
        "seo.thin",
        "seo.keyphrase_not_in_title",
        "seo.keyphrase_not_in_introduction",
        "seo.keyphrase_not_in_headings",
    ]
    assert marked(html, found)[0] == ("seo.image_without_alt", '<img src="a.png">')


def test_a_page_that_is_well_made_has_no_finding() -> None:
    paragraph = "Slow bread rests for a night. It tastes of more, and keeps for days. We bake it in the morning. " * 20
    html = f"<h2>Why slow bread</h2><p>{paragraph}</p>"
    description = (
        "Slow bread rests for a night before we bake it: how we make it, why it tastes of more, and where to buy it "
        "in the old town of Bern."
    )
    found = findings(
        seo.check, html, html=True, title="Slow bread: why we wait a whole night", description=description,
        keyphrase="slow bread", has_own_title=True,
    )  # fmt: skip
    assert [one.rule for one in found] == ["seo.keyphrase_density"]


def test_long_sentences_and_paragraphs_are_marked_and_hard_texts_named() -> None:
    long = "It " + "is and " * 20 + "ends."
    text = (
        f"Short one. {long} Another short one.\nInternationalization "
        + "notwithstanding institutional considerations " * 20
    )
    found = findings(readability.check, text, rules={"max_sentence_words": 30, "max_paragraph_words": 60})
    assert [one.rule for one in found] == [
        "readability.long_sentence",
        "readability.long_sentence",
        "readability.long_paragraph",
        "readability.hard_text",
    ]
    assert marked(text, found)[0][1].strip() == long


def test_a_rule_that_is_off_says_nothing_and_one_made_heavier_fails() -> None:
    html = '<img src="a.png"><p>a</p>'
    off = {"severities": {"seo.image_without_alt": "off", "seo.thin": "error"}}
    found = findings(seo.check, html, html=True, title="t" * 40, description="d" * 130, rules=off)
    assert [(one.rule, one.severity) for one in found] == [("seo.thin", "error")]
