"""Webhooks in, through the gateway: proven, taken once, and turned into what they mean."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.functions.webhooks.senders import form, github, hex_hmac, send, source, standard, stripe
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

SECRET = "whsec_of_stripe_itself"  # pragma: allowlist secret
CHARGE = {"id": "ch_1", "amount": 45_000, "currency": "eur", "payment_intent": "pi_1",
          "billing_details": {"email": "nora@hafen.example", "name": "Nora"}}  # fmt: skip


def paid(event_id: str = "evt_1", **changes: Any) -> dict[str, Any]:
    return {"id": event_id, "type": "charge.succeeded", "created": 1_764_320_400, "data": {"object": CHARGE | changes}}


async def received(platform: LocalPlatform, key: str, **wanted: str) -> list[dict[str, Any]]:
    answer = await platform.gateway.get("/api/v1/webhooks/received", params=wanted, headers={"X-API-Key": key})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def events(platform: LocalPlatform, key: str, kind: str) -> list[dict[str, Any]]:
    answer = await platform.gateway.get("/api/v1/events", params={"event_type": kind}, headers={"X-API-Key": key})
    return [event["payload"] for event in answer.json()["items"]]


async def settled(platform: LocalPlatform, key: str, count: int) -> list[dict[str, Any]]:
    """The calls, once each of `count` has been understood."""

    async def done() -> bool:
        found = await received(platform, key)
        return len(found) == count and all(one["state"] != "received" for one in found)

    await eventually(done)
    return await received(platform, key)


async def test_a_payment_becomes_one_event_however_often_and_by_whatever_it_is_told(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    made = await source(platform, key, "stripe", secret=SECRET)
    again = [send(platform, made["url"], stripe(SECRET, paid())) for _ in range(6)]
    answers = await asyncio.gather(*again)
    assert [answer.status_code for answer in answers] == [200] * 6
    assert sorted(answer.json()["duplicate"] for answer in answers) == [False, *[True] * 5]
    intent = {"id": "pi_1", "amount_received": 45_000, "currency": "eur"}
    other = {"id": "evt_2", "type": "payment_intent.succeeded", "created": 1, "data": {"object": intent}}
    assert (await send(platform, made["url"], stripe(SECRET, other))).json()["duplicate"] is False
    calls = await settled(platform, key, 2)
    assert {call["state"] for call in calls} == {"handled"}
    [payment] = await events(platform, key, "payment_received")
    assert (payment["payment_id"], payment["amount_minor"], payment["customer_email"]) == (
        "pi_1", 45_000, "nora@hafen.example",
    )  # fmt: skip


async def test_a_payment_is_told_of_again_once_its_payer_is_known(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    made = await source(platform, key, "stripe", secret=SECRET)
    for number, email in enumerate((None, "nora@hafen.example", "nora@hafen.example")):
        await send(platform, made["url"], stripe(SECRET, paid(f"evt_{number}", billing_details={"email": email})))
        await settled(platform, key, number + 1)
    told = await events(platform, key, "payment_received")
    assert [payment["customer_email"] for payment in told] == ["nora@hafen.example", None]


async def test_what_is_not_understood_is_kept_with_its_body(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    made = await source(platform, key, "standard")
    body = {"type": "invoice.sent", "lines": [[1, 2], [3]]}
    assert (await send(platform, made["url"], standard(made["secret"], "msg_1", body))).status_code == 200
    [call] = await settled(platform, key, 1)
    assert (call["state"], call["provider_event_id"], call["provider_event_type"]) == ("kept", "msg_1", "invoice.sent")
    assert await received(platform, key, state="handled") == []
    event = await platform.gateway.get(f"/api/v1/events/{call['event_id']}", headers={"X-API-Key": key})
    assert json.loads(event.json()["payload"]["data"]["json_text"]) == body


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
async def test_a_form_is_a_lead(platform: LocalPlatform, content_type: str) -> None:
    _, key = await platform.tenant()
    made = await source(platform, key, "form")
    fields = {"email": "nora@hafen.example", "name": "Nora", "message": "A new site, please"}
    raw = json.dumps(fields).encode() if content_type.endswith("json") else urlencode(fields).encode()
    for _ in range(2):  # the very bytes twice are a replay
        await send(platform, made["url"], form(made["secret"], raw, content_type, time.time() // 60 * 60))
    await settled(platform, key, 1)
    [lead] = await events(platform, key, "lead_captured")
    assert (lead["email"], lead["form"], lead["fields"]) == (
        "nora@hafen.example", "form of the tests", {"message": "A new site, please"},
    )  # fmt: skip


async def test_github_is_heard_and_a_replay_under_another_delivery_id_is_none(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    made = await source(platform, key, "github")
    body = {
        "action": "published",
        "release": {"tag_name": "v1", "name": "First"},
        "repository": {"full_name": "octo/site"},
    }
    for _ in range(3):
        answer = await send(platform, made["url"], github(made["secret"], "release", body))
        assert answer.status_code == 200
    [call] = await settled(platform, key, 1)
    assert call["provider_event_type"] == "release.published"
    assert [change["reference"] for change in await events(platform, key, "code_changed")] == ["v1"]


async def test_nothing_of_a_call_that_is_not_proven_is_kept(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    made = await source(platform, key, "stripe", secret=SECRET)
    raw, headers = stripe(SECRET, paid())
    late = [stripe(SECRET, paid(), time.time() + apart) for apart in (-400, 400)]
    for sent in ((raw + b" ", headers), (raw, {}), stripe("another secret", paid()), *late):
        refused = await send(platform, made["url"], sent)
        assert (refused.status_code, refused.json()["code"]) == (401, "signature_refused")
    broken = await send(platform, made["url"], no_json())
    assert broken.status_code == 400
    assert await received(platform, key) == []


def no_json() -> tuple[bytes, dict[str, str]]:
    """Signed by Stripe's scheme, and no JSON."""
    stamp = str(int(time.time()))
    return b"{", {"Stripe-Signature": f"t={stamp},v1={hex_hmac(SECRET, stamp.encode() + b'.{')}"}


