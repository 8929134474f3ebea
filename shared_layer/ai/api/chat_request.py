"""OpenAI's chat completion request, checked where we rely on it and passed on as it is elsewhere."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from shared_layer.ai.prompts.prompt import AUTO
from shared_layer.ai.prompts.verification import Verification
from shared_layer.core.models import Model

Role = Literal["system", "developer", "user", "assistant", "tool", "function"]
STREAM_FIELDS = frozenset({"model", "stream", "stream_options", "xynergy"})


@with_config(ConfigDict(extra="allow"))
class ChatMessage(TypedDict):
    """One message; what else a provider knows goes along."""

    role: Role
    content: NotRequired[str | list[dict[str, Any]] | None]


class ChatExtension(Model):
    """What is the router's own, and reaches no provider. OpenAI's clients send it as `extra_body={"xynergy": …}`."""

    verify: Verification | None = None


class ChatRequest(Model):
    """The body of POST /chat/completions. Unknown fields are the provider's business and reach it unchanged.

    `model` is "auto" (the router chooses), a provider ("internal"), a model, or "provider/model".
    """

    model_config = ConfigDict(extra="allow", str_strip_whitespace=False)

    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=2048)]
    model: Annotated[str, Field(min_length=1, max_length=200)] = AUTO
    stream: bool | None = None
    stream_options: dict[str, Any] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    n: Annotated[int, Field(ge=1, le=128)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    stop: str | list[str] | None = None
    seed: int | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    logit_bias: dict[str, float] | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None
    response_format: dict[str, Any] | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    reasoning_effort: str | None = None
    user: str | None = None
    metadata: dict[str, str] | None = None
    xynergy: ChatExtension | None = None

    def provider_body(self) -> dict[str, Any]:
        """What the caller sent, without what the router decides itself; null means left out, as at OpenAI."""
        sent = {**self.__dict__, **(self.model_extra or {})}
        return {name: value for name, value in sent.items() if value is not None and name not in STREAM_FIELDS}

    @property
    def include_usage(self) -> bool:
        """Whether the stream shall end with its usage."""
        return bool((self.stream_options or {}).get("include_usage"))
