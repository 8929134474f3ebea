"""What an audit sees on a page, and what it says of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_layer.aso.audit.finding import AuditFinding, score_of
from shared_layer.aso.audit.head import head, headings, images, schema
from shared_layer.aso.audit.indexing import indexing
from shared_layer.aso.audit.keyphrase import Keyphrase, keyphrase
from shared_layer.aso.audit.links import links
from shared_layer.aso.audit.page import decoded, read_page
from shared_layer.aso.audit.readability import readability, reading_ease
from shared_layer.aso.audit.sentences import sentences_of

URL = "https://www.a.example/guides/espresso-ratio/"


def _sentence(number: int) -> str:
    if number % 3 == 0:
        return f"However, the espresso ratio of step {number} sets how strong the cup is."
    return f"Weigh the ground beans of cup {number} and then pour the water."


TEXT = "".join(
    f"<h2>Espresso ratio, part {part}</h2><p>{' '.join(_sentence(number) for number in range(part, part + 9))}</p>"
    for part in range(4)
)
GOOD = f"""<!doctype html><html lang="en"><head>
<title>Espresso ratio: how much coffee for how much water</title>
<meta name="description"
content="The espresso ratio for light and dark roasts, with a table to weigh by, and what to change.">
<meta name="viewport" content="width=device-width"><link rel="canonical" href="{URL}">
<meta property="og:title" content="x"><meta property="og:image" content="y">
<script type="application/ld+json">{{"@graph": [{{"@type": "Article"}}, {{"@type": ["FAQPage", "Thing"]}}]}}</script>
</head><body><nav><a href="/">Home</a></nav><h1>The espresso ratio</h1>
<p>The espresso ratio says how much water goes through how much coffee.</p>
<h2>Why the espresso ratio matters</h2><h2>By roast</h2>{TEXT}<h2>Water</h2>
<p>Soft water helps, because it does not scale.</p>
<img src="a.png" alt="espresso ratio by weight"><img src="line.png" alt="">
<a href="/guides/espresso/">Espresso guide</a> <a href="../grind/">Grind size</a> <a href="https://b.example/">Water</a>
</body></html>"""


def told(findings: object, *severities: str) -> dict[str, AuditFinding]:
    wanted = severities or ("critical", "warning", "notice")
    return {one.check: one for one in findings if one.severity in wanted}  # type: ignore[attr-defined]


def test_a_good_page_has_nothing_to_be_mended() -> None:
    page = read_page(GOOD, URL, {})
    for part in (indexing(page, 200), head(page), headings(page), schema(page), images(page), links(page)):
        assert told(part) == {}
    assert told(keyphrase(page, "espresso ratio")) == {}
    assert set(told(readability(page))) <= {"beginnings"}
    assert "Article, FAQPage, Thing" in told(schema(page), "good")["json_ld"].reason


def test_what_keeps_a_page_from_being_found_is_critical() -> None:
    hidden = read_page('<meta name="robots" content="noindex, nofollow">', URL)
    assert told(indexing(hidden, 404), "critical").keys() == {"status", "robots"}
    by_header = read_page("<p>x</p>", URL, {"x-robots-tag": "googlebot: noindex"})
    assert told(indexing(by_header, 200), "critical").keys() == {"robots"}


@pytest.mark.parametrize(
    ("canonicals", "severity"),
    [
        ([], "notice"),
        ([URL], "good"),
        (["http://a.example/guides/espresso-ratio"], "good"),
        (["/guides/espresso-ratio/"], "notice"),
        (["https://www.a.example/other/"], "warning"),
        ([URL, "https://www.a.example/other/"], "warning"),
    ],
)
def test_a_canonical_is_one_whole_and_its_own(canonicals: list[str], severity: str) -> None:
    html = "".join(f'<link rel="canonical" href="{one}">' for one in canonicals)
    [found] = [one for one in indexing(read_page(html, URL), 200) if one.check == "canonical"]
    assert found.severity == severity


def test_hreflang_has_real_codes_names_itself_and_a_default() -> None:
    wrong = '<link rel=alternate hreflang=en-UK href="/uk/"><link rel=alternate hreflang=english href="/en/">'
    found = [one.reason for one in indexing(read_page(wrong, URL), 200) if one.check == "hreflang"]
    assert "en-uk, english" in found[0]
    assert len(found) == 3
    right = (
        f'<link rel="alternate" hreflang="en-GB" href="{URL}"><link rel="alternate" hreflang="zh-Hant-TW" href="/tw/">'
        '<link rel="alternate" hreflang="x-default" href="/">'
    )
    [only] = [one for one in indexing(read_page(right, URL), 200) if one.check == "hreflang"]
    assert only.severity == "good"


def test_head_headings_images_and_links_are_told_with_their_fix() -> None:
    page = read_page(
        "<title>Hi</title><h1>One</h1><h1>Two</h1><h4>Deep</h4><img src=a.png><img src=b.png alt=x>"
        '<a href="/a">click here</a><a href="/b" rel=nofollow>Buy</a><a href="/c"></a><a href="#top">Top</a>'
        '<a href="javascript:void(0)">No</a><a href="http://www.a.example/d">D</a>'
        '<script type="application/ld+json">{"@type": </script>',
        URL,
    )
    found = told(head(page)) | told(headings(page)) | told(images(page)) | told(links(page)) | told(schema(page))
    assert set(found) == {
        *("title", "description", "language", "viewport", "h1", "order", "alt", "words", "nofollow", "silent", "plain"),
        *("json_ld", "open_graph"),
    }
    assert all(one.fix for one in found.values())
    assert [link.url for link in page.links][-1] == "http://www.a.example/d"


def test_a_keyphrase_is_found_in_any_form_and_order_within_a_sentence_only() -> None:
    phrase = Keyphrase("espresso beans")
    assert phrase.within("Beans for an espresso")
    assert phrase.within("ESPRESSO-BEAN")
    assert not phrase.within("espresso")
    assert phrase.times("Espresso is good. Beans are, too. Espresso beans are best.") == 1


def test_a_page_that_misses_its_keyphrase_is_told_where_to_say_it() -> None:
    page = read_page(GOOD, URL)
    found = told(keyphrase(page, "cold brew"))
    assert {"title", "h1", "opening", "description", "slug", "density", "alt", "subheadings"} == set(found)
    rival = read_page(f'{GOOD}<a href="/other/">espresso ratio</a>', URL)
    assert "rival_link" in told(keyphrase(rival, "espresso ratio"))
    assert list(keyphrase(page, "?!")) == []


def test_hard_text_is_told_and_language_specific_checks_are_left_out_in_others() -> None:
    sentence = (
        "The implementation of organisational methodologies was necessitated by institutional considerations that were "
        "subsequently communicated to the administrative representatives of the participating organisations. "
    )
    found = told(readability(read_page(f"<html lang=en><p>{sentence * 12}</p>", URL)))
    assert {"words", "sentences", "ease", "passive", "transitions", "beginnings", "paragraphs"} == set(found)
    german = list(readability(read_page(f"<html lang=de><p>{sentence * 12}</p>", URL)))
    assert "ease" not in {one.check for one in german}
    assert "English only" in told(german, "good")["language"].reason


def test_reading_ease_is_flesch_s() -> None:
    assert reading_ease("The cat sat on the mat.") == pytest.approx(206.835 - 1.015 * 6 - 84.6 * 1, abs=0.1)
    assert reading_ease("") is None


def test_a_sentence_does_not_end_at_an_abbreviation() -> None:
    assert sentences_of("Dr. Who is here. He drinks tea!\nNo more") == ["Dr. Who is here.", "He drinks tea!", "No more"]


def test_text_is_read_once_and_without_menus_and_scripts() -> None:
    page = read_page("<nav><p>Menu</p></nav><ul><li>a<li><p>b<br>c</p></ul><script>x()</script><div><p>d</p></div>")
    assert page.paragraphs == ["a", "b c", "d"]


def test_a_page_s_charset_is_the_header_s_then_its_own() -> None:
    assert decoded("é".encode("latin-1"), "text/html; charset=ISO-8859-1") == "é"
    assert decoded(b"<meta charset=windows-1252>\x80", "text/html").endswith("€")
    assert decoded("é".encode(), "text/html; charset=nonsense-9") == "é"


def test_a_score_is_what_the_findings_leave() -> None:
    page = read_page('<meta name="robots" content="noindex">', URL)
    assert score_of(list(indexing(page, 200))) == 100 - 25 - 3
    assert score_of([*indexing(page, 500)] * 5) == 0


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.text(max_size=40))
def test_no_html_and_no_keyphrase_breaks_an_audit(html: str, phrase: str) -> None:
    page = read_page(f"<html><head>{html}</head><body><p>{html}<img alt='{html}'><a href='{html}'>{phrase}</a>", URL)
    for part in (indexing(page, 200), head(page), headings(page), schema(page), images(page), links(page)):
        list(part)
    list(keyphrase(page, phrase or "x"))
    list(readability(page))
