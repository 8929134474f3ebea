"""Workflows: started once under a key, done step by step, undone in reverse, tried again, and killed without harm."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from shared_layer.access.delegation import Delegate
from shared_layer.core.caller import Caller
from shared_layer.core.models import Model
from shared_layer.messaging.unit import Unit
from shared_layer.runtime.tasks import start_task
from shared_layer.storage.documents import tenant_document
from shared_layer.workflows import catalogue
from shared_layer.workflows.catalogue import definitions
from shared_layer.workflows.definition import Definition
from shared_layer.workflows.operations import OPERATIONS
from shared_layer.workflows.performing import doing_of
from shared_layer.workflows.progress import Progress
from tests.support import staging
from tests.support.eventually import eventually
from tests.support.examples import operations
from tests.support.function_process import FunctionProcess, function_process
from tests.support.platform import LocalPlatform
from tests.support.subscribers import TRIGGERS, push_subscription

BRIEF = {"business_type": "Bakery", "target_audience": "Families nearby", "budget_range": "$500-$1,000"}
KIND = "workflow.test_slowly"


class Office:
    """A tenant that has workflows run."""

    def __init__(self, platform: LocalPlatform, tenant_id: str, key: str) -> None:
        self.platform, self.tenant_id, self.key = platform, tenant_id, key

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        return await self.platform.gateway.request(method, f"/api/v1{path}", json=body, headers={"X-API-Key": self.key})

    async def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = await self.ask(method, path, body)
        assert answer.status_code < 300, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def run(self, run_id: str) -> dict[str, Any]:
        return await self.call("GET", f"/workflows/runs/{run_id}")

    async def until(self, run_id: str, state: str, within: float = 30.0) -> dict[str, Any]:
        async def there() -> bool:
            return bool((await self.run(run_id))["state"] == state)

        await eventually(there, within=within)
        return await self.run(run_id)

    async def start(self, seconds: float = 0.0) -> str:
        """Start the tests' own workflow in its first version."""
        context = staging.context("system-runtime", self.tenant_id)
        unit = Unit(context, self.tenant_id, ("task_step_due",))
        caller = Caller(self.tenant_id, "key_test", frozenset(), "unlimited", False, context)
        given = {
            "workflow": "test_slowly", "run_key": None, "given": {"seconds": seconds}, "origin": "",
            "delegate": Delegate(principal="key_test", scopes=[]).model_dump(),
        }  # fmt: skip
        progress = Progress(definition=1)
        task = start_task(KIND, given, caller, unit, position=progress.position, outcome=progress.outcome)
        await unit.commit()
        return task.id

    async def fail_at(self, step: str) -> None:
        await tenant_document(self.tenant_id, "settings", "fails").set({"at": step})

    async def done(self) -> list[str]:
        """What the steps did, in order."""
        found = [each async for each in _effects(self.tenant_id)]
        return [each.get("what") for each in sorted(found, key=lambda each: each.create_time)]


def _effects(tenant_id: str) -> AsyncIterator[Any]:
    return tenant_document(tenant_id, "effects", "x").parent.stream()


@pytest_asyncio.fixture
async def office(platform: LocalPlatform) -> Office:
    return Office(platform, *await platform.tenant())


@pytest_asyncio.fixture(scope="module")
async def worker(platform: LocalPlatform, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FunctionProcess]:
    """The tests' own workflow, served by a process of its own, which can be killed."""
    log = tmp_path_factory.mktemp("worker") / "function.log"
    async with function_process(TRIGGERS / "work_slowly.py", platform.environment, log) as function:
        async with push_subscription(platform, "work_slowly", "system-runtime-events", function.url):
            yield function


