"""OpenAI's own client: what it sends arrives, what a provider answers comes back, errors are the ones it knows."""

from __future__ import annotations

import base64
import json
from array import array

import openai
import pytest
from pydantic import BaseModel

from tests.functions.ai.conftest import Tenant
from tests.shared_layer.ai.provider_double import HEAD, Behaviour
from tests.shared_layer.ai.world import World, ledger

ASKED = [{"role": "user", "content": "What is two and two?"}]
WEATHER = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}
USAGE = {
    "prompt_tokens": 11,
    "completion_tokens": 7,
    "total_tokens": 18,
    "prompt_tokens_details": {"cached_tokens": 8},
    "completion_tokens_details": {"reasoning_tokens": 3},
}


def answered(*choices: dict, **more: object) -> Behaviour:
    """A provider's whole answer with these choices."""
    made = [{"index": n, "logprobs": None, "finish_reason": "stop", **choice} for n, choice in enumerate(choices)]
    answer = {**HEAD, "object": "chat.completion", "model": "double-1", "choices": made, "usage": USAGE, **more}
    return Behaviour(raw=json.dumps(answer).encode())


def streamed(*choices: dict) -> Behaviour:
    """A provider's stream of one such choice after the other, ended by the usage."""
    head = {**HEAD, "object": "chat.completion.chunk", "model": "double-1"}
    made = [{**head, "choices": [{"index": 0, "logprobs": None, "finish_reason": None, **one}]} for one in choices]
    made.append({**head, "choices": [], "usage": USAGE})
    return Behaviour(raw=b"".join(b"data: " + json.dumps(one).encode() + b"\n\n" for one in made) + b"data: [DONE]\n\n")


def call(number: int, name: str, city: str) -> dict:
    return {
        "id": f"call_{number}",
        "type": "function",
        "function": {"name": name, "arguments": json.dumps({"city": city})},
    }


CALLS = [call(1, "weather", "Oslo"), call(2, "weather", "Rome")]


async def test_parallel_tools_are_called_and_their_results_sent_back(tenant: Tenant, world: World):
    message = {"role": "assistant", "content": None, "tool_calls": CALLS}
    world.openai.plan.append(answered({"message": message, "finish_reason": "tool_calls"}))
    create = tenant.client.chat.completions.create
    answer = await create(model="openai", messages=ASKED, tools=[WEATHER], parallel_tool_calls=True)
    (choice,) = answer.choices
    assert choice.finish_reason == "tool_calls"
    assert [json.loads(one.function.arguments)["city"] for one in choice.message.tool_calls] == ["Oslo", "Rome"]
    results = [{"role": "tool", "tool_call_id": one.id, "content": "mild"} for one in choice.message.tool_calls]
    talk = [*ASKED, choice.message.model_dump(exclude_none=True), *results]
    await create(model="openai", messages=talk, tools=[WEATHER], tool_choice="none")
    sent = world.openai.calls[1]
    assert (sent["tool_choice"], sent["tools"]) == ("none", [WEATHER])
    assert [one["tool_call_id"] for one in sent["messages"][2:]] == ["call_1", "call_2"]
    assert sent["messages"][1]["tool_calls"] == CALLS


async def test_streamed_tool_calls_are_put_together_by_the_client_and_replayed_from_the_cache(
    tenant: Tenant, world: World
):
    parts = [{"delta": {"role": "assistant", "content": None}}]
    for number, one in enumerate(CALLS):
        function = {"name": one["function"]["name"], "arguments": ""}
        parts.append({"delta": {"tool_calls": [{"index": number, **one, "function": function}]}})
        for letter in one["function"]["arguments"]:
            parts.append({"delta": {"tool_calls": [{"index": number, "function": {"arguments": letter}}]}})
    world.openai.plan.append(streamed(*parts, {"delta": {}, "finish_reason": "tool_calls"}))
    for _ in range(2):
        async with tenant.client.chat.completions.stream(model="openai", messages=ASKED, tools=[WEATHER]) as stream:
            final = await stream.get_final_completion()
        called = [one.model_dump(include={"id", "function"}) for one in final.choices[0].message.tool_calls]
        assert [(one["id"], one["function"]["name"]) for one in called] == [
            ("call_1", "weather"),
            ("call_2", "weather"),
        ]
        assert [json.loads(one["function"]["arguments"])["city"] for one in called] == ["Oslo", "Rome"]
        assert final.choices[0].finish_reason == "tool_calls"
    assert len(world.openai.calls) == 1
    whole = await tenant.client.chat.completions.create(model="openai", messages=ASKED, tools=[WEATHER])
    assert [one.model_dump(exclude_none=True) for one in whole.choices[0].message.tool_calls] == CALLS
    assert whole.usage.prompt_tokens_details.cached_tokens == 8
    assert len(world.openai.calls) == 1


