"""Mail taken apart: replies with every program's quotes (tests/data/mail/replies), HTML, signatures."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_layer.gmail.body.details import details_of
from shared_layer.gmail.body.parts import take_apart
from shared_layer.gmail.html_text import text_of_html

REPLIES = Path(__file__).parents[2] / "data" / "mail" / "replies"
EXPECTED = {
    "email_1_4": ("Awesome! I haven't had another problem with it.", ""),
    "email_1_6": ("I get proper rendering as well.", "Sent from a magnificent torch of pixels"),
    "email_1_7": (":+1:", ""),
    "email_2_1": ("Outlook with a reply", ""),
    "email_2_2": ("Outlook with a reply directly above line", ""),
    "email_2_3": ("Outlook with a reply above headers using unusual format", ""),
    "email_BlackBerry": ("Here is another email", "Sent from my BlackBerry"),
    "email_gmail": ("This is a test for inbox replying to a github message.", ""),
    "email_headers_no_delimiter": ("And another reply!", ""),
    "email_iPhone": ("Here is another email", "Sent from my iPhone"),
    "email_multi_word_sent_from_my_mobile_device": (
        "Here is another email",
        "Sent from my Verizon Wireless BlackBerry",
    ),
    "email_sent_from_my_not_signature": (
        "Here is another email\n\nSent from my desk, is much easier then my mobile phone.",
        "",
    ),
    "correct_sig": ("this is an email with a correct -- signature.", "rick"),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_reply_is_what_its_author_wrote(name: str) -> None:
    parts = take_apart((REPLIES / f"{name}.txt").read_text(), "")
    assert (parts.reply, parts.signature) == EXPECTED[name]


def test_answers_between_and_below_quotes_are_the_authors() -> None:
    text = "Hi,\n\nOn Mon, 2 Nov 2026, Bo <b@x.example> wrote:\n> One?\n\nYes.\n\n> Two?\n\nNo.\n\n-- \nAda\n"
    parts = take_apart(text, "Ada Byron <ada@x.example>")
    assert parts.reply.split() == ["Hi,", "Yes.", "No."]
    assert parts.signature == "Ada"
    assert "One?" in parts.quoted


@pytest.mark.parametrize(
    "header",
    [
        "Am 02.11.2026 um 10:11 schrieb Bo:",
        "Le lun. 2 nov. 2026 à 10:11, Bo <b@x.example> a écrit :",
        "El 2 nov 2026, a las 10:11, Bo escribió:",
        "Il 2 nov 2026, Bo <b@x.example> ha scritto:",
        "Op 2 nov. 2026 om 10:11 schreef Bo <b@x.example>:",
        "-----Original Message-----",
        "---------- Forwarded message ---------",
        "Von: Bo <b@x.example>\nGesendet: Montag\nAn: Ada\nBetreff: x",
    ],
)
def test_quotes_are_known_in_other_languages(header: str) -> None:
    assert take_apart(f"Bis morgen\n\n{header}\n\nold text", "").reply == "Bis morgen"


@given(st.text(), st.text(max_size=30))
def test_whatever_a_body_holds_its_words_are_in_one_of_its_parts(text: str, sender: str) -> None:
    parts = take_apart(text, sender)
    assert len(parts.reply) + len(parts.quoted) + len(parts.signature) <= len(text) + 2


@given(st.text(alphabet="<>/abdimgpstyle scr=\"'0&;!-", max_size=200))
def test_no_html_breaks_the_reader_and_no_tag_survives(html: str) -> None:
    assert "<script" not in text_of_html(f"<script>{html}</script><p>x</p>").text


def test_html_reads_as_it_is_seen_and_its_trackers_are_counted() -> None:
    html = (
        "<html><head><title>T</title><style>p{}</style></head><body><p>Hello&nbsp;<b>you</b>,</p><ul><li>one<li>two</ul>"
        "<p>see <a href='https://x.example/a'>this page</a> <script>alert(1)</script></p>"
        "<img src='https://x.example/logo.png' width=200><img src='https://x.example/p.gif' width=1 height=1>"
        "<img src='https://x.example/q.png' style='display:none'><img src='cid:1'>"
        "<blockquote>old<br>text</blockquote></body></html>"
    )
    found = text_of_html(html)
    assert found.text == "Hello you,\n\n- one\n- two\n\nsee this page <https://x.example/a>\n\n> old\n> text"
    assert (found.remote_images, found.trackers) == (3, 2)


def test_a_signature_tells_of_its_author() -> None:
    signature = (
        "Best regards\nAda Byron | Head of Analysis\nAnalytical Engines Ltd\nFax: +44 20 7946 0001\n+44 20 7946 0958"
    )
    found = details_of(signature, "Ada Byron <ada@x.example>")
    assert found is not None
    assert (found.phone, found.title, found.company) == (
        "+44 20 7946 0958",
        "Head of Analysis",
        "Analytical Engines Ltd",
    )
    assert details_of("Ada", "Ada <ada@x.example>") is None
