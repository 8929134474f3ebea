"""The stage before the first scene: the company is taken in, or comes with a key of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from infra.demo.api import Api, told
from infra.demo.day import Day
from infra.demo.place import Place
from infra.demo.stage import Stage, new_key
from infra.demo.stand_in import StandIn
from infra.demo.story import Story
from infra.local.refusal import Refusal

PLAN: Final = "scale"
"""Wide enough for a day's campaigns within a minute."""


def opened(place: Place, day: Day, story: Story, provider: StandIn | None) -> Stage:
    """The stage, with the company on it. Raises Refusal where there is no key to begin with."""
    began = datetime.now(UTC) - timedelta(milliseconds=1)
    story.scene(f"{day.company['name']} opens")
    operator = Api(place.gateway, place.operator_key) if place.operator_key else None
    if operator is None:
        company = _with_its_own_key(place, story)
        return Stage(place, day, story, company, None, provider, began)
    made = operator.call("POST", "/api/v1/tenants", {**day.company, "plan": PLAN}, idempotency_key=new_key())
    story.step(f"The operator takes it in, plan “{PLAN}”", told(made), made.status_code == 201)
    if made.status_code != 201:
        raise Refusal(f"The platform did not take the company in: {told(made)}")
    tenant = made.json()
    company = Api(place.gateway, tenant["api_key"]["key"])

    def ready() -> bool:
        answer = company.call("GET", f"/api/v1/tenants/{tenant['tenant']['id']}")
        return answer.is_success and answer.json()["warehouse"] == "ready"

    waited = company.until(ready, within=20.0)
    words = f"ready after {waited:.1f} s" if waited is not None else "not ready after 20 s"
    story.step("Its own dataset is made behind the scenes", words, waited is not None)
    return Stage(place, day, story, company, operator, provider, began, keys_created=1)


def _with_its_own_key(place: Place, story: Story) -> Api:
    if not place.api_key:
        raise Refusal("Neither --operator-key nor --key is given; the demo needs one of them to begin with")
    company = Api(place.gateway, place.api_key)
    read = company.call("GET", "/api/v1/campaigns?limit=1")
    story.step("It comes with a key of its own", told(read), read.is_success)
    if not read.is_success:
        raise Refusal(f"The key does not open the platform: {told(read)}")
    return company
