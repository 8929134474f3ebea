"""Wrong briefs and moves that make no sense: each is refused with what to change, and nothing is written."""

from __future__ import annotations

from infra.demo.api import told
from infra.demo.day import Mistake
from infra.demo.stage import Stage, new_key


def mistakes(stage: Stage) -> None:
    """Send each mistake of the day, pause a draft, and look for an id that is not there."""
    stage.story.scene("Before the first coffee")
    before = len(stage.company.items("/api/v1/campaigns"))
    for mistake in stage.day.mistakes:
        _refused(stage, mistake)
    draft = next(campaign for campaign in stage.campaigns.values() if campaign["status"] == "draft")
    paused = stage.company.call("POST", f"/api/v1/campaigns/{draft['id']}:pause")
    stage.story.step("Pause a campaign that never ran", told(paused), paused.status_code == 409)
    nothing = stage.company.call("GET", "/api/v1/campaigns/cmp_of_somebody_else")
    stage.story.step("Open a campaign that is not theirs", told(nothing), nothing.status_code == 404)
    after = len(stage.company.items("/api/v1/campaigns"))
    stage.story.step("Count the campaigns", f"{after}, as before", after == before)


def _refused(stage: Stage, mistake: Mistake) -> None:
    answer = stage.company.call("POST", "/api/v1/campaigns", mistake.brief, idempotency_key=new_key())
    problem = answer.json()
    complaints = [error for error in problem.get("errors", []) if mistake.names in str(error)]
    words = told(answer) + (f" ({mistake.names}: {_message(complaints[0])})" if complaints else "")
    good = answer.status_code == mistake.status and bool(complaints) and bool(problem.get("request_id"))
    stage.story.step(mistake.what, words, good)


def _message(complaint: object) -> str:
    return str(complaint.get("detail") or complaint) if isinstance(complaint, dict) else str(complaint)
