"""Webhooks out: from an event to a signed call, tried again when it is due, once each time."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document
from shared_layer.webhooks.due import queue_due
from tests.functions.webhooks.receiver import Receiver, receiving
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform
from tests.support.staging import context


class Subscriber:
    """A tenant with one endpoint."""

    def __init__(self, platform: LocalPlatform, tenant_id: str, key: str, endpoint: dict[str, Any]) -> None:
        self.platform, self.tenant_id, self.key, self.endpoint = platform, tenant_id, key, endpoint
        self.path = f"/api/v1/webhook-endpoints/{endpoint['id']}"

    async def call(self, method: str, path: str = "", body: Any = None, **headers: str) -> Any:
        answer = await self.platform.gateway.request(
            method, self.path + path, json=body, headers={"X-API-Key": self.key, **headers}
        )
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def publish(self) -> None:
        """Something happens that the endpoint asked for."""
        made = await self.platform.gateway.post(
            "/api/v1/api-keys",
            json={"name": "Another", "scopes": ["keys:read"]},
            headers={"X-API-Key": self.key, "Idempotency-Key": uuid.uuid4().hex},
        )
        assert made.status_code == 201, made.text

    async def deliveries(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await self.call("GET", "/deliveries"))["items"]
        return items

    async def until(self, condition: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """The deliveries, once they are as asked."""

        async def holds() -> bool:
            return condition(await self.deliveries())

        await eventually(holds)
        return await self.deliveries()

    async def tried(self, attempts: int) -> dict[str, Any]:
        """The only delivery, once it was attempted so often and waits or is done."""
        [delivery] = await self.until(
            lambda found: len(found) == 1 and len(found[0]["attempts"]) == attempts and found[0]["state"] != "sending"
        )
        return delivery


async def subscriber(platform: LocalPlatform, url: str, *event_types: str) -> Subscriber:
    tenant_id, key = await platform.tenant()
    body = {"url": url, "event_types": list(event_types or ("api_key_created",))}
    made = await platform.gateway.post("/api/v1/webhook-endpoints", json=body, headers={"X-API-Key": key})
    assert made.status_code == 201, made.text
    return Subscriber(platform, tenant_id, key, made.json())


async def schedule(apart: timedelta) -> int:
    """What `queue_due_webhooks` does at a moment in the future; how many it queued."""
    unit = Unit(context("webhook-service", ""), "", ("webhook_delivery_due",))
    return await queue_due(datetime.now(UTC) + apart, unit)


async def test_an_event_arrives_signed_so_that_the_library_of_standard_webhooks_believes_it(
    platform: LocalPlatform,
) -> None:
    async with receiving() as receiver:
        one = await subscriber(platform, receiver.url)
        await one.publish()
        delivery = await one.tried(1)
    [got] = receiver.got
    assert Webhook(one.endpoint["secret"]).verify(got.body, got.headers) == got.message
    assert got.message["type"] == "api_key_created"
    assert got.message["data"]["scopes"] == ["keys:read"]
    assert got.message["id"] == got.headers["webhook-id"] == delivery["message_id"]
    [attempt] = delivery["attempts"]
    assert (delivery["state"], attempt["outcome"], attempt["response"]["status"]) == ("delivered", "delivered", 204)
    assert attempt["request"]["headers"]["webhook-signature"] == "[redacted]"
    assert (await one.call("GET"))["health"]["last_success_at"] is not None


async def test_only_what_was_asked_for_is_sent_and_nothing_once_it_is_switched_off(platform: LocalPlatform) -> None:
    async with receiving() as receiver:
        one = await subscriber(platform, receiver.url, "campaign_created")
        await one.publish()
        changed = await one.call("PATCH", body={"event_types": ["api_key_created"]}, **{"If-Match": '"1"'})
        await one.publish()
        await one.tried(1)
        await one.call("PATCH", body={"status": "disabled"}, **{"If-Match": f'"{changed["version"]}"'})
        await one.publish()
        await one.call("PATCH", body={"status": "enabled"}, **{"If-Match": f'"{changed["version"] + 1}"'})
        await one.publish()
        await one.until(lambda found: len(found) == 2 and all(each["state"] == "delivered" for each in found))
    assert len(receiver.got) == 2


async def test_a_failed_delivery_is_tried_once_when_it_is_due_however_many_schedulers_look(
    platform: LocalPlatform,
) -> None:
    async with receiving() as receiver:
        receiver.answers = [(500, {}), (429, {"Retry-After": "3600"}), (503, {})]
        receiver.body = b"no, for nora@hafen.example"
        one = await subscriber(platform, receiver.url)
        await one.publish()
        first = await one.tried(1)
        due = datetime.fromisoformat(first["due_at"]) - datetime.fromisoformat(first["attempts"][0]["at"])
        assert (first["state"], first["attempt"]) == ("waiting", 2)
        assert timedelta(seconds=4.9) <= due <= timedelta(seconds=10)
        assert first["attempts"][0]["response"]["body_begins"] == "no, for [redacted]"
        await asyncio.gather(*[schedule(timedelta(minutes=1)) for _ in range(8)])
        second = await one.tried(2)
        asked = datetime.fromisoformat(second["due_at"]) - datetime.fromisoformat(second["attempts"][1]["at"])
        assert timedelta(seconds=3590) <= asked <= timedelta(seconds=3970)
        await schedule(timedelta(minutes=30))
        assert (await one.tried(2))["due_at"] == second["due_at"]
        await asyncio.gather(*[schedule(timedelta(hours=2)) for _ in range(8)])
        await one.tried(3)
        await asyncio.gather(*[schedule(timedelta(days=2)) for _ in range(8)])
        done = await one.tried(4)
    assert (done["state"], [each["outcome"] for each in done["attempts"]]) == (
        "delivered",
        ["refused"] * 3 + ["delivered"],
    )
    assert len(receiver.got) == 4
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    assert len({got.body for got in receiver.got}) == 1


async def test_after_the_last_attempt_it_has_failed_and_a_replay_keeps_id_and_health(platform: LocalPlatform) -> None:
    async with receiving() as receiver:
        receiver.answers = [(500, {})] * 11
        one = await subscriber(platform, receiver.url)
        await one.publish()
        for attempts in range(1, 11):
            failed = await one.tried(attempts)
            await schedule(timedelta(days=2))
        assert (failed["state"], failed["due_at"]) == ("failed", None)
        health = (await one.call("GET"))["health"]
        rotated = await one.call("POST", ":rotate-secret", {})
        for _ in range(2):  # the first is refused, the second taken
            replay = await one.call("POST", f"/deliveries/{failed['id']}:replay")
            await one.until(partial(is_done, replay["id"]))
        assert (await one.call("GET"))["health"] == health
    got = receiver.got[-1]
    assert len({each.headers["webhook-id"] for each in receiver.got}) == 1
    assert len(receiver.got) == 12
    Webhook(rotated["secret"]).verify(got.body, got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(one.endpoint["secret"]).verify(got.body, got.headers)


async def test_for_a_day_after_a_rotation_both_secrets_sign(platform: LocalPlatform) -> None:
    async with receiving() as receiver:
        one = await subscriber(platform, receiver.url)
        rotated = await one.call("POST", ":rotate-secret", {})
        grace = datetime.fromisoformat(rotated["grace_ends_at"]) - datetime.now(UTC)
        assert timedelta(hours=23) < grace <= timedelta(hours=24)
        test = await one.call("POST", ":test")
        assert (test["test"], test["event_type"]) == (True, "webhook_test")
        await one.tried(1)
        await one.call("POST", ":rotate-secret", {"grace_seconds": 0})
        await one.call("POST", ":test")
        await one.until(lambda found: len(found) == 2 and all(each["state"] == "delivered" for each in found))
    both, last = receiver.got
    for secret in (one.endpoint["secret"], rotated["secret"]):
        Webhook(secret).verify(both.body, both.headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(last.body, last.headers)
    assert (await one.call("GET"))["health"] == {
        "failing_since": None, "last_success_at": None, "last_failure_at": None,
    }  # fmt: skip


def is_done(delivery_id: str, found: list[dict[str, Any]]) -> bool:
    return any(each["id"] == delivery_id and each["state"] in ("failed", "delivered") for each in found)


async def fail_for(one: Subscriber, age: timedelta) -> None:
    """Have it failed first `age` ago."""
    reference = tenant_document(one.tenant_id, "webhook_health", one.endpoint["id"])
    await reference.set({"failing_since": datetime.now(UTC) - age})


@pytest.mark.parametrize(("age", "status"), [(timedelta(days=4, hours=23), "enabled"), (timedelta(days=5), "disabled")])
async def test_after_five_days_without_a_success_it_is_switched_off_and_its_owner_told(
    platform: LocalPlatform, age: timedelta, status: str
) -> None:
    async with receiving() as receiver:
        receiver.answers = [(500, {})]
        one = await subscriber(platform, receiver.url)
        await fail_for(one, age)
        await one.publish()
        await one.tried(1)
    assert (await one.call("GET"))["status"] == status
    told = await platform.gateway.get(
        "/api/v1/events?event_type=webhook_endpoint_disabled", headers={"X-API-Key": one.key}
    )
    notices = [event["payload"]["notify"] for event in told.json()["items"]]
    assert notices == (["owner@tenant.example"] if status == "disabled" else [])


async def test_gone_is_taken_at_its_word(platform: LocalPlatform) -> None:
    async with receiving() as receiver:
        receiver.answers = [(410, {})]
        one = await subscriber(platform, receiver.url)
        await one.publish()
        assert (await one.tried(1))["state"] == "failed"
    endpoint = await one.call("GET")
    assert (endpoint["status"], endpoint["disabled_because"]) == ("disabled", "It answered 410 Gone.")


async def redirecting(one: Subscriber, receiver: Receiver) -> None:
    receiver.answers = [(302, {"Location": "http://169.254.169.254/computeMetadata/v1/"})]


async def rebound(one: Subscriber, receiver: Receiver) -> None:
    """The endpoint's name leads to the metadata server by now."""
    reference = tenant_document(one.tenant_id, "webhook_endpoints", one.endpoint["id"])
    await reference.update({"url": "https://169.254.169.254/"})