class Point(BaseModel):
    x: int
    y: int


async def test_a_json_schema_goes_through_and_the_answer_is_parsed(tenant: Tenant, world: World):
    world.openai.otherwise = Behaviour(text='{"x": 1, "y": 2}')
    answer = await tenant.client.chat.completions.parse(model="openai", messages=ASKED, response_format=Point)
    assert answer.choices[0].message.parsed == Point(x=1, y=2)
    asked = world.openai.calls[0]["response_format"]
    assert (asked["type"], asked["json_schema"]["strict"]) == ("json_schema", True)


async def test_several_choices_logprobs_and_a_refusal_come_back_as_they_are(tenant: Tenant, world: World):
    logprobs = {"content": [{"token": "4", "logprob": -0.1, "bytes": [52], "top_logprobs": []}], "refusal": None}
    world.openai.plan.append(
        answered(
            {"message": {"role": "assistant", "content": "4"}, "logprobs": logprobs},
            {"message": {"role": "assistant", "content": None, "refusal": "No."}},
            system_fingerprint="fp_1",
            service_tier="default",
        )
    )
    answer = await tenant.client.chat.completions.create(
        model="openai", messages=ASKED, n=2, logprobs=True, top_logprobs=2, max_completion_tokens=9, seed=7
    )
    first, second = answer.choices
    assert (first.logprobs.content[0].logprob, second.message.refusal) == (-0.1, "No.")
    assert (answer.system_fingerprint, answer.service_tier) == ("fp_1", "default")
    sent = world.openai.calls[0]
    assert {name: sent[name] for name in ("n", "logprobs", "top_logprobs", "max_completion_tokens", "seed")} == {
        "n": 2,
        "logprobs": True,
        "top_logprobs": 2,
        "max_completion_tokens": 9,
        "seed": 7,
    }


async def test_logprobs_and_several_choices_are_streamed(tenant: Tenant, world: World):
    token = {"token": "4", "logprob": -0.1, "bytes": [52], "top_logprobs": []}
    world.openai.plan.append(
        streamed(
            {"delta": {"role": "assistant", "content": "4"}, "logprobs": {"content": [token], "refusal": None}},
            {"index": 1, "delta": {"role": "assistant", "content": "four"}},
            {"delta": {}, "finish_reason": "stop"},
            {"index": 1, "delta": {}, "finish_reason": "stop"},
        )
    )
    for _ in range(2):
        async with tenant.client.chat.completions.stream(model="openai", messages=ASKED, n=2, logprobs=True) as stream:
            final = await stream.get_final_completion()
        first, second = final.choices
        assert (first.message.content, second.message.content, second.finish_reason) == ("4", "four", "stop")
        assert first.logprobs.content[0].token == "4"
    assert len(world.openai.calls) == 1


async def test_pictures_and_other_parts_reach_the_provider_untouched(tenant: Tenant, world: World):
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo=", "detail": "low"}}
    sound = {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}
    content = [{"type": "text", "text": "What is this?"}, picture, sound]
    await tenant.client.chat.completions.create(model="openai", messages=[{"role": "user", "content": content}])
    assert world.openai.calls[0]["messages"] == [{"role": "user", "content": content}]


async def test_every_role_and_what_openai_adds_next_reach_the_provider(tenant: Tenant, world: World):
    talk = [
        {"role": "developer", "content": "Be brief."},
        {"role": "system", "content": [{"type": "text", "text": "Be kind."}]},
        {"role": "user", "content": "Hi", "name": "ada"},
        {"role": "assistant", "content": "Ho", "refusal": None},
    ]
    more = {"verbosity": "low", "reasoning_effort": "minimal", "store": False, "metadata": {"a": "b"}, "not_yet": [1]}
    await tenant.client.chat.completions.create(model="openai", messages=talk, extra_body=more)
    sent = world.openai.calls[0]
    assert sent["messages"] == talk
    assert {name: sent[name] for name in more} == more


