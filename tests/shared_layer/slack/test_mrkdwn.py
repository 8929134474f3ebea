"""Slack's markup in both directions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared_layer.crm.next_steps import suggested
from shared_layer.slack.mrkdwn import escaped, mentions, plain_text
from shared_layer.slack.search import read_search


@given(st.text())
def test_what_is_escaped_reads_as_it_was_and_calls_nobody(text: str) -> None:
    assert plain_text(escaped(text)) == text
    assert mentions(escaped(text)) == []


def test_a_message_says_names_channels_and_addresses() -> None:
    text = (
        "<@U1> and <@U2|bob>: see <#C1|general>, <https://x.example/a|the page> or "
        "<mailto:a@b.example|a@b.example> <!here> 1 &lt; 2 &amp;amp;"
    )
    said = "@Ada and @bob: see #general, the page (https://x.example/a) or a@b.example @here 1 < 2 &amp;"
    assert plain_text(text, {"U1": "Ada"}) == said


def test_questions_and_promises_are_suggested_and_small_talk_is_not() -> None:
    asked = {
        "Could you send me the signed offer? Our finance closes on Friday.": "question",
        "Hi team, can we move the launch to 9:00? The roastery opens at 8.": "question",
        "I'll send the revised headlines by noon.": "commitment",
        "Thanks! We will call you on Monday.": "commitment",
        "Lunch at 12:30?": None,
        "Great start!": None,
        "Weekly report: Harbor ROAS 4.1, Velo 2.3": None,
        "I'll be out on Friday.": None,
        "How are you?": None,
    }
    assert {text: (found.kind if (found := suggested(text)) else None) for text in asked} == asked


def test_a_search_is_read_with_its_operators() -> None:
    asked = read_search('launch "search ads" from:@Mara in:#harbor-coffee after:2026-01-01 -paused has:file')
    assert (asked.words, asked.phrases, asked.without) == (["launch", "search", "ads"], ["search ads"], ["paused"])
    assert (asked.sender, asked.channel, asked.with_files) == ("mara", "#harbor-coffee", True)
    assert asked.since is not None
    assert asked.since.isoformat() == "2026-01-02T00:00:00+00:00"