async def test_a_campaign_is_planned_launched_announced_and_followed_up(office: Office) -> None:
    body = {"run_key": "spring", "input": {"brief": BRIEF, "announce_in": "#general"}}
    started = await office.call("POST", "/workflows/campaign_launch/runs", body)
    run = await office.until(started["id"], "succeeded")
    assert [(each["name"], each["state"], each["attempts"]) for each in run["steps"]] == [
        ("plan", "done", 1),
        ("launch", "done", 1),
        ("announce", "done", 1),
        ("follow_up", "done", 1),
    ]
    campaign = await office.call("GET", run["result_url"].removeprefix("/api/v1"))
    assert campaign["status"] == "running"
    task = await office.platform.gateway.get(
        f"/api/xynergyos/v2/crm/tasks/{run['steps'][3]['output']['task_id']}", headers={"X-API-Key": office.key}
    )
    assert campaign["name"] in task.json()["title"]

    async def posted() -> bool:
        message = await office.platform.gateway.get(
            f"/api/xynergyos/v2/slack/messages/{run['steps'][2]['output']['message_id']}",
            headers={"X-API-Key": office.key},
        )
        return bool(message.json()["state"] == "sent")

    await eventually(posted)


async def test_the_same_run_key_is_the_same_run_and_another_input_under_it_is_refused(office: Office) -> None:
    body = {"run_key": "spring", "input": {"assignee": "ada"}}
    one = await office.call("POST", "/workflows/tenant_onboarding/runs", body)
    other = await office.call("POST", "/workflows/tenant_onboarding/runs", body)
    assert one["id"] == other["id"]
    assert (await office.ask("POST", "/workflows/tenant_onboarding/runs", body | {"input": {}})).status_code == 409
    await office.until(one["id"], "succeeded")
    assert (await office.call("POST", "/workflows/tenant_onboarding/runs", body))["state"] == "succeeded"
    listed = await office.call("GET", "/workflows/runs?workflow=tenant_onboarding")
    assert [each["id"] for each in listed["items"]] == [one["id"]]


async def test_a_text_is_outlined_written_checked_and_handed_over_and_says_that_it_is_a_mock(office: Office) -> None:
    body = {"input": {"subject": "Sourdough", "audience": "Home bakers", "words": 100}}
    started = await office.call("POST", "/workflows/content_pipeline/runs", body)
    run = await office.until(started["id"], "succeeded")
    output = {each["name"]: each["output"] for each in run["steps"]}
    assert output["write"]["mock"] is True
    assert output["check"]["ready"] is False
    note = await office.platform.gateway.get(run["result_url"], headers={"X-API-Key": office.key})
    assert output["outline"]["title"] in note.json()["text"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/workflows/no_such/runs", {}, 404),
        ("/workflows/campaign_launch/runs", {"input": {"brief": {}}}, 422),
        ("/workflows/campaign_launch/runs", {"input": {"brief": BRIEF, "announce_in": "no channel"}}, 422),
    ],
)
async def test_a_run_that_cannot_be_is_refused(office: Office, path: str, body: Any, status: int) -> None:
    assert (await office.ask("POST", path, body)).status_code == status


async def test_an_input_that_does_not_fit_is_refused_with_the_place_of_each_fault(office: Office) -> None:
    answer = await office.ask("POST", "/workflows/campaign_launch/runs", {"input": {"brief": {}}})
    assert {each["pointer"] for each in answer.json()["errors"]} == {
        *("/input/brief/business_type", "/input/brief/target_audience", "/input/brief/budget_range")
    }


async def test_a_policy_that_forbids_an_operation_forbids_the_step_that_does_it(office: Office) -> None:
    cedar = 'forbid(principal, action == Action::"launch_campaign", resource);'
    await office.call("PUT", "/policies/freeze", {"cedar": cedar})
    started = await office.call("POST", "/workflows/campaign_launch/runs", {"input": {"brief": BRIEF}})
    run = await office.until(started["id"], "failed")
    assert [each["state"] for each in run["steps"]] == ["done", "failed", "not_done", "not_done"]
    assert run["error"]["code"] == "policy_denied"


