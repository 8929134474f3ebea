"""An AI provider dies and comes back: answers keep coming from the others, its breaker opens, a probe closes it."""

from __future__ import annotations

from typing import Any, Final

from infra.demo.scenes.assistant import openai_client
from infra.demo.stage import Stage

PROVIDER: Final = "openai"
BACK_WITHIN: Final = 15.0


def provider_away(stage: Stage) -> None:
    """Ask before, while and after the provider is away."""
    story, planned, provider = stage.story, stage.day.provider, stage.provider
    story.scene("A provider dies and comes back")
    if provider is None:
        story.skipped(
            "Switch a provider off", "needs a platform that calls the demo's own provider: ./deploy.sh demo --own"
        )
        return
    _answered(stage, planned.question, by=PROVIDER)
    provider.die()
    story.step("The provider is switched off", "connections are refused", good=True)
    for question in planned.while_away:
        _answered(stage, question, by="another")
    state = _breaker(stage)
    words = f"{state['health']}, a probe in {state['retry_in_seconds']:.1f} s"
    story.step("Look at its breaker", words, state["health"] == "open")
    provider.come_back()
    waited = stage.company.until(lambda: _may_be_probed(stage), BACK_WITHIN)
    words = f"after {waited:.1f} s a probe may pass" if waited is not None else "its breaker stays open"
    story.step("The provider is switched on", words, waited is not None)
    _answered(stage, planned.after, by=PROVIDER)
    state = _breaker(stage)
    story.step("Look at its breaker", state["health"], state["health"] == "closed")


def _answered(stage: Stage, question: str, by: str) -> None:
    with openai_client(stage, stage.company.api_key) as client:
        completion = client.chat.completions.create(
            model="auto", messages=[{"role": "user", "content": question}]
        )  # fmt: skip
    route = (completion.model_extra or {}).get("xynergy", {})
    reasons = route.get("route", {}).get("reasons", [])
    who = route.get("provider")
    good = bool(completion.choices[0].message.content) and (who == by if by == PROVIDER else who != PROVIDER)
    stage.story.step(f"Ask: {question}", f"by {who}: {'; '.join(reasons[-2:])}", good)


def _breaker(stage: Stage) -> dict[str, Any]:
    """The provider's entry in the list of models: `health` is its breaker's state."""
    models = stage.company.call("GET", "/api/v1/ai/models").json()["data"]
    found: dict[str, Any] = next(entry for entry in models if entry["provider"] == PROVIDER)
    return found


def _may_be_probed(stage: Stage) -> bool:
    state = _breaker(stage)
    return bool(state["health"] != "open" or state["retry_in_seconds"] <= 0)
