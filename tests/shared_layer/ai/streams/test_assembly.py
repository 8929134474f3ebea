"""A stream put together again is the answer that it was the parts of."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_layer.ai.providers.chunks import as_chunks
from shared_layer.ai.streams.assembly import Assembly

HEAD = {"id": "chatcmpl-1", "created": 1, "model": "m", "object": "chat.completion"}
USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}

texts = st.text(max_size=200)
functions = st.fixed_dictionaries({"name": st.just("f"), "arguments": texts.filter(bool)})
calls = st.lists(st.fixed_dictionaries({"id": st.text(min_size=1), "type": st.just("function"), "function": functions}))
tokens = st.lists(st.fixed_dictionaries({"token": texts, "logprob": st.floats(-9, 0)}), min_size=1, max_size=3)
choices = st.tuples(texts, calls, st.none() | texts.filter(bool), st.none() | tokens)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(choices, min_size=1, max_size=3))
def test_whatever_it_says_in_text_tools_reasoning_and_logprobs(told):
    made = []
    for index, (text, called, reasoning, logprobs) in enumerate(told):
        message = {"role": "assistant", "content": text or (None if called or reasoning else ""), "refusal": None}
        message |= {"tool_calls": called} if called else {}
        message |= {"reasoning_content": reasoning} if reasoning else {}
        content = None if logprobs is None else {"content": logprobs}
        made.append({"index": index, "message": message, "logprobs": content, "finish_reason": "stop"})
    whole = {**HEAD, "choices": made, "usage": USAGE}
    assembly = Assembly()
    for chunk in as_chunks(whole):
        assembly.take(chunk)
    assert assembly.completion(USAGE) == whole


def test_arguments_that_come_in_pieces_are_joined_by_their_index():
    deltas = [
        {"role": "assistant", "content": None, "tool_calls": [call(0, "a", "weather", "")]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"city":'}}]},
        {"tool_calls": [call(1, "b", "time", "")]},
        {"tool_calls": [{"index": 1, "function": {"arguments": "{}"}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '"Oslo"}'}}]},
    ]
    assembly = Assembly()
    for delta in deltas:
        assembly.take({**HEAD, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    (choice,) = assembly.completion(USAGE)["choices"]
    assert choice["message"]["tool_calls"] == [
        {"id": "a", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Oslo"}'}},
        {"id": "b", "type": "function", "function": {"name": "time", "arguments": "{}"}},
    ]
    assert choice["message"]["content"] is None


def call(index: int, call_id: str, name: str, arguments: str) -> dict:
    return {"index": index, "id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
