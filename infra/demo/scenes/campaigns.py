"""The morning: campaigns from briefs, some of them alike, launched, paused and resumed."""

from __future__ import annotations

from typing import Any

from infra.demo.api import told
from infra.demo.day import PlannedCampaign
from infra.demo.stage import Stage, new_key

STATUS = {"launch": "running", "pause": "paused", "resume": "running"}


def campaigns(stage: Stage) -> None:
    """Create each campaign of the day and move it through its states."""
    stage.story.scene("The week's campaigns, from briefs")
    for planned in stage.day.campaigns:
        if _created(stage, planned):
            for verb in planned.moves:
                _moved(stage, planned.name, verb)


def _created(stage: Stage, planned: PlannedCampaign) -> bool:
    answer = stage.company.call("POST", "/api/v1/campaigns", planned.brief, idempotency_key=new_key())
    tried = f"Plan “{planned.name}”" + (f", much like “{planned.like}”" if planned.like else "")
    if answer.status_code != 201:
        stage.story.step(tried, told(answer), good=False)
        return False
    campaign: dict[str, Any] = answer.json()
    stage.campaigns[planned.name] = campaign
    budget = sum(channel["budget_usd"] for channel in campaign["plan"]["channels"])
    source = "its template, from the cache" if campaign["ai"]["cached"] else campaign["ai"]["provider"]
    came_back = (
        f"201 {campaign['status']}: ${budget:,} over {len(campaign['plan']['channels'])} channels, "
        f"{len(campaign['plan']['variants'])} variants; plan by {source}, ${campaign['ai']['cost_usd']:.3f}"
    )
    high = int(planned.brief["budget_range"].rpartition("$")[2].replace(",", ""))
    as_asked = campaign["ai"]["cached"] == bool(planned.like) and budget == high and campaign["status"] == "draft"
    stage.story.step(tried, came_back, as_asked)
    return True


def _moved(stage: Stage, name: str, verb: str) -> None:
    campaign_id = stage.campaigns[name]["id"]
    answer = stage.company.call("POST", f"/api/v1/campaigns/{campaign_id}:{verb}", idempotency_key=new_key())
    if not answer.is_success:
        stage.story.step(f"{verb.capitalize()} “{name}”", told(answer), good=False)
        return
    stage.campaigns[name] = campaign = answer.json()
    if campaign["status"] == "running":
        stage.launched.add(campaign_id)
    stage.story.step(f"{verb.capitalize()} “{name}”", f"200 {campaign['status']}", campaign["status"] == STATUS[verb])
