"""Who goes on with a stream that broke, and with which request."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

from shared_layer.ai.asking.fallback import Answered, first_answer
from shared_layer.ai.providers.table import MOCK
from shared_layer.ai.routing.route import Decision, Target
from shared_layer.ai.streams.opening import Opened, open_stream
from shared_layer.core.caller import Caller
from shared_layer.core.errors import Problem

GO_ON: Final = (
    "Your answer broke off. Go on with it exactly where it ends: repeat nothing, comment on nothing, begin with the"
    " very next word."
)


async def successor(
    caller: Caller, decision: Decision, broken: Target, body: Mapping[str, Any], sent: str, written: int
) -> Answered[Opened] | None:
    """The stream of the next provider that can go on with the text that was `sent`; None where nobody can."""
    place = decision.targets.index(broken)
    left = tuple(target for target in decision.targets[place + 1 :] if target.provider is not MOCK)
    if not left or not joinable(body):
        return None
    rest = dataclasses.replace(decision, targets=left)
    try:
        return await first_answer(
            rest,
            lambda target, seconds, _: open_stream(caller, target, going_on(target, body, sent, written), seconds),
        )
    except Problem:
        return None


def joinable(body: Mapping[str, Any]) -> bool:
    """Whether two providers' texts can make one answer: plain text, one choice."""
    form = (body.get("response_format") or {}).get("type", "text")
    return form == "text" and not body.get("tools") and not body.get("functions") and (body.get("n") or 1) == 1


def going_on(target: Target, body: Mapping[str, Any], sent: str, written: int) -> Mapping[str, Any]:
    """The request for the rest of an answer of which `sent` is there, in about `written` tokens."""
    if not sent:
        return body
    begun = [*body["messages"], {"role": "assistant", "content": sent}]
    limits = {name: max(1, body[name] - written) for name in ("max_tokens", "max_completion_tokens") if body.get(name)}
    if target.provider.continues:
        return {**body, **limits, "messages": begun, "continue_final_message": True, "add_generation_prompt": False}
    return {**body, **limits, "messages": [*begun, {"role": "user", "content": GO_ON}]}
