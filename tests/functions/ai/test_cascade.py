"""The verified cascade: the cheap answer where it stands the check, the strong one where it does not."""

from __future__ import annotations

import asyncio

import pytest

from shared_layer.ai.api.completing import complete
from shared_layer.core import clock
from tests.functions.ai.conftest import Tenant
from tests.functions.ai.test_routing_policy import put
from tests.shared_layer.ai.provider_double import Behaviour
from tests.shared_layer.ai.world import World, events, ledger
from tests.support.eventually import eventually

SUM = "Prove and calculate: how many eggs are 17 dozen less 4?"


async def cascading(tenant: Tenant) -> None:
    assert (await put(tenant, 1, cascade=True)).status_code == 200


async def ask(tenant: Tenant, prompt: str = SUM, **more: object) -> dict:
    answered = await tenant.post("generate", {"prompt": prompt, **more})
    assert answered.status_code == 200, answered.text
    return answered.json()


async def test_answers_that_agree_are_given_and_cost_what_was_asked(tenant: Tenant, world: World):
    await cascading(tenant)
    world.internal.otherwise = Behaviour(text="17 * 12 - 4 = 200")
    body = await ask(tenant)
    assert (body["route"]["provider"], body["cost_micros"], len(world.internal.calls)) == ("internal", 3_000, 3)
    assert not world.abacus.calls


async def test_answers_that_disagree_are_escalated_and_both_models_are_on_the_bill(tenant: Tenant, world: World):
    await cascading(tenant)
    world.internal.plan.extend([Behaviour(text="It is 200"), Behaviour(text="It is 14"), Behaviour(text="It is 9")])
    world.abacus.otherwise = Behaviour(text="200")
    body = await ask(tenant)
    assert (body["route"]["provider"], body["text"], body["cost_micros"]) == ("abacus", "200", 18_000)
    assert any("asked 3 times" in reason for reason in body["route"]["reasons"])

    async def told() -> bool:
        return [entry["outcome"] for entry in await ledger(tenant.id)] == ["check", "check", "doubted", "answered"]

    await eventually(told)
    assert sum(entry["cost_micros"] for entry in await ledger(tenant.id)) == 18_000


@pytest.mark.parametrize(
    ("text", "verify", "stands"),
    [
        ("The answer is 200.", {"number": 200}, True),
        ("The answer is 1,200.5", {"number": 1200, "tolerance": 0.5}, True),
        ("The answer is 199.", {"number": 200}, False),
        ("Answer: (B) two", {"equals": "B"}, True),
        ("Answer: C", {"equals": "B"}, False),
        ("Paris is the capital", {"contains": ["paris"]}, True),
        ("Lyon", {"contains": ["paris"]}, False),
        ("I'm sorry, but I can't.", {}, False),
    ],
)
async def test_what_the_caller_expects_decides(tenant: Tenant, world: World, text: str, verify: dict, stands: bool):
    await cascading(tenant)
    world.internal.otherwise = Behaviour(text=text)
    body = await ask(tenant, "Hi", verify=verify)
    assert body["route"]["provider"] == ("internal" if stands else "abacus")
    assert len(world.internal.calls) == 1


async def test_openais_client_says_what_to_check_and_no_provider_hears_of_it(tenant: Tenant, world: World):
    await cascading(tenant)
    world.internal.plan.extend([Behaviour(text="Four."), Behaviour(text="I get five.\nNO")])
    answer = await tenant.client.chat.completions.create(
        model="auto",
        messages=[{"role": "user", "content": "What is two and two?"}],
        extra_body={"xynergy": {"verify": {"verifier": True}}},
    )
    assert answer.to_dict()["xynergy"]["provider"] == "abacus"
    assert not any("xynergy" in call for call in (*world.internal.calls, *world.abacus.calls))
    assert "<answer>\nFour.\n</answer>" in world.internal.calls[1]["messages"][1]["content"]


async def test_json_that_lacks_what_its_schema_requires_is_escalated(tenant: Tenant, world: World):
    await cascading(tenant)
    world.internal.otherwise = Behaviour(text='{"a": 1}')
    world.abacus.otherwise = Behaviour(text='{"a": 1, "b": 2}')
    body = await ask(tenant, "An a and a b", json_schema={"type": "object", "required": ["a", "b"]})
    assert body["route"]["provider"] == "abacus"


async def test_a_doubted_answer_is_given_where_nobody_better_answers(tenant: Tenant, world: World):
    await cascading(tenant)
    world.internal.otherwise = Behaviour(text="The answer is 1.")
    for double in (world.abacus, world.openai):
        double.otherwise = Behaviour(status=500)
    body = await ask(tenant, "Hi", verify={"number": 2})
    assert (body["route"]["provider"], body["text"]) == ("internal", "The answer is 1.")
    assert body["route"]["reasons"][-1] == "not verified: its number is another than expected"


async def test_without_the_policys_cascade_nothing_is_checked(tenant: Tenant, world: World):
    world.internal.otherwise = Behaviour(text="1")
    assert (await ask(tenant, "Hi", verify={"number": 2}))["route"]["provider"] == "internal"
    assert not world.abacus.calls


async def test_each_verdict_is_an_event(tenant: Tenant, world: World):
    await cascading(tenant)
    world.internal.otherwise = Behaviour(text="1")
    await ask(tenant, "Hi", verify={"number": 1})
    await ask(tenant, "Ho", verify={"number": 2})

    async def told() -> bool:
        verdicts = await events(tenant.id, "ai_answer_verified")
        return sorted(event["outcome"] for event in verdicts) == ["escalated", "passed"]

    await eventually(told)


