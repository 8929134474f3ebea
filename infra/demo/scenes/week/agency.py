"""The week from Monday to Friday, followed live, and at its end one person's single timeline."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from infra.demo.api import told
from infra.demo.ear import Ear, listening
from infra.demo.scenes.week.by_itself import look_back, set_up
from infra.demo.scenes.week.channels import credited
from infra.demo.scenes.week.desk import CRM, Desk, opened
from infra.demo.scenes.week.incoming import PLAYS
from infra.demo.stage import Stage, new_key

SETTLES_WITHIN: Final = 30.0
SHOWN: Final = 110


def agency_week(stage: Stage) -> None:
    """Everything that happens, in its order."""
    week = stage.week
    stage.story.scene(f"A week at {week.agency['name']}")
    desk = opened(stage, week)
    if desk is None:
        return
    set_up(desk)
    with desk.api, listening(desk.api) as ear:
        for happening in week.happenings:
            PLAYS[happening.kind](desk, happening)
        _timeline(desk)
        _suggested(desk)
        look_back(desk)
        credited(desk)
        _heard(desk, ear)


def _timeline(desk: Desk) -> None:
    """One contact, everything on one timeline, in the order in which it happened."""
    wanted = Counter({kind: count for kind, count in desk.week.timeline.items() if _played(desk, kind)})
    entries: list[dict[str, Any]] = []

    def complete() -> bool:
        contact = desk.contact()
        if contact is None:
            return False
        entries[:] = desk.api.items(f"{CRM}/contacts/{contact['id']}/interactions")
        return Counter(entry["kind"] for entry in entries) == wanted

    waited = desk.api.until(complete, SETTLES_WITHIN)
    person = desk.week.person
    story = desk.story
    story.scene(f"{person.name}, on one timeline")
    found = Counter(entry["kind"] for entry in entries)
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(found.items()))
    missing = "" if waited is not None else f"; {dict(wanted)} was expected"
    story.step("Slack user, mail address, form and card are one contact", f"{counts}{missing}", waited is not None)
    for entry in sorted(entries, key=lambda each: each["occurred_at"]):
        story.step(_place(entry), _words(entry), good=True)


def _suggested(desk: Desk) -> None:
    """What people asked for and promised waits as suggestions; one of them becomes a task."""
    waiting: list[dict[str, Any]] = []

    def there() -> bool:
        waiting[:] = desk.api.items(f"{CRM}/task-suggestions")
        return bool(waiting)

    desk.api.until(there, SETTLES_WITHIN)
    story = desk.story
    story.step(
        "What was asked and promised is suggested as tasks", f"{len(waiting)} wait for a decision", bool(waiting)
    )
    for one in waiting[:1]:
        made = desk.api.call(
            "POST", f"{CRM}/task-suggestions/{one['id']}:accept", {"assignee": "mara"}, idempotency_key=new_key()
        )
        made_of_it = f"{told(made)} task “{one['title']}” for Mara"
        story.step("  … the newest is accepted", made_of_it, made.status_code == 201)


def _played(desk: Desk, kind: str) -> bool:
    """Whether what stands for the kind could be played here."""
    if kind == "message":
        return bool(desk.slack_secret)
    return kind != "mail" or desk.has_mail


def _heard(desk: Desk, ear: Ear) -> None:
    """Who followed live has heard everything, once and in order."""
    wanted = len(desk.api.items("/api/v1/events"))
    waited = desk.api.until(lambda: len(ear.numbers) >= wanted, SETTLES_WITHIN)
    exact = ear.numbers[:wanted] == list(range(1, wanted + 1))
    kinds = len(set(ear.types))
    words = f"{len(ear.numbers)} events of {kinds} types, each once and in order" if exact else f"{ear.numbers}"
    desk.story.step("Somebody followed all of it live", words, waited is not None and exact)


def _place(entry: dict[str, Any]) -> str:
    return f"{entry['occurred_at'][:16].replace('T', ' ')}  {entry['kind']} ({entry['origin']})"


def _words(entry: dict[str, Any]) -> str:
    if entry.get("amount_minor") is not None and entry["kind"] in ("payment", "refund"):
        return f"{entry['amount_minor'] / 100:,.2f} {entry['currency']}"
    text = " · ".join(part for part in (entry["subject"], entry["text"]) if part) or "–"
    line = " ".join(text.split())
    edited = " (edited)" if entry.get("edited_at") else ""
    return (line if len(line) <= SHOWN else line[: SHOWN - 1] + "…") + edited
