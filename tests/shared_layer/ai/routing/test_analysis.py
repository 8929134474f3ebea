"""What counts as a hard prompt, and that the reason is told."""

from __future__ import annotations

import pytest

from shared_layer.ai.routing.analysis import analyse


def of(text: str, **more):
    return analyse({"messages": [{"role": "user", "content": text}], **more})


@pytest.mark.parametrize(
    "text",
    [
        "What is 2+2?",
        "Translate 'good morning' to French.",
        "Write a haiku about spring.",
        "Summarize in one sentence: the cat sat on the mat.",
        "Who wrote Faust?",
        "",
    ],
)
def test_short_plain_prompts_are_simple(text):
    found = of(text)
    assert not found.complex
    assert found.reasons == ("a short, plain prompt",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Analyze the market for electric bikes in Germany.", "analysis: 'analyze'"),
        ("Compare leasing with buying for a small fleet.", "analysis: 'compare'"),
        ("Write a Python function that merges two lists.", "code: 'python'"),
        ("What does this do?\n```\nx = 1\n```", "code: '```'"),
        ("Solve x^2 + 3x - 4 = 0", "mathematics: 'x^2'"),
        ("Prove that the sum converges.", "mathematics: 'prove'"),
        ("First collect the figures, then order them by region.", "several steps"),
        ("Do this:\n1. read\n2. sort\n3. write\n", "several steps"),
        ("word " * 401, "very long: 402 words"),
    ],
)
def test_each_indicator_makes_a_prompt_complex_and_is_named(text, reason):
    found = of(text)
    assert found.complex
    assert reason in found.reasons


def test_tools_and_asked_for_reasoning_make_a_prompt_complex():
    assert of("Weather in Bonn?", tools=[{"type": "function", "function": {"name": "weather"}}]).complex
    assert of("Weather in Bonn?", reasoning_effort="high").complex
    assert not of("Weather in Bonn?", reasoning_effort="low").complex


def test_weak_indicators_add_up():
    schema = {"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}
    assert not of("Name three fruits", response_format=schema).complex
    assert of("fruit " * 200, response_format=schema).complex


def test_only_what_the_user_wrote_counts():
    messages = [
        {"role": "system", "content": "You analyze and compare strategies."},
        {"role": "assistant", "content": "Let me evaluate the architecture."},
        {"role": "user", "content": [{"type": "text", "text": "Thanks!"}]},
    ]
    assert not analyse({"messages": messages}).complex


def test_the_score_stays_within_one():
    assert of("Compare, analyze, prove x^2 in Python step by step. " * 50, reasoning_effort="high").score == 1.0
