"""Fewer tokens, the same meaning."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from shared_layer.ai.optimiser import compact, optimise

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NESTED = st.lists(VALUES, min_size=1, max_size=3) | st.dictionaries(st.text(max_size=8), VALUES, min_size=1, max_size=3)


@given(NESTED)
def test_pretty_json_comes_out_compact_with_the_same_value(value):
    shorter = compact("Here it is:\n" + json.dumps(value, indent=2) + "\nWhat is missing?")
    inner = shorter.removeprefix("Here it is:\n").removesuffix("\nWhat is missing?")
    assert inner == json.dumps(value, separators=(",", ":"))


@given(st.text())
def test_a_text_never_grows_and_loses_nothing_but_white_space(text):
    shorter = compact(text)
    assert len(shorter) <= len(text)
    assert "".join(shorter.split()) == "".join(text.split())


@given(st.text(alphabet=st.characters(exclude_characters="[{")))
def test_prose_is_left_alone(text):
    assert compact(text) == text


def test_numbers_keep_their_spelling_and_doubled_names_stay():
    assert compact('{\n "a": 1.0,\n "a": 1e5\n}') == '{"a":1.0,"a":1e5}'


def test_a_fenced_block_and_the_text_after_it_survive():
    assert compact('See\n```json\n{\n  "a": "b  c"\n}\n```\nThanks') == 'See\n```json\n{"a":"b  c"}\n```\nThanks'


def test_a_prompt_about_lines_or_layout_keeps_its_own():
    text = 'What is wrong in line 2?\n{\n  "a": 1\n}'
    assert compact(text) == text


def test_json_with_a_word_like_line_inside_is_still_compacted():
    assert compact('Sum up\n{\n  "line": 1\n}') == 'Sum up\n{"line":1}'


def test_what_is_no_json_is_left_alone():
    text = "if (x)\n{\n  return 1;\n}\n"
    assert compact(text) == text


def test_only_user_messages_are_touched_and_the_saving_is_told():
    pretty = json.dumps({"rows": list(range(50))}, indent=4)
    messages = [{"role": role, "content": pretty} for role in ("system", "assistant", "user")]
    body, saved = optimise({"messages": messages, "seed": 1})
    assert [message["content"] == pretty for message in body["messages"]] == [True, True, False]
    assert body["seed"] == 1
    assert saved > len(pretty) / 4 * 0.24


def test_a_body_with_nothing_to_save_is_handed_on_as_it_is():
    body = {"messages": [{"role": "user", "content": "Hello\nthere"}]}
    assert optimise(body) == (body, 0)
