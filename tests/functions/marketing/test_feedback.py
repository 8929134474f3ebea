"""What providers tell afterwards: proven by each one's own scheme, taken once, and turned into suppressions."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

import pytest

from shared_layer.core import clock
from tests.support.campaigns import Marketing, new_marketing
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef").decode()  # pragma: allowlist secret


async def mailed(platform: LocalPlatform, people: int = 1) -> tuple[Marketing, str, list[dict[str, Any]]]:
    market = await new_marketing(platform)
    await market.people(people)
    campaign_id = await market.launched()
    await market.settled(campaign_id)
    return market, campaign_id, await market.outbox(campaign_id=campaign_id)


def resend_event(kind: str, mail: dict[str, Any], tenant_id: str, **data: Any) -> bytes:
    tags = {"xynergy_tenant": tenant_id, "xynergy_mail": mail["id"]}
    return json.dumps({"type": kind, "created_at": "2026-03-02T12:00:00Z", "data": {"tags": tags, **data}}).encode()


def svix(raw: bytes, message: str = "msg_1", secret: str = SECRET, stamp: int | None = None) -> dict[str, str]:
    moment = str(int(clock.now()) if stamp is None else stamp)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = hmac.digest(key, f"{message}.{moment}.".encode() + raw, "sha256")
    return {
        "svix-id": message,
        "svix-timestamp": moment,
        "svix-signature": f"v1,{base64.b64encode(signature).decode()}",
        "content-type": "application/json",
    }


async def told(platform: LocalPlatform, provider: str, raw: bytes, headers: dict[str, str]) -> Any:
    return await platform.gateway.post(f"/api/v1/mail-feedback/{provider}", content=raw, headers=headers)


async def test_a_bounce_for_good_is_suppressed_and_one_that_passes_is_not(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESEND_WEBHOOK_SECRET", SECRET)
    market, campaign_id, [mail] = await mailed(platform)
    passing = resend_event(
        "email.bounced", mail, market.tenant_id, bounce={"type": "Transient", "subType": "MailboxFull"}
    )
    assert (await told(platform, "resend", passing, svix(passing, "msg_a"))).json() == {"taken": 1, "passed_over": 0}
    hard = resend_event("email.bounced", mail, market.tenant_id, bounce={"type": "Permanent", "subType": "General"})
    for taken in (1, 0):
        answer = await told(platform, "resend", hard, svix(hard, "msg_b"))
        assert (answer.status_code, answer.json()["taken"]) == (200, taken)

    async def suppressed() -> bool:
        return len((await market.done("GET", "/suppressions"))["items"]) == 1

    await eventually(suppressed)
    [entry] = (await market.done("GET", "/suppressions"))["items"]
    assert (entry["reason"], entry["email"]) == ("bounced", mail["to"])
    results = await market.results(campaign_id)
    assert (results["bounced"], results["delivered"]) == (1, 0)


async def test_a_call_that_nobody_proves_changes_nothing(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    market, _, [mail] = await mailed(platform)
    raw = resend_event("email.complained", mail, market.tenant_id)
    assert (await told(platform, "resend", raw, svix(raw))).status_code == 401
    monkeypatch.setenv("RESEND_WEBHOOK_SECRET", SECRET)
    other = "whsec_" + base64.b64encode(b"another-secret!!").decode()
    for headers in (svix(raw, secret=other), svix(raw, stamp=1), svix(raw + b" "), {}):
        assert (await told(platform, "resend", raw, headers)).status_code == 401
    assert (await market.done("GET", "/suppressions"))["items"] == []
    nobody = json.dumps(
        {"type": "email.complained", "data": {"tags": {"xynergy_tenant": "x/../y", "xynergy_mail": "a"}}}
    )
    answer = await told(platform, "resend", nobody.encode(), svix(nobody.encode()))
    assert answer.json() == {"taken": 0, "passed_over": 1}


async def test_sendgrids_batch_is_proven_by_its_public_key(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    monkeypatch.setenv("SENDGRID_WEBHOOK_SECRET", base64.b64encode(public).decode())
    market, campaign_id, mails = await mailed(platform, 3)
    kinds = ("delivered", "spamreport", "processed")
    events = [
        {"event": kind, "sg_event_id": f"e{n}", "xynergy_tenant": market.tenant_id, "xynergy_mail": mails[n]["id"]}
        for n, kind in enumerate(kinds)
    ]
    raw, stamp = json.dumps(events).encode(), str(int(clock.now()))
    signature = base64.b64encode(key.sign(stamp.encode() + raw, ec.ECDSA(SHA256()))).decode()
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": signature,
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
        "Content-Type": "application/json",
    }
    assert (await told(platform, "sendgrid", raw, headers)).json() == {"taken": 2, "passed_over": 0}
    assert (await told(platform, "sendgrid", raw + b" ", headers)).status_code == 401

    async def noted() -> bool:
        results = await market.results(campaign_id)
        return bool((results["delivered"], results["complained"]) == (1, 1))

    await eventually(noted)
    [entry] = (await market.done("GET", "/suppressions"))["items"]
    assert (entry["reason"], entry["email"]) == ("complained", mails[1]["to"])


async def test_postmark_shows_what_was_put_into_its_address(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTMARK_WEBHOOK_SECRET", "hook:pass")
    market, campaign_id, [mail] = await mailed(platform)
    metadata = {"xynergy_tenant": market.tenant_id, "xynergy_mail": mail["id"]}
    event = {
        "RecordType": "Bounce",
        "ID": 7,
        "MessageID": "m",
        "Type": "HardBounce",
        "Inactive": True,
        "Metadata": metadata,
    }
    raw = json.dumps(event).encode()
    wrong = {"Authorization": "Basic " + base64.b64encode(b"hook:other").decode()}
    assert (await told(platform, "postmark", raw, wrong)).status_code == 401
    right = {"Authorization": "Basic " + base64.b64encode(b"hook:pass").decode()}
    assert (await told(platform, "postmark", raw, right)).json()["taken"] == 1

    async def noted() -> bool:
        return bool((await market.results(campaign_id))["bounced"] == 1)

    await eventually(noted)


async def test_an_objection_told_to_the_gmail_service_counts_here_too(platform: LocalPlatform) -> None:
    market = await new_marketing(platform)
    await market.people(1, emails=["ada@engine.example"])
    path = "/api/xynergyos/v2/gmail/suppressions"
    objected = await platform.gateway.post(
        path, json={"email": "ada@engine.example"}, headers={"X-API-Key": market.key}
    )
    assert objected.status_code == 201

    async def heeded() -> bool:
        return len((await market.done("GET", "/suppressions"))["items"]) == 1

    await eventually(heeded)
    refused = await market.ask("POST", f"/campaigns/{await market.campaign()}:launch")
    assert "Nobody can be written to" in refused.text


async def test_a_template_is_rendered_looked_over_and_mailed_to_oneself(platform: LocalPlatform) -> None:
    market = await new_marketing(platform)
    [contact_id] = await market.people(1, company=None)
    body = "<p>{{ contact.given_name }} of {{ contact.company }}</p><script>x</script>"
    trial = {"subject": "FREE MONEY NOW!!", "body": body, "contact_id": contact_id, "send_test_to": "me@bakery.example"}
    shown = await market.done("POST", "/templates:render", json=trial)
    assert "Reader0 of" in shown["text"]
    assert [(one["variable"], one["line"], one["column"]) for one in shown["missing"]] == [("contact.company", 1, 35)]
    assert {"unsubscribe", "subject_capitals"} <= {one["rule"] for one in shown["findings"]}
    assert shown["spam_score"] > 5
    assert "<script" not in shown["html"]

    async def arrived() -> bool:
        return (await market.ask("GET", f"/outbox/{shown['test_mail_id']}")).status_code == 200

    await eventually(arrived)
    mail = await market.done("GET", f"/outbox/{shown['test_mail_id']}")
    assert (mail["to"], mail["subject"]) == ("me@bakery.example", "[Test] FREE MONEY NOW!!")
    broken = await market.ask("POST", "/templates:render", json=trial | {"body": "x\n{% if %}"})
    assert (broken.status_code, broken.json()["code"]) == (422, "template_invalid")
    assert broken.json()["errors"][0]["line"] == 2


def test_the_gmail_services_ids_are_ours() -> None:
    from shared_layer.gmail.suppression import suppression_id as theirs
    from shared_layer.marketing.mail.mail import mailbox_key
    from shared_layer.marketing.mail.suppression import suppression_id

    assert suppression_id(mailbox_key("t1", "A.da+x@gmail.com")) == theirs("t1", "ada@googlemail.com")
