"""The model of one's own, asked alone: texts, vectors and labels, with a mock of the same contract where there is none.

Nothing leaves the house: no other provider takes over.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field

from shared_layer.ai.answers.answering import answer
from shared_layer.ai.api.generation import GenerateRequest, TokenUsage
from shared_layer.ai.api.schema_check import schema_check
from shared_layer.ai.asking.reply import Reply
from shared_layer.ai.embeddings.embedding import EmbeddingsRequest, Text, embed
from shared_layer.ai.prompts.prompt import Prompt
from shared_layer.ai.providers.table import INTERNAL, MOCK
from shared_layer.core.caller import Caller
from shared_layer.core.models import Model

GENERATE: Final = "internal-ai.generate"
EMBED: Final = "internal-ai.embed"
CLASSIFY: Final = "internal-ai.classify"


class InternalPrompt(Model):
    """A prompt; with `json_schema` the answer is JSON of that shape, or the call fails."""

    model_config = ConfigDict(str_strip_whitespace=False)

    prompt: Annotated[str, Field(min_length=1, max_length=400_000)]
    system: Annotated[str, Field(min_length=1, max_length=100_000)] | None = None
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    json_schema: dict[str, Any] | None = None


class InternalText(Model):
    """The answer; `value` is its JSON where a schema was given. `mock`: no internal model is configured."""

    model_config = ConfigDict(str_strip_whitespace=False)

    text: str
    value: Any = None
    model: str
    mock: bool
    usage: TokenUsage
    cost_micros: int
    cached: bool
    call_id: str


class InternalTexts(Model):
    """Texts to embed."""

    texts: Annotated[list[Text], Field(min_length=1, max_length=256)]
    dimensions: Annotated[int, Field(ge=1, le=4096)] | None = None


class InternalVectors(Model):
    """A vector for each text, in order."""

    vectors: list[list[float]]
    model: str
    mock: bool
    call_id: str


Label = Annotated[str, Field(min_length=1, max_length=200)]


class InternalQuestion(Model):
    """A text and the labels of which one fits it best; `instruction` says what they mean."""

    text: Annotated[str, Field(min_length=1, max_length=100_000)]
    labels: Annotated[list[Label], Field(min_length=2, max_length=100, examples=[["praise", "complaint"]])]
    instruction: Annotated[str, Field(min_length=1, max_length=10_000)] | None = None


class InternalLabel(Model):
    """One of the labels, never anything else."""

    label: str
    model: str
    mock: bool
    cost_micros: int
    cached: bool
    call_id: str


async def generate_internally(asked: InternalPrompt, caller: Caller) -> InternalText:
    """The internal model's answer. Raises ProviderFailed where it does not answer, or not to the schema."""
    request = GenerateRequest(**asked.model_dump(), model=INTERNAL.id)
    check = schema_check(asked.json_schema) if asked.json_schema is not None else None
    reply = await answer(Prompt(caller, request.body(), INTERNAL.id, GENERATE, True, check))
    usage = reply.usage
    return InternalText(
        text=reply.text,
        value=check(reply.text) if check else None,
        usage=TokenUsage(
            prompt_tokens=usage.prompt_tokens, completion_tokens=usage.completion_tokens, estimated=usage.estimated
        ),
        **_known(reply),
    )


async def embed_internally(asked: InternalTexts, caller: Caller) -> InternalVectors:
    """The internal model's vectors."""
    provider = INTERNAL if INTERNAL.configured else MOCK
    request = EmbeddingsRequest(input=asked.texts, model=provider.id, dimensions=asked.dimensions)
    answered = await embed(request, caller, EMBED)
    vectors = [one.embedding for one in answered.data if not isinstance(one.embedding, str)]
    mock = answered.xynergy.provider == MOCK.id
    return InternalVectors(vectors=vectors, model=answered.model, mock=mock, call_id=answered.xynergy.call_id)


async def classify_internally(asked: InternalQuestion, caller: Caller) -> InternalLabel:
    """The label that the internal model chose."""
    schema = {
        "type": "object",
        "properties": {"label": {"enum": list(dict.fromkeys(asked.labels))}},
        "required": ["label"],
        "additionalProperties": False,
    }
    system = "Choose the one label that fits the user's text best. Answer with JSON and nothing else."
    if asked.instruction:
        system = f"{asked.instruction}\n\n{system}"
    request = GenerateRequest(
        prompt=asked.text, system=system, model=INTERNAL.id, temperature=0.0, max_tokens=300, json_schema=schema
    )
    check = schema_check(schema)
    reply = await answer(Prompt(caller, request.body(), INTERNAL.id, CLASSIFY, True, check))
    return InternalLabel(label=check(reply.text)["label"], **_known(reply))


def _known(reply: Reply) -> dict[str, Any]:
    return {
        "model": reply.model,
        "mock": reply.route.provider == MOCK.id,
        "cost_micros": reply.cost_micros,
        "cached": reply.cached,
        "call_id": reply.call_id,
    }
