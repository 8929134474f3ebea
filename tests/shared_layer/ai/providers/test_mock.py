"""The mock: deterministic, honest about itself, and able to answer by a schema."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated, Literal

import pytest
from pydantic import AnyUrl, BaseModel, Field

from shared_layer.ai.api.completing import schema_format
from shared_layer.ai.providers.chunks import as_chunks
from shared_layer.ai.providers.mock import mock_completion
from shared_layer.marketing.plan import PlanDraft


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Part(BaseModel):
    name: Annotated[str, Field(min_length=3, max_length=9)]
    weight: Annotated[float, Field(gt=0, lt=1)]
    colour: Colour


class Everything(BaseModel):
    kind: Literal["thing"]
    count: Annotated[int, Field(ge=3, le=5)]
    above: Annotated[int, Field(gt=10)]
    below: Annotated[int, Field(lt=-5)]
    parts: Annotated[list[Part], Field(min_length=4, max_length=8)]
    note: str | None
    when: datetime
    where: AnyUrl
    flag: bool
    free: dict[str, int] = {}


def ask(text: str, **more):
    return mock_completion({"messages": [{"role": "user", "content": text}], **more})


def text(answer) -> str:
    return answer["choices"][0]["message"]["content"]


def test_the_same_prompt_gets_the_same_answer_and_another_one_another():
    assert text(ask("Name a colour.")) == text(ask("Name a colour."))
    assert text(ask("Name a colour.")) != text(ask("Name a fruit."))
    assert ask("Name a colour.")["id"] == ask("Name a colour.")["id"]


def test_it_says_that_it_is_a_mock():
    answer = ask("Name a colour.")
    assert text(answer).startswith("[mock answer: no AI provider is configured]")
    assert "Name a colour." in text(answer)
    assert answer["model"] == "xynergy-mock-1"


def test_tokens_are_counted():
    usage = ask("12345678")["usage"]
    assert usage["prompt_tokens"] == 2
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def test_max_tokens_cuts_the_answer_and_says_so():
    answer = ask("Tell me everything", max_tokens=3)
    assert (answer["choices"][0]["finish_reason"], len(text(answer))) == ("length", 12)
    assert len(ask("Hi", n=3)["choices"]) == 3


@pytest.mark.parametrize("schema", [Everything, PlanDraft], ids=["all kinds", "campaign plan"])
@pytest.mark.parametrize("prompt", ["", "x", '{"business_type": "bakery", "target_audience": "families"}'])
def test_an_answer_by_a_schema_fits_it(schema, prompt):
    first = ask(prompt, response_format=schema_format(schema))
    assert schema.model_validate_json(text(first))
    assert text(first) == text(ask(prompt, response_format=schema_format(schema)))


def test_values_of_a_list_differ_where_they_can():
    plan = PlanDraft.model_validate_json(text(ask("bakery for families", response_format=schema_format(PlanDraft))))
    assert len({idea.channel for idea in plan.channels}) == len(plan.channels)
    assert "bakery" in plan.summary


def test_plain_json_carries_the_note():
    assert "mock answer" in text(ask("Give me JSON", response_format={"type": "json_object"}))


def test_as_a_stream_it_is_the_same_text():
    answer = ask("Name a\ncolour. ")
    deltas = [chunk["choices"][0]["delta"].get("content") or "" for chunk in as_chunks(answer)]
    assert "".join(deltas) == text(answer)
