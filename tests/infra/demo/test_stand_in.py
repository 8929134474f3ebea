"""The stand-in for a provider, held to OpenAI's own client."""

from __future__ import annotations

import json

import openai
import pytest

from infra.demo.day import read_day
from infra.demo.stand_in import StandIn
from shared_layer.marketing.plan import PlanDraft

ASKED = [{"role": "user", "content": "How are you?"}]


def test_it_answers_whole_and_streamed() -> None:
    with StandIn("Very well, thank you.", "{}") as provider, _client(provider) as client:
        whole = client.chat.completions.create(model="gpt-4o-mini", messages=ASKED)
        assert whole.choices[0].message.content == "Very well, thank you."
        assert whole.usage.total_tokens == 7
        stream = client.chat.completions.create(model="gpt-4o-mini", messages=ASKED, stream=True)
        parts = [chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices]
        assert "".join(parts).strip() == "Very well, thank you."
        assert provider.asked == 2


def test_what_asks_for_json_gets_the_plan_of_the_day_which_the_platform_takes() -> None:
    day = read_day()
    with StandIn(day.provider.answer, day.provider.plan) as provider, _client(provider) as client:
        asked = client.chat.completions.create(
            model="gpt-4o-mini", messages=ASKED, response_format={"type": "json_object"}
        )
    assert PlanDraft.model_validate(json.loads(asked.choices[0].message.content)).segments


def test_it_dies_and_comes_back_to_the_same_address() -> None:
    with StandIn("Yes.", "{}") as provider, _client(provider) as client:
        for _ in range(3):
            provider.die()
            with pytest.raises(openai.APIConnectionError):
                client.chat.completions.create(model="gpt-4o-mini", messages=ASKED)
            provider.come_back()
            assert client.chat.completions.create(model="gpt-4o-mini", messages=ASKED).choices


def _client(provider: StandIn) -> openai.OpenAI:
    return openai.OpenAI(base_url=provider.url, api_key="any", max_retries=0, timeout=10)  # pragma: allowlist secret
