"""Templates: what they make, what they lack and where, and what never gets into a mail."""

from __future__ import annotations

from typing import Any

import pytest

from shared_layer.core.errors import TemplateInvalid, ValidationFailed
from shared_layer.marketing.templates.lint import lint, spam_score
from shared_layer.marketing.templates.plain_text import plain_text
from shared_layer.marketing.templates.rendering import Made, make

OUT = "https://x.example/u/1"
ADA: dict[str, Any] = {"contact": {"given_name": "Ada", "tags": ["vip"], "custom": {}}, "unsubscribe_url": OUT}


def made(body: str, subject: str = "Hi", text: str | None = None, **values: Any) -> Made:
    return make(subject, body, text, ADA | values)


def test_what_is_missing_is_named_at_its_line_and_column() -> None:
    found = made("<p>\n  {{ contact.given_name }},\n  {{contact.company}} {{ contact.custom.plan | upcase }}</p>")
    assert [(one.variable, one.line, one.column) for one in found.missing] == [
        ("contact.company", 3, 5),
        ("contact.custom.plan", 3, 26),
    ]


def test_a_default_is_not_missing_and_a_condition_may_ask() -> None:
    body = "{{ contact.company | default: 'you' }}{% if contact.company %}{{ contact.company }}{% endif %}"
    found = made(body)
    assert (found.missing, "you" in found.html) == ([], True)


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("a\n{% if x %}", 2),
        ("{{ contact.name | nope }}", 1),
        ("{{ a b }}", 1),
        ("{% for i in (1..20000) %}x{% endfor %}", 1),
        ("a\nb\n{% include 'secrets' %}", 3),
        ("{% render 'x' %}", 1),
    ],
    ids=["open tag", "no filter", "no expression", "endless", "include", "render"],
)
def test_a_template_that_cannot_be_read_is_refused_with_its_place(body: str, line: int) -> None:
    with pytest.raises(TemplateInvalid) as refused:
        made(body)
    assert refused.value.fields["errors"][0]["line"] == line


def test_what_a_contact_says_is_text_and_never_markup_or_template() -> None:
    evil = "<script>alert(1)</script>{{ unsubscribe_url }}"
    found = made("<p>{{ contact.given_name }}</p>", contact={"given_name": evil})
    assert "<script" not in found.html
    assert OUT not in found.html


@pytest.mark.parametrize(
    "active",
    [
        "<script>x()</script>",
        "<p onclick='x()'>y</p>",
        "<a href='javascript:x()'>y</a>",
        "<a href='data:text/html,x'>y</a>",
        "<form action='https://evil.example'><input name=q></form>",
        "<iframe src='https://evil.example'></iframe>",
        "<svg onload='x()'></svg>",
        "<p style='width:expression(x())'>y</p>",
        "<meta http-equiv=refresh content='0;url=https://evil.example'>",
        "<base href='https://evil.example'>",
        "<object data='x'></object>",
        "<style>@import url(https://evil.example/x.css);</style>",
    ],
)
def test_nothing_active_is_left(active: str) -> None:
    html = made(f"<p>before</p>{active}<p>after</p>").html.partition("<body>")[2].lower()
    assert "before" in html
    for sign in (
        "<script",
        "onclick",
        "javascript:",
        "data:",
        "<form",
        "<iframe",
        "<svg",
        "expression",
        "<meta",
        "evil",
    ):
        assert sign not in html, html


def test_styles_move_onto_the_elements_and_media_queries_stay() -> None:
    style = "<style>p { color: red } @media (max-width: 600px) { p { font-size: 20px } }</style>"
    html = made(f"{style}<p>x</p>").html
    assert 'style="color: red' in html
    assert "@media (max-width: 600px)" in html


def test_mjml_becomes_tables_and_its_gaps_are_named_in_what_was_written() -> None:
    body = (
        "<mjml><mj-body><mj-section><mj-column>\n<mj-text>Hi {{ contact.nobody }}</mj-text>"
        "<mj-button href='https://a.example'>Go</mj-button></mj-column></mj-section></mj-body></mjml>"
    )
    found = made(body)
    assert "<table" in found.html
    assert "mj-" not in found.html.replace("mj-column", "").replace("mj-outlook", "")
    assert [(one.variable, one.line) for one in found.missing] == [("contact.nobody", 2)]
    with pytest.raises(ValidationFailed):
        made("<mjml><mj-body><mj-nope></mj-body>")


def test_the_plain_part_reads_as_text_with_its_links() -> None:
    html = (
        "<h1>Bread</h1><p>Fresh,<br>daily.</p><ul><li>Rye</li><li>Wheat</li></ul><a href='https://a.example'>Order</a>"
    )
    assert plain_text(html) == "Bread\n\nFresh,\ndaily.\n\n- Rye\n- Wheat\n\nOrder (https://a.example)"


@pytest.mark.parametrize(
    ("subject", "html", "rule"),
    [
        ("FREE MONEY NOW", "", "subject_capitals"),
        ("Now!! Now!!", "", "subject_signs"),
        ("x" * 90, "", "subject_length"),
        ("Hi", "<p>act now, risk-free</p>", "pushy_words"),
        ("Hi", "<img src='https://a.example/x.png'>", "alt_text"),
        ("Hi", "<a href='https://bit.ly/x'>more</a>", "shortener"),
        ("Hi", "<a href='https://evil.example/'>www.bank.example</a>", "link_text"),
        ("Hi", "<a href='https://nodot/'>x</a>", "link"),
        ("Hi", "<p>" + "word " * 25_000 + "</p>", "size"),
        ("Hi", "", "unsubscribe"),
    ],
)
def test_what_readers_and_filters_dislike_is_told(subject: str, html: str, rule: str) -> None:
    found = made(f"<p>Fresh bread every morning from six.</p>{html}", subject)
    assert rule in {one.rule for one in lint(found.subject, found.html, found.text, OUT, "")}


def test_a_plain_honest_mail_has_nothing_against_it() -> None:
    found = made(f"<p>Fresh bread every morning from six.</p><a href='{OUT}'>Unsubscribe</a>", "Fresh bread")
    assert spam_score(lint(found.subject, found.html, found.text, OUT, "1 Mill Lane")) == 0
