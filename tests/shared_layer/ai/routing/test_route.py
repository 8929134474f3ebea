"""Names, prices and addresses: who would be asked, and for how much."""

from __future__ import annotations

import pytest

from shared_layer.ai.prompts.prompt import Prompt
from shared_layer.ai.providers.provider import Price
from shared_layer.ai.providers.table import ABACUS, INTERNAL, OPENAI, PROVIDERS
from shared_layer.ai.providers.usage import Usage
from shared_layer.ai.routing.route import decide, pinned_target
from shared_layer.ai.routing.standing import untouched_standing
from shared_layer.core.errors import NotFound

EASY = {"messages": [{"role": "user", "content": "Hi"}]}
HARD = {"messages": [{"role": "user", "content": "Compare both."}]}


@pytest.fixture(autouse=True)
def _all_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in PROVIDERS:
        monkeypatch.setenv(provider.url_env, f"https://{provider.id}.example/v1")
        monkeypatch.setenv(provider.key_env, "secret")
        monkeypatch.delenv(provider.model_env, raising=False)


def order(body) -> list[str]:
    return [target.provider.id for target in decide("auto", body, untouched_standing()).targets]


def test_the_order_is_the_documents():
    assert order(HARD) == ["abacus", "openai", "internal"]
    assert order(EASY)[0] == "internal"


@pytest.mark.parametrize(
    ("name", "provider", "model"),
    [
        ("gpt-4o-mini", "openai", "gpt-4o-mini"),
        ("gpt-4o", "openai", "gpt-4o"),
        ("openai", "openai", "gpt-4o-mini"),
        ("openai/gpt-5", "openai", "gpt-5"),
        ("internal", "internal", "llama-3.1-8b-instruct"),
        ("abacus/route-llm", "abacus", "route-llm"),
        ("xynergy-mock-1", "mock", "xynergy-mock-1"),
    ],
)
def test_a_named_model_is_tried_alone(name, provider, model):
    decision = decide(name, HARD, untouched_standing())
    (target,) = decision.targets
    assert (target.provider.id, target.model, decision.kind) == (provider, model, "pinned")


def test_a_model_of_a_provider_that_is_not_configured_is_not_found(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(NotFound, match="OpenAI is not configured"):
        pinned_target("gpt-4o-mini")
    monkeypatch.delenv("INTERNAL_AI_URL")
    assert pinned_target("internal").provider.id == "mock"


def test_the_environment_may_name_another_model(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("INTERNAL_AI_MODEL", "meta-llama/Llama-3.1-8B-Instruct")
    assert decide("auto", EASY, untouched_standing()).targets[0].model == "meta-llama/Llama-3.1-8B-Instruct"
    assert pinned_target("meta-llama/Llama-3.1-8B-Instruct").provider is INTERNAL
    assert decide("auto", EASY, untouched_standing()).targets[0].price == Price(request=1_000)


def test_a_host_without_a_path_gets_openais(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("INTERNAL_AI_URL", "https://internal.example/")
    assert INTERNAL.url == "https://internal.example/v1"
    monkeypatch.setenv("INTERNAL_AI_URL", "https://internal.example/api/v2/")
    assert INTERNAL.url == "https://internal.example/api/v2"
    monkeypatch.delenv("OPENAI_BASE_URL")
    assert OPENAI.url == "https://api.openai.com/v1"


def test_the_documents_prices_are_per_request():
    usage = Usage(1_000_000, 1_000_000)
    assert [provider.price(provider.model).of(usage) for provider in PROVIDERS] == [15_000, 25_000, 1_000]
    assert ABACUS.price("some other model").flat


def test_parts_of_a_micro_dollar_are_rounded_up():
    price = Price(million_in=2_500_000, million_out=10_000_000)
    assert price.of(Usage(1, 0)) == 3
    assert price.of(Usage(0, 0)) == 0


@pytest.mark.parametrize(
    ("body", "cacheable"),
    [
        ({}, True),
        ({"temperature": 0}, True),
        ({"temperature": 0.7}, False),
        ({"temperature": 0.7, "seed": 7}, True),
        ({"top_p": 0.5}, False),
        ({"top_p": 1}, True),
    ],
)
def test_what_asks_for_variety_is_not_answered_from_the_cache(body, cacheable):
    assert Prompt(None, {**EASY, **body}, "auto", "test").cacheable is cacheable  # type: ignore[arg-type]
    assert not Prompt(None, EASY, "auto", "test", cache=False).cacheable  # type: ignore[arg-type]
