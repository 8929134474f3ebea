"""The company's assistant: OpenAI's own client, with its base URL set to the platform."""

from __future__ import annotations

import openai

from infra.demo.stage import Stage


def assistant(stage: Stage) -> None:
    """A completion, a streamed one, the list of models, and a key that is wrong."""
    stage.story.scene("The assistant, through OpenAI's client")
    with openai_client(stage, stage.company.api_key) as client:
        _asked(stage, client)
    with openai_client(stage, "xyn_live_000000000000_wrong") as stranger:
        _refused(stage, stranger)


def _asked(stage: Stage, client: openai.OpenAI) -> None:
    story, planned = stage.story, stage.day.assistant
    completion = client.chat.completions.create(
        model="auto", messages=[{"role": "user", "content": planned.question}]
    )  # fmt: skip
    text = completion.choices[0].message.content or ""
    route = (completion.model_extra or {}).get("xynergy", {})
    words = f"“{_short(text)}” by {route.get('provider')}, ${route.get('cost_usd', 0):.3f}"
    story.step(f"Ask: {planned.question}", words, bool(text and route.get("provider")))
    stream = client.chat.completions.create(
        model="auto", messages=[{"role": "user", "content": planned.streamed}], stream=True
    )
    parts = [chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices]
    words = f"“{_short(''.join(parts))}” in {len(parts)} pieces"
    story.step(f"Ask for a stream: {planned.streamed}", words, len(parts) > 1 and bool("".join(parts)))
    models = [model.id for model in client.models.list()]
    story.step("List the models", ", ".join(models), "auto" in models)


def _refused(stage: Stage, stranger: openai.OpenAI) -> None:
    story = stage.story
    try:
        stranger.models.list()
    except openai.AuthenticationError as error:
        story.step("Ask with a wrong key", f"AuthenticationError: {_short(error.message)}", good=True)
    else:
        story.step("Ask with a wrong key", "an answer", good=False)


def openai_client(stage: Stage, api_key: str) -> openai.OpenAI:
    """OpenAI's client, pointed at the platform."""
    return openai.OpenAI(base_url=f"{stage.place.gateway}/api/v1/ai", api_key=api_key, timeout=60)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 90 else f"{line[:89]}…"
