"""A campaign mailed, through the gateway: who gets it, once each, and what is noted of it."""

from __future__ import annotations

import re
from typing import Any

import httpx

from shared_layer.core import clock
from tests.support.campaigns import BODY, Marketing, new_marketing
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform


async def test_a_campaign_reaches_everybody_of_its_segment_once(platform: LocalPlatform) -> None:
    market = await new_marketing(platform)
    ids = await market.people(7)
    await market.people(2, tag="others")
    campaign_id = await market.launched()
    results = await market.settled(campaign_id)
    mails = await market.outbox(campaign_id=campaign_id)
    assert sorted(mail["contact_id"] for mail in mails) == sorted(ids)
    assert (results["audience"], results["sent"], results["states"]) == (7, 7, {"sent": 7})
    mail = mails[0]
    assert mail["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(rf"<{re.escape(platform.url)}/u/[\w.-]+>", mail["headers"]["List-Unsubscribe"])
    assert re.match(r"Bread, Reader\d", mail["subject"])


async def test_a_persons_click_counts_once_and_a_machines_does_not(platform: LocalPlatform) -> None:
    market = await new_marketing(platform)
    await market.people(1)
    campaign_id = await market.launched()
    await market.settled(campaign_id)
    [mail] = await market.outbox(campaign_id=campaign_id)
    link = links(mail)[0]
    scanner = await market.visit(link, agent="Mozilla/5.0 (compatible; Barracuda Scanner)")
    ahead = await market.visit(link, sec_purpose="prefetch")
    assert (scanner.status_code, ahead.status_code) == (302, 302)
    assert (await market.results(campaign_id))["clicked"] == 0
    target = (await later(market, campaign_id, link)).headers["location"]
    assert target.startswith("https://bakery.example/bread?from=mail&utm_source=email&utm_medium=email&utm_campaign=")
    assert target.endswith("&utm_content=a")
    results = await market.results(campaign_id)
    assert (results["clicked"], results["variants"][0]["clicked"]) == (1, 1)
    [shown] = (await market.done("GET", f"/campaigns/{campaign_id}/mails"))["items"]
    assert (shown["clicked"], shown["machine_clicks"]) == (True, 2)


async def later(market: Marketing, campaign_id: str, link: str) -> httpx.Response:
    """Click twice as a person does, who needs a moment: sooner it is a machine."""
    now = clock.use(lambda: now() + 60)
    try:
        await market.visit(link)
        assert (await market.results(campaign_id))["clicked"] == 1
        return await market.visit(link)
    finally:
        clock.use(now)


def links(mail: dict[str, Any]) -> list[str]:
    """The tracked links of a mail."""
    found: list[str] = re.findall(r'href="([^"]*/t/click/[^"]*)"', mail["html"])
    return found


async def test_no_token_but_ours_leads_anywhere(platform: LocalPlatform) -> None:
    market = await new_marketing(platform)
    await market.people(1)
    campaign_id = await market.launched()
    await market.settled(campaign_id)
    [mail] = await market.outbox(campaign_id=campaign_id)
    link = links(mail)[0]
    text, _, signature = link.rpartition("/")[2].partition(".")
    changed = text[:-4] + ("AAAA" if text[-4:] != "AAAA" else "BBBB")
    for forged in (f"{changed}.{signature}", f"{text}.{'0' * 40}", f"{text}.{signature[::-1]}"):
        answer = await market.visit(f"{platform.url}/t/click/{forged}")
        assert answer.status_code == 404, forged
        assert "location" not in answer.headers
    as_another = await market.visit(f"{platform.url}/u/{text}.{signature}", "POST")
    assert as_another.status_code == 404


async def test_getting_the_unsubscribe_address_never_unsubscribes_and_one_post_does(platform: LocalPlatform) -> None:
    market = await new_marketing(platform)
    await market.people(1)
    campaign_id = await market.launched()
    await market.settled(campaign_id)
    [mail] = await market.outbox(campaign_id=campaign_id)
    address = mail["headers"]["List-Unsubscribe"].strip("<>")
    for _ in range(3):
        page = await market.visit(address)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "method=post" in page.text
    assert (await market.done("GET", "/suppressions"))["items"] == []
    for _ in range(2):
        done = await market.visit(address, "POST", content_type="application/x-www-form-urlencoded")
        assert done.status_code == 200
    [entry] = (await market.done("GET", "/suppressions"))["items"]
    assert (entry["reason"], entry["campaign_id"], entry["email"]) == ("unsubscribed", campaign_id, mail["to"])
    results = await market.results(campaign_id)
    assert (results["unsubscribed"], results["variants"][0]["unsubscribed"]) == (1, 1)
    refused = await market.ask("POST", f"/campaigns/{await market.campaign()}:launch")
    assert (refused.status_code, refused.json()["code"]) == (422, "not_ready")
    assert "Nobody can be written to" in refused.json()["detail"]


async def test_a_preflight_names_everything_that_is_missing(platform: LocalPlatform) -> None:
    market = await new_marketing(platform)
    await market.people(1, given_name=None)
    variants = [
        {"label": "a", "subject": "Hi {{ contact.given_name }}", "body": "<p>no way out</p>"},
        {"label": "b", "subject": "Hi", "body": '<a href="htp:/x">x</a> <a href="http://127.0.0.1/">y</a>' + BODY},
    ]
    campaign_id = await market.campaign(variants=variants)
    refused = await market.ask("POST", f"/campaigns/{campaign_id}:launch")
    assert (refused.status_code, refused.json()["code"]) == (422, "not_ready")
    told = "\n".join(refused.json()["checks"])
    assert "Variant a, subject, line 1, column 7: contact.given_name has no value" in told
    assert "Variant a has no way out" in told
    assert "is not a public address" in told
    assert (await market.done("GET", f"/campaigns/{campaign_id}"))["status"] == "draft"


async def test_the_suppressed_the_gone_and_whom_words_are_missing_for_are_skipped_with_the_reason(
    platform: LocalPlatform,
) -> None:
    market = await new_marketing(platform)
    await market.people(3)
    await market.people(1, company=None, given_name="Nobody")
    body = "<p>{{ contact.company }}</p>" + BODY
    rule = {"any": [{"field": "tags", "op": "contains", "value": "reader"}]}
    await market.people(1, company="Acme", emails=["gone@people.example"], given_name="Gone")
    campaign_id = await market.campaign(rule, variants=[{"label": "a", "subject": "Hi", "body": BODY}])
    await market.done("POST", "/suppressions", json={"email": "Gone+x@people.example"})
    await market.done("POST", f"/campaigns/{campaign_id}:launch")
    results = await market.settled(campaign_id)
    assert results["states"] == {"sent": 4, "skipped": 1}
    listed = await market.done("GET", f"/campaigns/{campaign_id}/mails", params={"state": "skipped"})
    assert [one["code"] for one in listed["items"]] == ["suppressed"]
    second = await market.campaign(
        {"field": "given_name", "op": "is", "value": "Nobody"}, variants=[{"label": "a", "subject": "Hi", "body": body}]
    )
    refused = await market.ask("POST", f"/campaigns/{second}:launch")
    assert "contact.company has no value" in refused.text


async def test_nobody_is_written_to_more_often_than_the_cap_allows(platform: LocalPlatform) -> None:
    market = await new_marketing(platform)
    await market.people(2)
    sent = []
    for _ in range(3):
        campaign_id = await market.launched(frequency_cap={"mails": 2, "days": 7})
        results = await market.settled(campaign_id)
        sent.append((results["sent"], results["states"].get("skipped", 0)))
    assert sent == [(2, 0), (2, 0), (0, 2)]


async def test_the_timeline_tells_of_the_mail_and_of_the_click(platform: LocalPlatform) -> None:
    market = await new_marketing(platform)
    [contact_id] = await market.people(1)
    campaign_id = await market.launched()
    await market.settled(campaign_id)
    [mail] = await market.outbox(campaign_id=campaign_id)
    await later(market, campaign_id, links(mail)[0])
    path = f"/api/xynergyos/v2/crm/contacts/{contact_id}/interactions"

    async def told() -> bool:
        answer = await platform.gateway.get(path, headers={"X-API-Key": market.key})
        return len([one for one in answer.json()["items"] if one["kind"] == "campaign"]) == 2

    await eventually(told)


async def test_a_plan_alone_is_launched_without_mail_as_ever(platform: LocalPlatform) -> None:
    from tests.support.campaigns import BRIEF

    market = await new_marketing(platform)
    made = await market.done("POST", "/campaigns", json=BRIEF)
    assert (await market.done("POST", f"/campaigns/{made['id']}:launch"))["status"] == "running"
    results = await market.results(made["id"])
    assert (results["mailing"], results["sent"]) == (None, 0)
