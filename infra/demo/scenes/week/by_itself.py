"""What the agency has the platform do by itself: a task upon each lead that left an address, a digest on Mondays."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from infra.demo.api import told
from infra.demo.scenes.week.desk import Desk
from infra.demo.stage import new_key

AUTOMATION: Final = {
    "name": "Call a lead within a day",
    "event_type": "lead_captured",
    "conditions": [{"name": "left an address", "rule": {"!!": {"var": "payload.email"}}}],
    "actions": [{"kind": "create_task", "title": "Call {{ payload.name }}", "due_in_hours": 24, "assignee": "mara"}],
}
SCHEDULE: Final = {
    "name": "Monday digest",
    "cron": "0 9 * * MON",
    "timezone": "Europe/Berlin",
    "target": {"kind": "event", "data": {"topic": "digest"}},
}
DONE_WITHIN: Final = 20.0


def set_up(desk: Desk) -> None:
    """Save the automation and the schedule."""
    made = desk.api.call("POST", "/api/v1/automations", AUTOMATION, idempotency_key=new_key())
    desk.story.step(f"It automates: “{AUTOMATION['name']}”", told(made), made.status_code == 201)
    made = desk.api.call("POST", "/api/v1/schedules", SCHEDULE, idempotency_key=new_key())
    days = [datetime.fromisoformat(each).strftime("%a %d %b %H:%M") for each in made.json().get("next_fire_times", [])]
    desk.story.step(
        "It schedules a digest, Mondays at nine in Berlin", f"{told(made)} {', '.join(days)}", len(days) == 5
    )


def look_back(desk: Desk) -> None:
    """What the automation made of the lead of the week."""
    runs: list[dict[str, Any]] = []
    automation = desk.api.items("/api/v1/automations")[0]

    def done() -> bool:
        runs[:] = desk.api.items(f"/api/v1/automations/{automation['id']}/runs")
        return bool(runs) and all(run["state"] == "succeeded" for run in runs)

    waited = desk.api.until(done, DONE_WITHIN)
    words = "; ".join(
        f"{run['conditions'][0]['name']}: {run['conditions'][0]['held']}, “{run['actions'][0]['rendered']['title']}” "
        f"{run['actions'][0]['state']}"
        for run in runs
    )
    desk.story.step("The lead of the week is somebody's task, by itself", words or "no run", waited is not None)