async def test_a_stream_without_include_usage_has_none_and_with_it_the_last_chunk_alone(tenant: Tenant, world: World):
    create = tenant.client.chat.completions.create
    chunks = [chunk async for chunk in await create(model="openai", messages=ASKED, stream=True)]
    assert not any(chunk.usage for chunk in chunks)
    assert all(chunk.choices for chunk in chunks)
    assert len({chunk.id for chunk in chunks}) == 1
    options = {"include_usage": True}
    stream = await create(model="openai", messages=ASKED, stream=True, stream_options=options)
    chunks = [chunk async for chunk in stream]
    assert [bool(chunk.usage) for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert (chunks[-1].choices, chunks[-1].usage.total_tokens) == ([], 18)


async def test_reasoning_that_is_streamed_is_passed_on_and_kept(tenant: Tenant, world: World):
    world.openai.plan.append(
        streamed(
            {"delta": {"role": "assistant", "reasoning_content": "2 + 2 "}},
            {"delta": {"reasoning_content": "is 4"}},
            {"delta": {"content": "Four."}, "finish_reason": "stop"},
        )
    )
    create = tenant.client.chat.completions.create
    for _ in range(2):
        chunks = [chunk async for chunk in await create(model="openai", messages=ASKED, stream=True)]
        told = [chunk.choices[0].delta.model_extra.get("reasoning_content") or "" for chunk in chunks]
        assert "".join(told) == "2 + 2 is 4"
    assert len(world.openai.calls) == 1


async def test_embeddings_as_numbers_or_in_base64_as_the_client_prefers(tenant: Tenant, world: World):
    create = tenant.client.embeddings.create
    preferred = await create(model="text-embedding-3-small", input=["two", "three"])
    assert [one.embedding for one in preferred.data] == [[3.0, 0.5], [5.0, 0.5]]
    assert preferred.usage.total_tokens == 8
    raw = await create(model="text-embedding-3-small", input="two", encoding_format="base64")
    assert array("f", base64.b64decode(raw.data[0].embedding)).tolist() == [3.0, 0.5]
    assert [call["encoding_format"] for call in world.openai.calls] == ["float", "float"]


async def test_models_are_listed_and_retrieved(tenant: Tenant, world: World):
    names = [model.id async for model in tenant.client.models.list()]
    assert {"auto", "gpt-4o", "llama-3.1-8b-instruct", "route-llm"} <= set(names)
    for name in names:
        assert (await tenant.client.models.retrieve(name)).id == name
    with pytest.raises(openai.NotFoundError) as missing:
        await tenant.client.models.retrieve("gpt-17")
    assert missing.value.code == "model_not_found"


async def test_errors_carry_the_codes_that_openai_gives_them(tenant: Tenant, world: World):
    create = tenant.client.chat.completions.create
    with pytest.raises(openai.NotFoundError) as missing:
        await create(model="gpt-17", messages=ASKED)
    assert (missing.value.code, missing.value.param) == ("model_not_found", "model")
    nobody = tenant.client.with_options(api_key="nobody")  # pragma: allowlist secret
    with pytest.raises(openai.AuthenticationError) as unknown:
        await nobody.chat.completions.create(model="auto", messages=ASKED)
    assert unknown.value.code == "invalid_api_key"
    for wrong, param in (
        ({"temperature": 7}, "temperature"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages.0.role"),
        ({"n": 0}, "n"),
        ({"extra_body": {"xynergy": {"verify": {"colour": "red"}}}}, "xynergy.verify.colour"),
    ):
        with pytest.raises(openai.BadRequestError) as invalid:
            await create(**{"model": "auto", "messages": ASKED} | wrong)
        assert (invalid.value.type, invalid.value.param) == ("invalid_request_error", param)
    world.openai.plan.append(Behaviour(status=400, error={"message": "no such field", "code": "unknown_parameter"}))
    with pytest.raises(openai.BadRequestError, match="no such field") as refused:
        await create(model="openai", messages=ASKED)
    assert refused.value.code == "unknown_parameter"
    assert not await ledger(tenant.id)


async def test_a_rate_limit_is_told_with_its_time_and_the_client_waits_for_it(tenant: Tenant, world: World):
    made = await tenant.gateway.post(
        "/api/v1/api-keys",
        headers={"X-API-Key": tenant.key, "Idempotency-Key": tenant.id},
        json={"name": "slow", "scopes": ["ai:use"], "requests_per_minute": 1},
    )
    slow = tenant.client.with_options(api_key=made.json()["key"])
    limited = None
    for number in range(6):
        try:
            await slow.chat.completions.create(model="auto", messages=ASKED, user=str(number))
        except openai.RateLimitError as error:
            limited = error
            break
    assert limited is not None
    assert (limited.code, limited.type) == ("rate_limit_exceeded", "rate_limit_error")
    assert 1 <= int(limited.response.headers["retry-after"]) <= 60
