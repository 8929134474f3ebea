"""`generate`: a plain prompt in; the text, the route decision and the cost out."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from shared_layer.ai.answers.answering import answer
from shared_layer.ai.api.schema_check import schema_check
from shared_layer.ai.asking.reply import Reply
from shared_layer.ai.prompts.prompt import AUTO, Prompt
from shared_layer.ai.prompts.verification import Verification
from shared_layer.ai.providers.provider import MICROS
from shared_layer.core.caller import Caller
from shared_layer.core.models import Model

OPERATION = "ai.generate"


class GenerateRequest(Model):
    """A prompt, and how to answer it. `json_schema` asks for JSON of that shape."""

    model_config = ConfigDict(str_strip_whitespace=False)

    prompt: Annotated[str, Field(min_length=1, max_length=400_000)]
    system: Annotated[str, Field(min_length=1, max_length=100_000)] | None = None
    model: Annotated[str, Field(min_length=1, max_length=200)] = AUTO
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    json_schema: dict[str, Any] | None = None
    verify: Verification | None = Field(
        default=None, description="How to check a cheap answer, where the routing policy has the cascade on."
    )
    cache: bool = Field(default=True, description="False: ask a model, whatever the cache holds.")

    def body(self) -> dict[str, Any]:
        """The same as an OpenAI chat body."""
        body: dict[str, Any] = {"messages": self.messages()}
        if self.max_tokens is not None:
            body["max_tokens"] = self.max_tokens
        if self.temperature is not None:
            body["temperature"] = self.temperature
        if self.json_schema is not None:
            format_ = {"name": "answer", "schema": self.json_schema}
            body["response_format"] = {"type": "json_schema", "json_schema": format_}
        return body

    def messages(self) -> list[dict[str, Any]]:
        """The prompt as messages."""
        system = [{"role": "system", "content": self.system}] if self.system else []
        return [*system, {"role": "user", "content": self.prompt}]


class RouteDecision(Model):
    """Which provider answered and why; `kind` is simple, complex or pinned, `complexity` 0 to 1."""

    provider: str
    model: str
    kind: str
    complexity: float
    reasons: list[str]


class TokenUsage(Model):
    """Tokens; `estimated` where the provider did not count them."""

    prompt_tokens: int
    completion_tokens: int
    estimated: bool


class Generated(Model):
    """The answer. `cost_micros` is in millionths of a US dollar; an answer from the cache costs nothing."""

    model_config = ConfigDict(str_strip_whitespace=False)

    text: str
    route: RouteDecision
    usage: TokenUsage
    cost_usd: float
    cost_micros: int
    cached: bool
    tokens_saved: int
    latency_ms: float
    call_id: str


async def generate(request: GenerateRequest, use_cache: bool, caller: Caller) -> Generated:
    """The answer to a prompt, paid and recorded. Raises as `answer` does."""
    accept = schema_check(request.json_schema) if request.json_schema is not None else None
    cache = request.cache and use_cache
    prompt = Prompt(caller, request.body(), request.model, OPERATION, cache, accept, verify=request.verify)
    return _generated(await answer(prompt))


def _generated(reply: Reply) -> Generated:
    route, usage = reply.route, reply.usage
    return Generated(
        text=reply.text,
        route=RouteDecision(
            provider=route.provider,
            model=reply.model,
            kind=reply.kind,
            complexity=route.complexity,
            reasons=list(route.reasons),
        ),
        usage=TokenUsage(
            prompt_tokens=usage.prompt_tokens, completion_tokens=usage.completion_tokens, estimated=usage.estimated
        ),
        cost_usd=reply.cost_micros / MICROS,
        cost_micros=reply.cost_micros,
        cached=reply.cached,
        tokens_saved=reply.tokens_saved,
        latency_ms=round(reply.latency_ms, 3),
        call_id=reply.call_id,
    )
