"""OpenAI's own client, unchanged, with its base URL set to the platform's."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest

from infra.demo.platform_process import PlatformProcess

QUESTION = [{"role": "user", "content": "Say something kind about bread."}]


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict]:
    platform = PlatformProcess(tmp_path_factory.mktemp("openai") / "data", "--unlimited")
    platform.start()
    try:
        yield platform.wait_ready()
    finally:
        platform.stop()


@pytest.fixture
def client(local: dict) -> Iterator[openai.OpenAI]:
    with _client(local, local["api_key"]) as client:
        yield client


def test_it_gets_a_completion(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="auto", messages=QUESTION)
    assert completion.object == "chat.completion"
    assert completion.choices[0].message.role == "assistant"
    assert completion.choices[0].message.content
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens
    assert completion.model_extra["xynergy"]["provider"]


def test_it_gets_the_same_completion_as_a_stream(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="auto", messages=QUESTION).choices[0].message.content
    stream = client.chat.completions.create(
        model="auto", messages=QUESTION, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == whole
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].usage.completion_tokens > 0


def test_it_lists_the_models_and_each_of_them_answers(client: openai.OpenAI) -> None:
    models = [model.id for model in client.models.list()]
    assert "auto" in models
    for model in models:
        assert client.chat.completions.create(model=model, messages=QUESTION).choices[0].message.content


async def test_its_asynchronous_half_works_alike(local: dict) -> None:
    async with openai.AsyncOpenAI(base_url=_base_url(local), api_key=local["api_key"], max_retries=0) as client:
        stream = await client.chat.completions.create(model="auto", messages=QUESTION, stream=True)
        assert [chunk async for chunk in stream]


def test_a_wrong_key_is_an_authentication_error(local: dict) -> None:
    with _client(local, "xyn_live_000000000000_wrong") as client:
        with pytest.raises(openai.AuthenticationError) as refused:
            client.chat.completions.create(model="auto", messages=QUESTION)
        with pytest.raises(openai.AuthenticationError):
            client.models.list()
    assert refused.value.status_code == 401
    assert refused.value.request_id


def test_an_unknown_model_is_a_not_found_error(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as refused:
        client.chat.completions.create(model="no-such-model", messages=QUESTION)
    assert refused.value.param == "model"
    assert "no-such-model" in refused.value.message


def test_a_request_that_is_wrong_is_told_as_openai_tells_it(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="auto", messages=QUESTION, temperature=7)
    assert "temperature" in refused.value.message


def test_a_key_without_the_scope_is_a_permission_denied_error(local: dict) -> None:
    import httpx

    wanted = {"name": "Reader", "scopes": ["marketing:read"]}
    made = httpx.post(
        f"{local['gateway']}/api/v1/api-keys", json=wanted, headers={"X-API-Key": local["api_key"]}, timeout=30
    )
    with _client(local, made.json()["key"]) as client, pytest.raises(openai.PermissionDeniedError):
        client.models.list()


def _client(local: dict, api_key: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=_base_url(local), api_key=api_key, max_retries=0, timeout=60)


def _base_url(local: dict) -> str:
    return f"{local['gateway']}/api/v1/ai"
