"""What can be said against an answer without asking anybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from shared_layer.ai.cascade.final_answer import final_answer, last_number
from shared_layer.ai.prompts.verification import Verification
from shared_layer.ai.providers.completion import text_of_answer

_REFUSALS: Final = ("i'm sorry, but", "i am sorry, but", "i cannot help", "i can't help", "as an ai", "i'm unable to")


def doubt_of_form(answered: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    """What is wrong with the answer's form; empty where nothing is."""
    choice = answered["choices"][0]
    if choice.get("finish_reason") == "length":
        return "it was cut off"
    if choice.get("finish_reason") == "content_filter":
        return "it was filtered"
    text = text_of_answer(answered).strip()
    if not text and not choice["message"].get("tool_calls"):
        return "it is empty"
    if text[:80].casefold().replace("’", "'").startswith(_REFUSALS):
        return "it declines to answer"
    format_ = body.get("response_format") or {}
    if format_.get("type") in ("json_object", "json_schema"):
        return _doubt_of_json(text, (format_.get("json_schema") or {}).get("schema") or {})
    return ""


def doubt_of_content(text: str, wanted: Verification) -> str:
    """What of the caller's expectation the text does not meet; empty where it meets all."""
    if wanted.equals is not None and final_answer(text) != final_answer(wanted.equals):
        return "its final answer is another than expected"
    if wanted.number is not None:
        found = last_number(text)
        if found is None or abs(found - wanted.number) > wanted.tolerance + 1e-9:
            return "its number is another than expected"
    folded = text.casefold()
    if any(part.casefold() not in folded for part in wanted.contains):
        return "it lacks what it must contain"
    return ""


def doubt_of_agreement(texts: Sequence[str]) -> str:
    """Whether less than half of the texts come to the first one's final answer (Wang et al. 2023, arXiv:2203.11171)."""
    counts = Counter(map(final_answer, texts))
    same = counts[final_answer(texts[0])]
    return "" if same * 2 > len(texts) else f"asked {len(texts)} times, the cheap model agrees with it {same} times"


def _doubt_of_json(text: str, schema: Mapping[str, Any]) -> str:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return "it is no JSON"
    if schema.get("type") == "object":
        if not isinstance(value, dict):
            return "it is no JSON object"
        if missing := sorted(set(schema.get("required") or ()) - set(value)):
            return f"it lacks {', '.join(missing)[:100]}"
    return ""
