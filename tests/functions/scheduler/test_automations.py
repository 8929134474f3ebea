"""Automations: upon an event, where conditions hold, what a tenant asked for, once, and no loop without end."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import pytest_asyncio

from shared_layer.automations import effects, evaluating
from shared_layer.automations.evaluating import evaluate_event
from shared_layer.core import clock
from shared_layer.core.errors import RateLimited, Unavailable
from shared_layer.messaging import inbox
from shared_layer.messaging.envelope import Envelope, EventMetadata
from shared_layer.messaging.events.webhooks import LeadCaptured
from shared_layer.messaging.unit import Unit
from tests.support import staging
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform
from tests.support.staging import context

CRM = "/api/xynergyos/v2/crm"
HAS_ADDRESS = {"name": "has an address", "rule": {"!!": {"var": "payload.email"}}}
SAY = {"kind": "emit_event", "name": "said", "data": {"who": "{{ payload.email }}"}}


class Desk:
    """A tenant with its automations."""

    def __init__(self, platform: LocalPlatform, tenant_id: str, key: str) -> None:
        self.platform, self.tenant_id, self.key = platform, tenant_id, key

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return await self.platform.gateway.request(method, path, json=body, headers={"X-API-Key": self.key, **headers})

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        answer = await self.ask(method, path, body, **headers)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def made(self, *actions: dict[str, Any], **fields: Any) -> str:
        body = {"name": "A", "event_type": "lead_captured", "actions": list(actions)} | fields
        return str((await self.call("POST", "/api/v1/automations", body))["id"])

    async def lead(self, **fields: Any) -> str:
        """A lead comes in by the webhook service; answers the event's id."""
        unit = Unit(context("webhook-service", self.tenant_id), self.tenant_id, ("lead_captured",))
        told = {"lead_id": uuid.uuid4().hex, "form": "prices", "email": "ada@engine.example", "fields": {}} | fields
        event = unit.emit(LeadCaptured(captured_at=clock.utcnow(), **told))
        await unit.commit()
        return event.event_id

    async def runs(self, automation_id: str, state: str = "") -> list[dict[str, Any]]:
        path = f"/api/v1/automations/{automation_id}/runs{f'?state={state}' if state else ''}"
        items: list[dict[str, Any]] = (await self.call("GET", path))["items"]
        return items

    async def run(self, automation_id: str, *states: str) -> dict[str, Any]:
        """The automation's only run, once it is in one of the states."""

        async def there() -> bool:
            return [each["state"] in states for each in await self.runs(automation_id)] == [True]

        await eventually(there)
        return (await self.runs(automation_id))[0]

    async def events(self, event_type: str) -> list[dict[str, Any]]:
        found = await staging.documents(self.tenant_id, "events")
        return [each for each in found if each["event_type"] == event_type]


@pytest_asyncio.fixture
async def desk(platform: LocalPlatform) -> Desk:
    return Desk(platform, *await platform.tenant())


async def test_upon_an_event_whose_conditions_hold_every_action_is_done_once(desk: Desk) -> None:
    contact = await desk.call("POST", f"{CRM}/contacts", {"name": "Ada", "emails": ["ada@engine.example"]})
    one = await desk.made(
        {"kind": "create_task", "title": "Call {{ payload.email }}", "contact_id": contact["id"], "due_in_hours": 24},
        {"kind": "add_note", "text": "Filled in {{ payload.form }}", "contact_id": contact["id"]},
        {"kind": "post_slack", "channel": "#general", "text": "A lead: {{ payload.email }}"},
        {
            "kind": "send_mail",
            "to": ["{{ payload.email }}"],
            "subject": "Prices",
            "text": "Thank you, {{ payload.name }}",
        },
        {"kind": "start_workflow", "workflow": "tenant_onboarding", "input": {"assignee": "{{ payload.form }}"}},
        SAY,
        conditions=[HAS_ADDRESS, {"rule": {"==": [{"var": "payload.form"}, "prices"]}}],
    )
    event_id = await desk.lead()
    run = await desk.run(one, "succeeded", "failed")
    assert run["state"] == "succeeded", run
    assert (run["event_id"], run["automation_version"]) == (event_id, 1)
    assert [(each["held"], each["value"]) for each in run["conditions"]] == [(True, True), (True, True)]
    assert [(each["state"], each["attempts"]) for each in run["actions"]] == [("done", 1)] * 6
    output = {each["kind"]: each["output"] for each in run["actions"]}
    task = await desk.call("GET", f"{CRM}/tasks/{output['create_task']['task_id']}")
    assert (task["title"], task["contact_id"]) == ("Call ada@engine.example", contact["id"])
    assert (await desk.call("GET", f"{CRM}/notes/{output['add_note']['note_id']}"))["text"] == "Filled in prices"

    async def left() -> bool:
        message = await desk.call("GET", f"/api/xynergyos/v2/slack/messages/{output['post_slack']['message_id']}")
        mail = await desk.call("GET", f"/api/xynergyos/v2/gmail/sends/{output['send_mail']['send_id']}")
        return (message["state"], mail["state"]) == ("sent", "sent")

    await eventually(left)
    [said] = await desk.events("automation_event")
    assert said["payload"]["data"] == {"who": "ada@engine.example"}
    assert said["metadata"]["automation_depth"] == 1
    [ended] = await desk.events("automation_run_ended")
    assert ended["payload"]["state"] == "succeeded"


