"""Fewer tokens, the same meaning."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from shared_layer.ai.prompts.json_compaction import compact
from shared_layer.ai.prompts.json_table import as_table, read_table
from shared_layer.ai.prompts.optimiser import optimise
from shared_layer.ai.prompts.repetition import restored
from shared_layer.ai.providers.tokens import estimate

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


ROWS = [
    {"id": number, "name": f"Customer {number}", "city": ("Rome", "New York")[number % 2], "active": number % 3 == 0}
    for number in range(40)
]
DOCUMENT = "\n\n".join(
    f"{'The bakery opens at six and bakes until noon, every day but Monday. ' * 4}{n}." for n in range(6)
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
UNIFORM = st.lists(st.sampled_from(["id", "name", "city", "a.b", "x-1"]), min_size=1, unique=True).flatmap(
    lambda names: st.lists(st.tuples(*[VALUES for _ in names]), min_size=3, max_size=6).map(
        lambda rows: [dict(zip(names, row, strict=True)) for row in rows]
    )
)
TALK = st.lists(
    st.tuples(
        st.sampled_from(["system", "user", "assistant"]),
        st.lists(st.sampled_from([*DOCUMENT.split("\n\n"), "Why?", "And then?"]), min_size=1, max_size=8),
    ),
    min_size=1,
    max_size=6,
)


def spared(content: str) -> float:
    """The part of a question's estimated tokens that is saved."""
    body, saved = optimise({"messages": [{"role": "user", "content": content}]})
    assert saved == estimate(content) - estimate(body["messages"][0]["content"])
    return saved / estimate(content)


def test_pretty_json_spares_24_percent_uniform_rows_55_and_repeated_context_45():
    settings = {"service": {"name": "shop", "ports": [80, 443]}, "features": [{"key": "a"}, {"key": "b", "on": True}]}
    assert spared("What is on?\n" + json.dumps(settings, indent=2)) >= 0.24
    for layout in ({"indent": 2}, {}):
        assert spared("Who is active?\n" + json.dumps(ROWS, **layout)) >= 0.55
    messages = []
    for question in ("What?", "Why?", "When?"):
        messages += [{"role": "user", "content": f"{DOCUMENT}\n\n{question}"}, {"role": "assistant", "content": "So."}]
    body, saved = optimise({"messages": messages})
    assert saved / sum(estimate(message["content"]) for message in messages) >= 0.45
    assert body["messages"][0] == messages[0]
    assert body["messages"][2]["content"].endswith("\n\nWhy?")


@given(UNIFORM)
def test_a_table_reads_back_as_the_rows_that_it_was(rows):
    dense = json.dumps(rows, separators=(",", ":"), ensure_ascii=False)
    table = as_table(dense)
    if table is not None:
        assert len(table) < len(dense)
        assert json.loads(read_table(table)) == rows


def test_a_tables_texts_are_never_taken_for_anything_else():
    rows = [
        {"v": value} for value in ("7", "true", "null", "a,b", 'say "x"', " padded ", "", "line\nbreak", "plain one")
    ]
    padded = [{"a_rather_long_name": row["v"]} for row in rows]
    table = as_table(json.dumps(padded, separators=(",", ":")))
    assert table is not None
    assert json.loads(read_table(table)) == padded
    assert "\nplain one" in table


def test_numbers_in_a_table_keep_their_spelling():
    table = as_table('[{"price":1.0,"n":1e5},{"price":2.50,"n":-0},{"price":3,"n":12345678901234567890}]')
    assert table is not None
    assert table.split("\n")[1:] == ["1.0,1e5", "2.50,-0", "3,12345678901234567890"]


def test_who_wants_json_back_is_shown_json():
    text = "Return the same as JSON, sorted.\n" + json.dumps(ROWS, indent=2)
    assert compact(text).endswith(json.dumps(ROWS, separators=(",", ":")))


@given(TALK)
def test_references_lead_back_and_a_conversations_prefix_never_changes(talk):
    messages = [{"role": role, "content": "\n\n".join(paragraphs)} for role, paragraphs in talk]
    sent = optimise({"messages": messages})[0]["messages"]
    texts = [message["content"] for message in sent]
    for number, message in enumerate(messages):
        assert restored(texts[number], texts[:number]) == message["content"]
        assert estimate(texts[number]) <= estimate(message["content"])
        assert optimise({"messages": messages[: number + 1]})[0]["messages"] == sent[: number + 1]
        assert message["role"] == "user" or texts[number] == message["content"]


def test_a_reference_that_leads_elsewhere_is_told_apart():
    assert restored('[as in message 1, 9 characters from "abc" to "xyz"]', ["abc and no more"]) is None


def test_parts_with_a_mark_for_the_providers_cache_are_left_alone():
    part = {"type": "text", "text": json.dumps(ROWS, indent=2), "cache_control": {"type": "ephemeral"}}
    body = {"messages": [{"role": "user", "content": [part]}]}
    assert optimise(body) == (body, 0)
