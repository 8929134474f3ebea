"""A newsletter: a segment, a template with a gap, a campaign mailed to it, a click, an unsubscribe, the results."""

from __future__ import annotations

import re
from typing import Any, Final

import httpx

from infra.demo.api import told
from infra.demo.stage import Stage, new_key

CRM: Final = "/api/xynergyos/v2/crm"
READERS: Final = ("Ines Duarte", "Tom Okafor", "Mei Lindqvist", "Sam Abadi", "Rosa Keller", "Jon Vik")
TAG: Final = "harbour-letter"
BROWSER: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
SENT_WITHIN: Final = 30.0
TOLD_WITHIN: Final = 20.0
BODY: Final = (
    "<h1>Roasted on Tuesday</h1><p>Hello {{ contact.given_name }}, the new lot is in.</p>"
    '<p><a href="{{ landing_url }}">Taste it</a></p>'
    '<p>{{ postal_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></p>'
)


def newsletter(stage: Stage) -> None:
    """From six readers to a campaign's results."""
    stage.story.scene("A newsletter to those who asked for one")
    segment = _segment(stage)
    campaign_id = _launched(stage, segment) if segment else None
    if campaign_id is None:
        return
    mails = _mailed(stage, campaign_id)
    if not mails:
        return
    _clicked(stage, campaign_id, mails[0])
    _unsubscribed(stage, mails[1])
    _results(stage, campaign_id, mails[0])


def _segment(stage: Stage) -> str | None:
    company = stage.company
    for name in READERS:
        mail = f"{name.lower().replace(' ', '.')}@readers.example"
        company.call("POST", f"{CRM}/contacts?force=true", {"name": name, "emails": [mail], "tags": [TAG]})
    rule = {"all": [{"field": "tags", "op": "is", "value": TAG}, {"none": [{"campaign": "unsubscribed"}]}]}
    made = company.call(
        "POST", "/api/v1/segments", {"name": "The harbour letter", "rule": rule}, idempotency_key=new_key()
    )
    if not made.is_success:
        stage.story.step("Save a segment of readers", told(made), good=False)
        return None
    segment = str(made.json()["id"])
    shown = company.call("POST", f"/api/v1/segments/{segment}:preview", {}).json()
    words = f"{shown['matched']} contacts, among them {shown['samples'][0]['name']}" if shown["samples"] else "nobody"
    stage.story.step("Save a segment of readers, and look who is in it", words, shown["matched"] == len(READERS))
    return segment


def _launched(stage: Stage, segment: str) -> str | None:
    company, story = stage.company, stage.story
    gap = company.call(
        "POST", "/api/v1/templates:render", {"subject": "Hi", "body": BODY.replace("given_name", "nickname")}
    ).json()
    missing = gap["missing"][0] if gap["missing"] else {}
    words = f"line {missing.get('line')}, column {missing.get('column')}: {missing.get('detail')}"
    story.step("Try a template that greets by nickname", words, bool(missing))
    brief = {k: v for k, v in stage.day.campaigns[0].brief.items() if k != "name"} | {"name": "The harbour letter"}
    made = company.call("POST", "/api/v1/campaigns", brief, idempotency_key=new_key()).json()
    mail = {
        "segment_id": segment,
        "sender": {"email": "letter@harbourcoffee.example", "name": "Harbour Coffee"},
        "variants": [{"label": "a", "subject": "{{ contact.given_name }}, the new lot is in", "body": BODY}],
        "landing_url": "https://harbourcoffee.example/lots",
        "postal_address": "Pier 4, Portland",
    }
    path = f"/api/v1/campaigns/{made['id']}"
    company.call("PATCH", path, {"mail": mail}, if_match='"1"')
    launched = company.call("POST", f"{path}:launch", idempotency_key=new_key())
    story.step("Launch it: audience, links, way out and quota are looked at", told(launched), launched.is_success)
    return str(made["id"]) if launched.is_success else None


def _mailed(stage: Stage, campaign_id: str) -> list[dict[str, Any]]:
    mails: list[dict[str, Any]] = []

    def sent() -> bool:
        results = stage.company.call("GET", f"/api/v1/campaigns/{campaign_id}/results").json()
        mails[:] = stage.company.items("/api/v1/outbox", campaign_id=campaign_id)
        return bool(results["sent"] == len(READERS) == len(mails))

    waited = stage.company.until(sent, SENT_WITHIN)
    if waited is None:
        stage.story.step("Its mails leave", f"{len(mails)} of {len(READERS)} after {SENT_WITHIN:.0f} s", good=False)
        return []
    words = f"{len(mails)} in the mock's outbox after {waited:.1f} s; “{mails[0]['subject']}” to {mails[0]['to']}"
    stage.story.step("Its mails leave, each once", words, len({mail["to"] for mail in mails}) == len(READERS))
    return mails


def _clicked(stage: Stage, campaign_id: str, mail: dict[str, Any]) -> None:
    [link, *_] = re.findall(r'href="([^"]*/t/click/[^"]*)"', mail["html"])
    path = f"/api/v1/campaigns/{campaign_id}/results"

    def clicks() -> int:
        return int(stage.company.call("GET", path).json()["clicked"])

    httpx.get(link, headers={"User-Agent": "Mozilla/5.0 (compatible; Barracuda Scanner)"})
    stage.story.step("A scanner follows the link", f"{clicks()} clicks counted", clicks() == 0)
    answers: list[httpx.Response] = []

    def counted() -> bool:
        answers.append(httpx.get(link, headers={"User-Agent": BROWSER}))
        return clicks() == 1

    waited = stage.company.until(counted, TOLD_WITHIN)
    words = f"302 to {answers[-1].headers.get('location', '')[:90]}, {clicks()} click counted"
    stage.story.step(f"{mail['to']} follows it, more than once", words, waited is not None)


def _unsubscribed(stage: Stage, mail: dict[str, Any]) -> None:
    address = mail["headers"]["List-Unsubscribe"].strip("<>")
    looked = httpx.get(address, headers={"User-Agent": BROWSER})
    before = len(stage.company.items("/api/v1/suppressions"))
    stage.story.step(
        "Look at the unsubscribe page", f"{looked.status_code}, {before} addresses suppressed", before == 0
    )
    done = httpx.post(address, data={"List-Unsubscribe": "One-Click"})
    after = stage.company.items("/api/v1/suppressions")
    words = f"{done.status_code}: {after[0]['email']} {after[0]['reason']}" if after else f"{done.status_code}"
    stage.story.step("The mail reader posts List-Unsubscribe=One-Click", words, len(after) == 1)


def _results(stage: Stage, campaign_id: str, mail: dict[str, Any]) -> None:
    results = stage.company.call("GET", f"/api/v1/campaigns/{campaign_id}/results").json()
    rate = results["click_rate"]
    words = (
        f"{results['sent']} sent, {results['clicked']} clicked ({rate['value']:.0%}, truly {rate['low']:.0%} to "
        f"{rate['high']:.0%}), {results['unsubscribed']} unsubscribed"
    )
    good = (results["sent"], results["clicked"], results["unsubscribed"]) == (len(READERS), 1, 1)
    stage.story.step("Read the campaign's results", words, good)
    entries: list[dict[str, Any]] = []

    def on_the_timeline() -> bool:
        entries[:] = stage.company.items(f"{CRM}/contacts/{mail['contact_id']}/interactions", kind="campaign")
        return len(entries) == 2

    waited = stage.company.until(on_the_timeline, TOLD_WITHIN)
    told_there = "; ".join(entry["subject"][:60] for entry in entries)
    stage.story.step("Look at the reader's timeline", told_there, waited is not None)