async def test_savings_tell_what_the_cascade_brought(tenant: Tenant, world: World):
    await cascading(tenant)
    world.internal.otherwise = Behaviour(text="17 * 12 - 4 = 200")
    await ask(tenant)
    await ask(tenant, "Hi", verify={"number": 1})
    day = clock.utcnow().date().isoformat()

    async def told() -> bool:
        found = await tenant.gateway.get(
            "/api/v1/ai/savings", params={"since": day, "until": day}, headers={"X-API-Key": tenant.key}
        )
        body = found.json()
        if body["requests"] < 2:
            return False
        assert body["spent_micros"] == 3_000 + 16_000
        assert body["cascade"] == {
            "passed": 1,
            "escalated": 1,
            "spared_micros": 14_000,
            "check_micros": 2_000 + 1_000,
            "gain_micros": 11_000,
        }
        return True

    await eventually(told)


async def streamed(tenant: Tenant, content: str, **verify: object) -> tuple[str, dict]:
    """The text of a stream, and what its last chunk tells of it."""
    chunks = [
        chunk
        async for chunk in await tenant.client.chat.completions.create(
            model="auto",
            messages=[{"role": "user", "content": content}],
            stream=True,
            stream_options={"include_usage": True},
            extra_body={"xynergy": {"verify": verify}} if verify else None,
        )
    ]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    return text, chunks[-1].model_extra["xynergy"]


async def test_a_stream_sends_nothing_of_a_cheap_answer_that_is_not_verified(tenant: Tenant, world: World):
    await cascading(tenant)
    world.internal.otherwise = Behaviour(text="The answer is 199.")
    world.abacus.otherwise = Behaviour(text="The answer is 200.")
    text, told = await streamed(tenant, "Hi", number=200)
    assert text == "The answer is 200."
    assert (told["provider"], told["cost_usd"]) == ("abacus", 0.016)
    assert world.abacus.calls[0]["stream"]
    entries = await ledger(tenant.id)
    assert [entry["outcome"] for entry in entries] == ["doubted", "answered"]
    assert sum(entry["cost_micros"] for entry in entries) == 16_000


async def test_a_stream_gives_the_cheap_answer_that_stands_and_the_next_one_is_free(tenant: Tenant, world: World):
    await cascading(tenant)
    world.internal.otherwise = Behaviour(text="The answer is 200.")
    text, told = await streamed(tenant, "Hi", number=200)
    assert (text, told["provider"], told["cost_usd"]) == ("The answer is 200.", "internal", 0.001)
    text, told = await streamed(tenant, "Hi", number=200)
    assert (text, told["cost_usd"], len(world.internal.calls)) == ("The answer is 200.", 0.0, 1)
    assert not world.abacus.calls


async def test_a_doubted_answer_is_streamed_where_nobody_better_answers(tenant: Tenant, world: World):
    await cascading(tenant)
    world.internal.otherwise = Behaviour(text="The answer is 1.")
    for double in (world.abacus, world.openai):
        double.otherwise = Behaviour(status=500)
    text, told = await streamed(tenant, "Hi", number=2)
    assert (text, told["provider"], told["cost_usd"]) == ("The answer is 1.", "internal", 0.001)


RIGHT = "Sure:\n```python\ndef double(x):\n    return 2 * x\n```"
WRONG = "Sure:\n```python\ndef double(x):\n    return x ** 2\n```"
TESTS = "assert double(2) == 4\nassert double(3) == 6"


@pytest.mark.parametrize(
    ("cheap", "provider", "why"),
    [(RIGHT, "internal", ""), (WRONG, "abacus", "an assertion does not hold in line 2 of the tests")],
)
async def test_code_is_run_against_the_callers_tests(tenant: Tenant, world: World, cheap: str, provider: str, why: str):
    await cascading(tenant)
    world.internal.otherwise = Behaviour(text=cheap)
    world.abacus.otherwise = Behaviour(text=RIGHT)
    answer = await tenant.client.chat.completions.create(
        model="auto",
        messages=[{"role": "user", "content": "Write double(x) in Python"}],
        extra_body={"xynergy": {"verify": {"tests": TESTS}}},
    )
    told = answer.to_dict()["xynergy"]
    assert told["provider"] == provider
    assert why in str(told["route"]["reasons"])
    assert answer.choices[0].message.content == RIGHT


async def test_code_that_could_not_be_tested_is_not_verified(tenant: Tenant, world: World):
    await cascading(tenant)
    world.internal.otherwise = Behaviour(text=RIGHT)
    body = await ask(tenant, "Write double(x)", verify={"tests": "assert double(2 == 4"})
    assert body["route"]["provider"] == "abacus"
    assert "its code was not tested" in str(body["route"]["reasons"])


async def test_whoever_leaves_while_an_answer_is_checked_pays_for_it_and_for_the_check(tenant: Tenant, world: World):
    await cascading(tenant)
    world.internal.plan.extend([Behaviour(text="It is 200"), Behaviour(hang="first")])
    messages = [{"role": "user", "content": SUM}]
    asking = asyncio.create_task(complete(world.caller(tenant.id), messages=messages, operation="test", cache=False))

    async def checking() -> bool:
        return len(world.internal.calls) == 2

    await eventually(checking)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    entries = await ledger(tenant.id)
    assert sorted((one["outcome"], one["cost_micros"]) for one in entries) == [("aborted", 1_000), ("check", 1_000)]