async def test_an_event_whose_condition_does_not_hold_leaves_a_run_that_says_which(desk: Desk) -> None:
    one = await desk.made(SAY, conditions=[HAS_ADDRESS])
    await desk.lead(email=None)
    run = await desk.run(one, "not_matched")
    assert run["reason"] == "These conditions do not hold: has an address."
    assert run["conditions"][0]["value"] is False
    assert [each["state"] for each in run["actions"]] == ["skipped"]
    assert await desk.events("automation_event") == []


async def test_a_dry_run_shows_the_failed_condition_and_the_actions_and_does_nothing(desk: Desk) -> None:
    one = await desk.made(
        {"kind": "send_mail", "to": ["{{ payload.email }}"], "subject": "Hi {{ payload.nobody }}", "text": "Hello"},
        conditions=[HAS_ADDRESS, {"name": "is big", "rule": {">": [{"var": "payload.fields.size"}, 10]}}],
        status="disabled",
    )
    event_id = await desk.lead(fields={"size": "3"})
    before = await desk.call("GET", "/api/v1/quotas")
    tried = await desk.call("POST", f"/api/v1/automations/{one}:test", {"event_id": event_id})
    assert (tried["would_act"], tried["reason"]) == (False, "These conditions do not hold: is big.")
    assert [each["held"] for each in tried["conditions"]] == [True, False]
    [mail] = tried["actions"]
    assert mail["rendered"]["to"] == ["ada@engine.example"]
    assert mail["missing"] == ["payload.nobody"]
    assert (await desk.call("POST", f"/api/v1/automations/{one}:test", {}))["event"]["event_id"] == event_id
    assert await desk.runs(one) == []
    assert await staging.documents(desk.tenant_id, "gmail_sends") == []
    used = {each["meter"]: each["used"] for each in before["quotas"] if each["meter"] != "api_calls"}
    after = await desk.call("GET", "/api/v1/quotas")
    assert {each["meter"]: each["used"] for each in after["quotas"] if each["meter"] != "api_calls"} == used
    assert (await desk.ask("POST", f"/api/v1/automations/{one}:test", {"event_id": "nothing"})).status_code == 404


async def test_each_change_is_a_version_that_is_kept(desk: Desk) -> None:
    one = await desk.made(SAY)
    path = f"/api/v1/automations/{one}"
    await desk.call("PATCH", path, {"name": "B", "conditions": [HAS_ADDRESS]}, **{"If-Match": '"1"'})
    assert (await desk.ask("PATCH", path, {"name": "C"}, **{"If-Match": '"1"'})).status_code == 412
    await desk.call("PATCH", path, {"status": "disabled"}, **{"If-Match": '"2"'})
    versions = (await desk.call("GET", f"{path}/versions"))["items"]
    assert [(each["version"], each["definition"]["name"], each["definition"]["status"]) for each in versions] == [
        (3, "B", "disabled"),
        (2, "B", "enabled"),
        (1, "A", "enabled"),
    ]
    slept_through = await desk.lead()
    await eventually(lambda: inbox.taken(desk.tenant_id, "evaluate_automations", slept_through))
    await desk.call("PATCH", path, {"status": "enabled"}, **{"If-Match": '"3"'})
    await desk.lead()
    assert (await desk.run(one, "succeeded"))["automation_version"] == 4


async def test_automations_that_trigger_each_other_end_at_the_eighth(desk: Desk) -> None:
    one = await desk.made({"kind": "emit_event", "name": "again"}, event_type="automation_event")
    starter = await desk.made({"kind": "emit_event", "name": "start"})
    await desk.lead()

    async def stopped() -> bool:
        return bool(await desk.runs(one, "stopped"))

    await eventually(stopped)
    runs = await desk.runs(one)
    assert sorted(each["depth"] for each in runs) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [each["state"] for each in runs if each["depth"] == 8] == ["stopped"]
    assert len(await desk.events("automation_event")) == 8
    assert (await desk.runs(starter))[0]["depth"] == 0


async def test_an_action_that_cannot_be_stops_the_run_or_is_passed_over_as_asked(desk: Desk) -> None:
    wrong = {"kind": "post_slack", "channel": "#nowhere", "text": "Hello"}
    stops = await desk.made(wrong, SAY)
    goes_on = await desk.made(wrong | {"on_failure": "continue"}, SAY)
    await desk.lead()
    stopped, went_on = await desk.run(stops, "failed"), await desk.run(goes_on, "failed")
    assert [each["state"] for each in stopped["actions"]] == ["failed", "skipped"]
    assert "#nowhere" in stopped["actions"][0]["error"]
    assert [each["state"] for each in went_on["actions"]] == ["failed", "done"]
    assert len(await desk.events("automation_event")) == 1