async def test_a_cancelled_run_undoes_its_steps_in_reverse_and_keeps_what_cannot_be_undone(
    office: Office, worker: FunctionProcess
) -> None:
    await office.fail_at("last")
    run_id = await office.start()
    failed = await office.until(run_id, "failed")
    assert failed["cost_micros"] == 21
    assert failed["error"]["detail"] == "This step was told to fail."
    await office.call("POST", f"/workflows/runs/{run_id}:cancel")
    run = await office.until(run_id, "cancelled")
    assert await office.done() == ["do first", "do kept", "do third", "undo third", "undo first"]
    assert [each["state"] for each in run["steps"]] == ["undone", "kept", "undone"]
    assert (await office.call("POST", f"/workflows/runs/{run_id}:cancel"))["state"] == "cancelled"
    assert (await office.ask("POST", f"/workflows/runs/{run_id}:retry", {})).status_code == 409


async def test_a_run_is_retried_from_the_failed_step_by_its_own_definition_or_by_the_newest(
    office: Office, worker: FunctionProcess
) -> None:
    await office.fail_at("third")
    for definition, more in (("pinned", ["do last"]), ("newest", ["do new", "do last"])):
        before = len(await office.done())
        await office.fail_at("third")
        run_id = await office.start()
        await office.until(run_id, "failed")
        await office.fail_at("nowhere")
        await _retry(office, run_id, {"start_from": "failed_step", "definition": definition})
        run = await office.until(run_id, "succeeded")
        assert (await office.done())[before:] == ["do first", "do kept", "do third", *more]
        assert run["definition"] == (1 if definition == "pinned" else 2)


async def test_a_run_that_is_retried_from_the_start_first_undoes_what_was_done(
    office: Office, worker: FunctionProcess
) -> None:
    await office.fail_at("third")
    run_id = await office.start()
    await office.until(run_id, "failed")
    await office.fail_at("nowhere")
    await _retry(office, run_id, {"start_from": "start", "definition": "newest"})
    await office.until(run_id, "succeeded")
    assert await office.done() == [
        *("do first", "do kept", "undo first"),
        *("do first", "do kept", "do third", "do new", "do last"),
    ]


async def _retry(office: Office, run_id: str, wanted: dict[str, str]) -> None:
    """Retry the tests' own workflow: the platform knows no definitions of it, so they are lent for the call."""
    versions = tuple(Definition("test_slowly", number, "A test.", Model, (), ()) for number in (1, 2))
    former = catalogue.definitions
    catalogue.definitions = lambda: former() | {"test_slowly": versions}
    try:
        await office.call("POST", f"/workflows/runs/{run_id}:retry", wanted)
    finally:
        catalogue.definitions = former


async def test_a_run_survives_kill_9_in_the_middle_of_steps_and_does_each_once(
    office: Office, worker: FunctionProcess
) -> None:
    run_id = await office.start(seconds=0.5)
    for number in (0, 2):

        async def works(number: int = number) -> bool:
            run = await office.run(run_id)
            return len(run["steps"]) >= number and run["attempts"] > 0

        await eventually(works)
        worker.signal(signal.SIGKILL)
        assert worker.process is not None
        await worker.process.wait()
        await worker.start()
    await office.until(run_id, "succeeded", within=60)
    assert Counter(await office.done()) == {"do first": 1, "do kept": 1, "do third": 1, "do last": 1}


def test_what_workflows_do_is_asked_of_policies_as_the_operations_that_do_the_same() -> None:
    declared = {one.name: one for one in operations()}
    for name, called in OPERATIONS.items():
        one = declared[name]
        assert (called.scope, called.method, called.template, called.service) == (
            one.scope, one.method, one.path, one.service.name,
        )  # fmt: skip
    for versions in definitions().values():
        for definition in versions:
            doing = doing_of(definition.name, definition.version)
            assert list(doing.do) == [step.name for step in definition.steps]
            assert list(doing.undo) == [step.name for step in definition.steps if step.undone]
            assert {name for step in definition.steps for name in step.operations} <= OPERATIONS.keys()
            needed = {OPERATIONS[name].scope for step in definition.steps for name in step.operations}
            assert needed <= set(definition.scopes)
