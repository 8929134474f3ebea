"""A connection that breaks before the answer: the same Idempotency-Key asks again, and only one campaign is made."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from infra.demo.api import told
from infra.demo.stage import Stage, new_key

PATH = "/api/v1/campaigns"


def interrupted(stage: Stage) -> None:
    """Send a brief, hang up, and send it again twice."""
    story, brief, key = stage.story, stage.day.interrupted, new_key()
    story.scene("A train goes into a tunnel")
    _hang_up(stage, brief, key)
    story.step(f"Send “{brief['name']}”", "the connection breaks before the answer", good=True)
    first = stage.company.call("POST", PATH, brief, idempotency_key=key)
    good = first.status_code == 201
    story.step("Send it again with the same Idempotency-Key", _outcome(first), good)
    if good:
        stage.campaigns[brief["name"]] = first.json()
    again = stage.company.call("POST", PATH, brief, idempotency_key=key)
    same = again.content == first.content and again.headers.get("idempotency-replayed") == "true"
    words = f"{again.status_code}, the same {len(again.content)} bytes, marked as a replay" if same else told(again)
    story.step("And once more, to be sure", words, good and same)
    made = [item for item in stage.company.items(PATH) if item["name"] == brief["name"]]
    story.step("Count the campaigns of that name", str(len(made)), len(made) == 1)
    other = stage.company.call("POST", PATH, {**brief, "budget_range": "$1-$2"}, idempotency_key=key)
    refused = other.status_code == 422 and other.json()["code"] == "idempotency_key_reused"
    story.step("Use the same key for another brief", told(other), refused)


def _hang_up(stage: Stage, brief: dict[str, Any], key: str) -> None:
    """Send the whole request and leave before anything comes back."""
    connection = http.client.HTTPConnection(urlsplit(stage.place.gateway).netloc, timeout=10)
    headers = {"X-API-Key": stage.company.api_key, "Content-Type": "application/json", "Idempotency-Key": key}
    connection.request("POST", PATH, json.dumps(brief), headers)
    connection.close()


def _outcome(answer: Any) -> str:
    if answer.status_code != 201:
        return told(answer)
    replayed = answer.headers.get("idempotency-replayed") == "true"
    return f"201 {answer.json()['id']}, " + ("made by the first one" if replayed else "made now")