async def test_an_address_that_is_none_answers_like_one_that_was_deleted(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    made = await source(platform, key, "stripe", secret=SECRET)
    url: str = made["url"]
    gone = await source(platform, key, "stripe", secret=SECRET)
    deleted = await platform.gateway.delete(f"/api/v1/webhook-sources/{gone['id']}", headers={"X-API-Key": key})
    assert deleted.status_code == 204
    for address in (url[:-1] + ("A" if url[-1] != "A" else "B"), url[:-8], url + "AAAA", gone["url"],
                    url.replace("/stripe/", "/github/"), url.replace("/stripe/", "/paypal/")):  # fmt: skip
        answer = await send(platform, address, stripe(SECRET, paid()))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), address
    assert await received(platform, key) == []


async def test_after_a_rotation_both_secrets_hold_until_the_grace_ends(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    made = await source(platform, key, "standard")
    path = f"/api/v1/webhook-sources/{made['id']}"

    async def rotate(**wanted: Any) -> dict[str, Any]:
        answer = await platform.gateway.post(f"{path}:rotate", json=wanted, headers={"X-API-Key": key})
        assert answer.status_code == 200, answer.text
        rotated: dict[str, Any] = answer.json()
        return rotated

    second = await rotate()
    assert second["grace_ends_at"] is not None
    assert second["url"] is None
    for number, secret in enumerate((made["secret"], second["secret"])):
        answer = await send(platform, made["url"], standard(secret, f"msg_{number}", {}))
        assert answer.status_code == 200
    third = await rotate(grace_seconds=0, new_address=True)
    assert (await send(platform, made["url"], standard(third["secret"], "msg_3", {}))).status_code == 404
    for secret in (made["secret"], second["secret"]):
        assert (await send(platform, third["url"], standard(secret, "msg_4", {}))).status_code == 401
    assert (await send(platform, third["url"], standard(third["secret"], "msg_4", {}))).status_code == 200
    shown = (await platform.gateway.get(path, headers={"X-API-Key": key})).json()
    assert not {"secret", "url", "token_hash", "secrets"} & set(shown)


async def test_stripe_is_refused_until_its_secret_is_known_and_a_suspended_tenant_always(
    platform: LocalPlatform,
) -> None:
    tenant_id, key = await platform.tenant()
    made = await source(platform, key, "stripe")
    assert made["secret"] is None
    assert (await send(platform, made["url"], stripe(SECRET, paid()))).status_code == 401
    path = f"/api/v1/webhook-sources/{made['id']}:rotate"
    given = await platform.gateway.post(path, json={"secret": SECRET}, headers={"X-API-Key": key})
    assert given.status_code == 200
    assert (await send(platform, made["url"], stripe(SECRET, paid()))).status_code == 200
    operator = {"X-API-Key": platform.operator_key}
    await platform.gateway.post(f"/api/v1/tenants/{tenant_id}:suspend", json={"reason": "unpaid"}, headers=operator)
    answer = await send(platform, made["url"], stripe(SECRET, paid("evt_2")))
    assert (answer.status_code, answer.json()["code"]) == (403, "tenant_suspended")


async def test_neither_secret_nor_address_lies_readable_in_the_store(platform: LocalPlatform) -> None:
    from shared_layer.storage.documents import tenant_collection

    tenant_id, key = await platform.tenant()
    secret = "sixteen-characters"  # pragma: allowlist secret
    made = await source(platform, key, "form", secret=secret)
    [stored] = [found.to_dict() async for found in tenant_collection(tenant_id, "webhook_sources").stream()]
    assert secret not in str(stored)
    assert made["url"].rpartition("/")[2] not in str(stored)


async def test_an_address_has_a_rate_of_its_own_with_true_headers_and_no_other_shares_it(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared_layer.webhooks.receiving.CALLS_A_MINUTE", 3)
    _, key = await platform.tenant()
    made, other = await source(platform, key, "standard"), await source(platform, key, "standard")
    answers = [await send(platform, made["url"], standard(made["secret"], f"msg_{n}", {"n": n})) for n in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    refused = answers[-1]
    assert refused.json()["code"] == "rate_limited"
    assert refused.headers["ratelimit-policy"] == '"webhooks";q=3;w=60'
    assert 0 < int(refused.headers["retry-after"]) <= 20
    assert (await send(platform, other["url"], standard(other["secret"], "msg_1", {}))).status_code == 200
    wrong = made["url"][:-4] + ("aaaa" if not made["url"].endswith("aaaa") else "bbbb")
    assert (await send(platform, wrong, standard(made["secret"], "msg_9", {}))).status_code == 404