async def test_an_action_whose_need_is_away_is_retried_and_then_given_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    async def away_once(*_: Any) -> dict[str, Any]:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise Unavailable()
        return {"there": True}

    async def away(*_: Any) -> dict[str, Any]:
        raise Unavailable()

    monkeypatch.setitem(effects.EFFECTS, "add_note", away_once)
    monkeypatch.setitem(effects.EFFECTS, "create_task", away)
    one = await desk.made(
        {"kind": "add_note", "text": "Hello", "retries": 2}, {"kind": "create_task", "title": "Hello", "retries": 1}
    )
    await desk.lead()
    run = await desk.run(one, "failed")
    assert [(each["state"], each["attempts"]) for each in run["actions"]] == [("done", 2), ("failed", 2)]
    assert run["actions"][1]["error"].startswith("unavailable")


async def test_a_tenants_automations_have_a_rate_and_what_is_beyond_it_comes_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluating, "RUNS_A_MINUTE", 2)
    await desk.made(SAY, event_type="campaign_created")

    def event() -> Envelope:
        return Envelope(
            event_type="campaign_created", event_id=str(uuid.uuid4()), timestamp=clock.utcnow(),
            tenant_id=desk.tenant_id, source_service="marketing-engine", schema_version=1, payload={},
            metadata=EventMetadata(correlation_id="req_1"),
        )  # fmt: skip

    def unit() -> Unit:
        return Unit(context("scheduler-automation-engine", desk.tenant_id), desk.tenant_id, evaluating.EMITS)

    for _ in range(2):
        await evaluate_event(event(), unit())
    with pytest.raises(RateLimited):
        await evaluate_event(event(), unit())


async def test_who_may_not_do_an_action_cannot_have_it_done(desk: Desk, platform: LocalPlatform) -> None:
    made = await desk.call(
        "POST",
        "/api/v1/api-keys",
        {"name": "Small", "scopes": ["automations:write"]},
        **{"Idempotency-Key": uuid.uuid4().hex},
    )
    small = Desk(platform, desk.tenant_id, made["key"])
    body = {"name": "A", "event_type": "lead_captured", "actions": [{"kind": "create_task", "title": "Call"}]}
    refused = await small.ask("POST", "/api/v1/automations", body)
    assert (refused.status_code, refused.json()["scope"]) == (403, "crm:write")
    assert (await small.ask("POST", "/api/v1/automations", body | {"actions": [SAY]})).status_code == 201


async def test_a_policy_that_forbids_an_operation_forbids_the_action_that_does_it(desk: Desk) -> None:
    one = await desk.made({"kind": "create_task", "title": "Call"})
    cedar = 'forbid(principal, action == Action::"create_crm_task", resource);'
    await desk.call("PUT", "/api/v1/policies/freeze", {"cedar": cedar})
    await desk.lead()
    run = await desk.run(one, "failed")
    assert run["actions"][0]["error"].startswith("policy_denied")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"event_type": "no_such_event"}, "no events no_such_event"),
        ({"event_type": "task_step_due"}, "no events task_step_due"),
        ({"conditions": [{"rule": {"eval": "1"}}]}, "no operator"),
        ({"actions": []}, "actions"),
        ({"actions": [{"kind": "rm"}]}, "kind"),
    ],
)
async def test_an_automation_that_cannot_be_says_what_to_change(desk: Desk, body: dict[str, Any], said: str) -> None:
    answer = await desk.ask(
        "POST", "/api/v1/automations", {"name": "A", "event_type": "lead_captured", "actions": [SAY]} | body
    )
    assert answer.status_code == 422
    assert said in answer.text


async def test_another_tenants_automation_is_not_there(desk: Desk, platform: LocalPlatform) -> None:
    one = await desk.made(SAY)
    stranger = Desk(platform, *await platform.tenant())
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/runs"), ("GET", "/versions"), ("POST", ":test")):
        body = {} if method == "POST" else None
        assert (await stranger.ask(method, f"/api/v1/automations/{one}{path}", body)).status_code == 404
    await desk.call("DELETE", f"/api/v1/automations/{one}")
    assert (await desk.ask("GET", f"/api/v1/automations/{one}")).status_code == 404


async def test_a_webhook_endpoint_is_called_by_an_automation_whether_it_subscribed_or_not(desk: Desk) -> None:
    made = await desk.call(
        "POST", "/api/v1/webhook-endpoints", {"url": "https://hooks.example.com/x", "event_types": ["deal_won"]}
    )
    one = await desk.made({"kind": "call_webhook", "endpoint_id": made["id"], "data": {"who": "{{ payload.email }}"}})
    await desk.lead()
    run = await desk.run(one, "succeeded", "failed")
    assert run["state"] == "succeeded", run

    async def attempted() -> bool:
        found = await desk.call("GET", f"/api/v1/webhook-endpoints/{made['id']}/deliveries")
        return [each["event_type"] for each in found["items"] if each["attempts"]] == ["automation_event"]

    await eventually(attempted)
