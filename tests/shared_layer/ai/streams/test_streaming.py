"""Streams: settled with the first chunk, explicit when they break, billed however they end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_layer.ai.api.catalogue import breaker_states
from shared_layer.ai.api.completing import complete
from shared_layer.ai.prompts.prompt import Prompt
from shared_layer.ai.providers.table import ABACUS
from shared_layer.ai.streams.splice import Splice
from shared_layer.ai.streams.streaming import stream
from shared_layer.core.errors import InvalidRequest, ProviderFailed
from tests.shared_layer.ai.answers.test_answering import EASY, HARD
from tests.shared_layer.ai.provider_double import Behaviour
from tests.shared_layer.ai.world import World, ledger
from tests.support.eventually import eventually

ONE_CHUNK = b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'


def prompt(world: World, messages=EASY, tenant="", model="auto", seconds=60.0, **body) -> Prompt:
    return Prompt(world.caller(tenant, seconds), {"messages": messages, **body}, model, "test")


async def read(begun) -> list:
    """The data of every event: decoded, "[DONE]" as it is."""
    sent = b"".join([part async for part in begun.events])
    data = [event.removeprefix(b"data: ") for event in sent.split(b"\n\n") if event]
    return [orjson.loads(one) if one != b"[DONE]" else "[DONE]" for one in data]


def text_of(events: list) -> str:
    found = [choice for event in events[:-1] for choice in event.get("choices", ())]
    return "".join(choice["delta"].get("content") or "" for choice in found)


async def test_a_stream_passes_on_every_chunk_and_ends_with_done(world: World):
    asked = prompt(world)
    begun = await stream(asked, include_usage=False)
    events = await read(begun)
    assert (begun.route.provider, begun.cost_micros, text_of(events), events[-1]) == (
        "internal",
        1_000,
        "Four.",
        "[DONE]",
    )
    assert not any("usage" in event for event in events[:-1])
    (entry,) = await ledger(asked.caller.tenant_id)
    assert (entry["outcome"], entry["streamed"], entry["cost_micros"]) == ("answered", True, 1_000)
    assert (entry["usage"]["prompt_tokens"], entry["usage"]["completion_tokens"]) == (11, 7)


async def test_include_usage_ends_the_stream_with_the_providers_count_and_the_cost(world: World):
    events = await read(await stream(prompt(world), include_usage=True))
    last = events[-2]
    assert (last["choices"], last["usage"]["total_tokens"]) == ([], 18)
    assert last["xynergy"]["cost_usd"] == 0.001


async def test_before_the_first_chunk_the_next_provider_takes_over(world: World):
    world.abacus.otherwise = Behaviour(status=503)
    begun = await stream(prompt(world, HARD), include_usage=False)
    assert (begun.route.provider, text_of(await read(begun))) == ("openai", "Four.")


async def test_a_provider_without_a_first_chunk_in_time_is_followed_by_the_next(world: World):
    world.abacus.otherwise = Behaviour(hang="first")
    begun = await stream(prompt(world, HARD, seconds=6.0), include_usage=False)
    assert (begun.route.provider, text_of(await read(begun))) == ("openai", "Four.")
    await asyncio.wait_for(world.abacus.hung_up.wait(), 15)


async def test_a_stream_that_nobody_can_go_on_with_ends_with_an_error_event_and_is_billed(world: World):
    world.internal.otherwise = Behaviour(cut_after=3)
    asked = prompt(world, model="internal")
    events = await read(await stream(asked, include_usage=True))
    assert events[-1] == "[DONE]"
    assert events[-2]["error"]["code"] == "provider_failed"
    assert set(events[-2]["error"]) == {"message", "type", "param", "code"}
    (entry,) = await ledger(asked.caller.tenant_id)
    assert (entry["outcome"], entry["cost_micros"]) == ("broken", 1_000)
    assert [state.failures for state in await breaker_states()] == [0, 0, 1]


async def test_an_error_in_the_stream_itself_is_passed_on_as_one(world: World):
    world.internal.otherwise = Behaviour(raw=ONE_CHUNK + b'data: {"error":{"message":"out of memory"}}\n\n')
    events = await read(await stream(prompt(world, model="internal"), include_usage=False))
    assert "out of memory" in events[-2]["error"]["message"]


async def test_a_stream_that_ends_before_its_answer_does_is_told_as_broken(world: World):
    world.internal.otherwise = Behaviour(raw=ONE_CHUNK)
    events = await read(await stream(prompt(world, model="internal"), include_usage=False))
    assert "before the answer was complete" in events[-2]["error"]["message"]


async def test_a_caller_that_leaves_is_billed_for_what_it_got_and_the_provider_is_hung_up_on(world: World):
    world.openai.otherwise = Behaviour(hang="middle")
    asked = prompt(world, model="openai/gpt-4o")
    begun = await stream(asked, include_usage=False)
    assert begun.cost_micros is None
    assert await anext(begun.events)
    await begun.events.aclose()
    await asyncio.wait_for(world.openai.hung_up.wait(), 5)

    async def billed() -> bool:
        return bool(await ledger(asked.caller.tenant_id))

    await eventually(billed)
    (entry,) = await ledger(asked.caller.tenant_id)
    assert entry["outcome"] == "aborted"
    assert entry["usage"] == {"prompt_tokens": 5, "completion_tokens": 1, "estimated": True}
    assert entry["cost_micros"] == -(-(5 * 2_500_000 + 10_000_000) // 1_000_000)


async def test_a_stream_that_nobody_began_to_read_is_billed_as_well(world: World):
    world.internal.otherwise = Behaviour(hang="middle")
    asked = prompt(world)
    begun = await stream(asked, include_usage=False)
    begun.leave()
    begun.leave()
    await asyncio.wait_for(world.internal.hung_up.wait(), 5)

    async def billed() -> bool:
        return [entry["outcome"] for entry in await ledger(asked.caller.tenant_id)] == ["aborted"]

    await eventually(billed)


async def test_a_cached_answer_is_replayed_as_a_stream_that_costs_nothing(world: World):
    tenant = world.caller().tenant_id
    await complete(world.caller(tenant), messages=EASY, operation="test")
    begun = await stream(prompt(world, tenant=tenant), include_usage=True)
    events = await read(begun)
    assert (begun.cached, begun.cost_micros, text_of(events), events[-1]) == (True, 0, "Four.", "[DONE]")
    assert events[-2]["usage"]["total_tokens"] == 18
    assert len(world.internal.calls) == 1
    assert len(await ledger(tenant)) == 1


async def test_the_callers_fault_is_told_before_the_stream_begins(world: World):
    world.internal.otherwise = Behaviour(status=400, error={"message": "bad tool"})
    with pytest.raises(InvalidRequest, match="bad tool"):
        await stream(prompt(world), include_usage=False)


async def test_when_nobody_can_begin_there_is_no_stream(world: World):
    for double in (world.abacus, world.openai, world.internal):
        double.otherwise = Behaviour(status=500)
    with pytest.raises(ProviderFailed):
        await stream(prompt(world), include_usage=False)


async def test_the_mock_streams_too(world: World):
    world.without("abacus", "openai", "internal")
    begun = await stream(prompt(world), include_usage=True)
    events = await read(begun)
    assert text_of(events).startswith("[mock answer: no AI provider is configured]")
    assert (begun.cost_micros, events[-2]["xynergy"]["cost_usd"]) == (0, 0.0)


def took_over(events: list) -> dict:
    (told,) = [event["xynergy"]["took_over"] for event in events[:-1] if "took_over" in event.get("xynergy", {})]
    return told


async def test_where_a_stream_breaks_the_next_provider_goes_on_and_both_are_billed(world: World):
    world.abacus.otherwise = Behaviour(text="The answer is four, as always.", cut_after=12)
    world.openai.otherwise = Behaviour(text=" four, as always.")
    asked = prompt(world, HARD)
    events = await read(await stream(asked, include_usage=True))
    assert text_of(events) == "The answer is four, as always."[:11] + " four, as always."
    told = took_over(events)
    assert (told["from"], told["to"], told["after_characters"]) == ("abacus", "openai", 11)
    assert world.openai.calls[0]["messages"][-2] == {"role": "assistant", "content": "The answer "}
    entries = await ledger(asked.caller.tenant_id)
    assert [(entry["provider"], entry["outcome"]) for entry in entries] == [
        ("abacus", "broken"),
        ("openai", "answered"),
    ]
    assert events[-2]["xynergy"]["cost_usd"] == sum(entry["cost_micros"] for entry in entries) / 1e6


async def test_a_successor_that_begins_anew_repeats_nothing(world: World):
    text = "One two three four five six seven eight nine ten."
    world.abacus.otherwise = Behaviour(text=text, cut_after=20)
    world.openai.otherwise = Behaviour(text=text)
    assert text_of(await read(await stream(prompt(world, HARD), include_usage=False))) == text


async def test_a_successor_that_tells_it_in_other_words_is_no_continuation(world: World):
    world.without("internal")
    world.abacus.otherwise = Behaviour(text="One two three four five six seven.", cut_after=20)
    world.openai.otherwise = Behaviour(text="One two three, and then a lot more that was never said before.")
    events = await read(await stream(prompt(world, HARD), include_usage=False))
    assert text_of(events)[:19] == "One two three four "
    assert events[-2]["error"]["code"] == "provider_failed"


async def test_the_internal_model_goes_on_in_its_own_way(world: World):
    world.without("openai")
    world.abacus.otherwise = Behaviour(text="It is four.", cut_after=4)
    world.internal.otherwise = Behaviour(text=" is four.")
    events = await read(await stream(prompt(world, HARD), include_usage=False))
    assert text_of(events) == "It  is four."
    asked = world.internal.calls[0]
    assert (asked["continue_final_message"], asked["messages"][-1]["content"]) == (True, "It ")


async def test_tools_are_never_spliced(world: World):
    world.abacus.otherwise = Behaviour(cut_after=3)
    tools = [{"type": "function", "function": {"name": "f", "parameters": {}}}]
    events = await read(await stream(prompt(world, HARD, tools=tools), include_usage=False))
    assert events[-2]["error"]["code"] == "provider_failed"
    assert not world.openai.calls


async def test_a_stream_that_came_to_its_end_answers_the_next_from_the_cache(world: World):
    tenant = world.caller().tenant_id
    await read(await stream(prompt(world, tenant=tenant), include_usage=False))
    again = await complete(world.caller(tenant), messages=EASY, operation="test")
    assert (again.cached, again.text, again.usage.prompt_tokens + again.usage.completion_tokens) == (True, "Four.", 18)
    assert (await stream(prompt(world, tenant=tenant), include_usage=False)).cached
    assert len(world.internal.calls) == 1


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(min_size=9, max_size=60), st.data())
def test_whoever_begins_anew_is_joined_without_a_character_twice_or_missing(text, data):
    place = data.draw(st.integers(1, len(text)))
    splice, joined, rest = Splice(text[:place]), "", text
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        joined, rest = joined + splice.feed(rest[:size]), rest[size:]
    assert text[:place] + joined + splice.end() == text


@given(st.text(alphabet="abc ", min_size=40, max_size=120), st.text(alphabet="xyz ", min_size=1, max_size=120))
def test_whoever_goes_on_is_joined_as_it_is_and_a_repeated_end_once(sent, more):
    for told in (more, sent[-20:] + more):
        splice = Splice("#" + sent)
        assert splice.feed(told) + splice.end() == more


@pytest.fixture
def impatient() -> Iterator[None]:
    """Abacus is given a moment for its first token, and between two."""
    former = ABACUS.first_token_seconds, ABACUS.idle_seconds
    for name in ("first_token_seconds", "idle_seconds"):
        object.__setattr__(ABACUS, name, 0.1)
    yield
    for name, seconds in zip(("first_token_seconds", "idle_seconds"), former, strict=True):
        object.__setattr__(ABACUS, name, seconds)


async def test_a_provider_that_falls_silent_in_the_middle_is_followed_by_the_next(world: World, impatient: None):
    world.abacus.otherwise = Behaviour(text="Four, I think.", hang="middle")
    world.openai.otherwise = Behaviour(text="our, to be sure.")
    events = await read(await stream(prompt(world, HARD), include_usage=False))
    assert text_of(events) == "Four, to be sure."
    assert took_over(events)["reason"] == "abacus did not answer in time"
    await asyncio.wait_for(world.abacus.hung_up.wait(), 10)


async def test_a_provider_without_a_first_token_in_its_time_is_followed_though_there_is_time_left(
    world: World, impatient: None
):
    world.abacus.otherwise = Behaviour(hang="first")
    begun = await stream(prompt(world, HARD, seconds=300.0), include_usage=False)
    assert (begun.route.provider, text_of(await read(begun))) == ("openai", "Four.")
    await asyncio.wait_for(world.abacus.hung_up.wait(), 10)