async def unreachable(one: Subscriber, receiver: Receiver) -> None:
    reference = tenant_document(one.tenant_id, "webhook_endpoints", one.endpoint["id"])
    await reference.update({"url": "https://nobody.invalid/"})


@pytest.mark.parametrize(
    ("arranged", "outcome"),
    [(redirecting, "redirect_refused"), (rebound, "ssrf_blocked"), (unreachable, "no_answer")],
)
async def test_what_keeps_a_delivery_from_arriving_is_told_apart(
    platform: LocalPlatform, arranged: Any, outcome: str
) -> None:
    async with receiving() as receiver:
        one = await subscriber(platform, receiver.url)
        await arranged(one, receiver)
        await one.publish()
        delivery = await one.tried(1)
    assert (delivery["attempts"][0]["outcome"], delivery["state"]) == (outcome, "waiting")
    assert len(receiver.got) == (outcome == "redirect_refused")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "https://10.0.0.1/", "https://[::1]/", "https://[::ffff:7f00:1]/", "https://localhost/",
        "https://169.254.169.254/", "https://user@example.com/", "ftp://example.com/", "https://example.com:8443/",
        "https://2130706433/", "https://0x7f.1/", "no address", "https://",
    ],
)  # fmt: skip
async def test_an_endpoint_at_an_address_that_is_never_sent_to_is_refused_at_once(
    platform: LocalPlatform, url: str
) -> None:
    _, key = await platform.tenant()
    body = {"url": url, "event_types": ["*"]}
    refused = await platform.gateway.post("/api/v1/webhook-endpoints", json=body, headers={"X-API-Key": key})
    assert (refused.status_code, refused.json()["code"]) == (422, "url_refused"), refused.text


async def test_what_waits_for_a_deleted_endpoint_is_dropped(platform: LocalPlatform) -> None:
    from shared_layer.storage.documents import tenant_collection

    async with receiving() as receiver:
        receiver.answers = [(500, {})]
        one = await subscriber(platform, receiver.url)
        await one.publish()
        await one.tried(1)
        await one.call("DELETE")
        await schedule(timedelta(days=2))

        async def dropped() -> bool:
            found = tenant_collection(one.tenant_id, "webhook_deliveries")
            return [each.get("state") async for each in found.stream()] == ["dropped"]

        await eventually(dropped)
    assert len(receiver.got) == 1


async def test_an_event_type_that_nobody_publishes_cannot_be_asked_for(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    for name in ("campaign_exploded", "webhook_delivery_due"):
        body = {"url": "https://hooks.example.com/", "event_types": [name]}
        refused = await platform.gateway.post("/api/v1/webhook-endpoints", json=body, headers={"X-API-Key": key})
        assert refused.status_code == 422
        assert name in refused.json()["detail"]
